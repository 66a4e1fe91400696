//! `cargo xtask bench`: builds the release server and the load generator, and hands over to the generator.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::release;
use crate::run::succeed;

/// What is passed on to the load generator.
#[derive(Args)]
pub(crate) struct Options {
    /// Flags of the load generator: `cargo xtask bench -- --help` builds it and prints them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    flags: Vec<OsString>,
}

/// Builds both and runs the benchmark to its end.
///
/// # Errors
/// When the build or the benchmark fails.
pub(crate) fn run(options: &Options, root: &Path) -> Result<(), String> {
    let binaries = release::build(root)?;
    let mut bench = Command::new(binaries.join("claviger-bench"));
    bench.env("CLAVIGER_BINARIES", &binaries);
    bench.args(&options.flags);
    succeed(&mut bench)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn flags_of_the_generator_are_taken_as_they_are() {
        let flags = ["--json", "--connections", "1,16"];
        let line = Line::try_parse_from(["bench"].into_iter().chain(flags)).unwrap();
        assert_eq!(line.options.flags, flags);
        let line = Line::try_parse_from(["bench", "--", "--help"]).unwrap();
        assert_eq!(line.options.flags, ["--help"]);
    }
}
