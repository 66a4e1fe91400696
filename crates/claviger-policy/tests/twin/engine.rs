//! The slot of the production engine: `pub(crate) fn engine(case: &Case) -> Outcome`, made of the crate's public API alone.
//!
//! What it does: parse and bind every document of the case (with `case.bindings`), build the request from `case.caller`,
//! `case.action`, `case.resource`, `case.context` and `case.encryption_context`, decide, and translate the decision. It parses each document
//! with the kind that its place gives it, and fails loudly on one that the engine refuses: the generator writes only
//! documents that AWS takes. Then `("engine", engine::engine)` joins `EVALUATORS` in `main.rs`, and the golden cases, the generated cases
//! and the metamorphic properties hold it to the reference's answers.
