//! Import: the wrapping key pair that GetParametersForImport hands out, and the token that lets any node finish the job.
//!
//! The service keeps nothing between the two calls. The private key travels in the [`token`], sealed under a key of the
//! day that is destroyed after 48 hours: then a recorded ceremony cannot be opened any more, not even by us.

pub mod token;

mod material;
mod pool;
mod wrapping;

pub use material::material_from;
pub use pool::{KeyPool, PoolEmpty, PoolLimits};
pub use wrapping::{WrappingAlgorithm, WrappingKey, WrappingSpec};
