//! Running a command: its output passes through as it comes, and what the test runners count is added up on the way.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Checks that passed.
    pub(crate) passed: u64,
    /// Checks that failed.
    pub(crate) failed: u64,
}

impl Tally {
    /// Adds another tally to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What came of a command.
pub(crate) struct Outcome {
    /// Whether it exited with 0.
    pub(crate) success: bool,
    /// What the test runners in it reported; zero for a command that runs no tests.
    pub(crate) tally: Tally,
}

/// Runs a command to its end, passing both of its output streams through line by line.
///
/// # Errors
/// When the command cannot be started.
pub(crate) fn stream(command: &mut Command) -> io::Result<Outcome> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let tally = thread::scope(|scope| {
        let out = scope.spawn(|| pass_through(out, io::stdout()));
        let err = scope.spawn(|| pass_through(err, io::stderr()));
        let mut tally = out.join().unwrap_or_default();
        tally.add(err.join().unwrap_or_default());
        tally
    });
    Ok(Outcome {
        success: child.wait()?.success(),
        tally,
    })
}

/// Runs a command to its end and takes its exit status alone, with its output on the terminal.
///
/// # Errors
/// When the command cannot be started or exits with anything but 0.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("{} cannot be started: {error}", name(command)))?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("{} failed", name(command)))
}

/// Runs a command to its end and takes what it printed.
///
/// # Errors
/// When the command cannot be started, exits with anything but 0, or prints what is no text.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{} cannot be started: {error}", name(command)))?;
    if !output.status.success() {
        return Err(format!("{} failed", name(command)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{}: {error}", name(command)))
}

fn name(command: &Command) -> String {
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    std::iter::once(command.get_program().to_string_lossy())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

fn pass_through(from: Option<impl Read>, mut to: impl Write) -> Tally {
    let mut tally = Tally::default();
    let Some(from) = from else { return tally };
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // A closed terminal must not stop the count.
        let _ = writeln!(to, "{line}");
        tally.add(tally_of(&line));
    }
    tally
}

/// Reads libtest's `test result: ok. 3 passed; 0 failed; …` and nextest's `Summary […] 3 tests run: 2 passed, 1 failed, …`.
fn tally_of(line: &str) -> Tally {
    let mut tally = Tally::default();
    if !line.contains("test result:") && !line.contains("Summary [") {
        return tally;
    }
    let line = without_colours(line);
    let words: Vec<&str> = line
        .split([' ', ',', ';'])
        .filter(|word| !word.is_empty())
        .collect();
    for pair in words.windows(2) {
        let [count, what] = pair else { continue };
        let count = count.parse().unwrap_or(0);
        match *what {
            "passed" => tally.passed += count,
            "failed" => tally.failed += count,
            _ => {}
        }
    }
    tally
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut in_escape = false;
    for c in line.chars() {
        match c {
            '\u{1b}' => in_escape = true,
            'm' if in_escape => in_escape = false,
            c if !in_escape => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_counted() {
        let libtest =
            "test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 3 filtered out";
        assert_eq!(
            tally_of(libtest),
            Tally {
                passed: 7,
                failed: 2
            }
        );
        let nextest =
            "     Summary [   0.005s] 4 tests run: 3 passed (1 slow), 1 failed, 0 skipped";
        assert_eq!(
            tally_of(nextest),
            Tally {
                passed: 3,
                failed: 1
            }
        );
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [ 0.1s] \u{1b}[1m3\u{1b}[0m tests run: \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m";
        assert_eq!(
            tally_of(&without_colours(coloured)),
            Tally {
                passed: 3,
                failed: 0
            }
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(tally_of("12 passed the door"), Tally::default());
    }

    #[test]
    fn a_command_that_fails_is_seen() {
        assert!(!stream(&mut Command::new("false")).unwrap().success);
        assert!(stream(&mut Command::new("true")).unwrap().success);
    }
}
