//! What a suite came to, read from what a test program prints.

use std::{
    fmt::{self, Display},
    time::Duration,
};

/// The result of one suite.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) name: String,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) elapsed: Duration,
}

impl Report {
    /// Something that failed before it could be measured.
    pub(super) fn failure(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            passed: 0,
            failed: 1,
            elapsed: Duration::ZERO,
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            passed,
            failed,
            elapsed,
        } = self;
        write!(
            f,
            "{name}: {passed} passed, {failed} failed ({} s)",
            elapsed.as_secs()
        )
    }
}

/// Passed and failed tests of all suites.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sum {
    passed: usize,
    failed: usize,
}

impl Sum {
    pub(super) fn of(reports: &[Report]) -> Self {
        Self {
            passed: reports.iter().map(|report| report.passed).sum(),
            failed: reports.iter().map(|report| report.failed).sum(),
        }
    }

    /// Something ran, and nothing failed.
    pub(super) fn is_success(&self) -> bool {
        self.passed > 0 && self.failed == 0
    }
}

impl Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Passed and failed tests in what Rust's test harness prints. A program that did not succeed has failed at
/// least once, whatever it managed to print.
pub(super) fn counts(lines: &[String], success: bool) -> (usize, usize) {
    let results = lines.iter().filter_map(|line| result(line));
    let (passed, failed) = results.fold((0, 0), |sum, result| (sum.0 + result.0, sum.1 + result.1));
    (passed, if success { failed } else { failed.max(1) })
}

/// `test result: FAILED. 3 passed; 1 failed; 0 ignored; ...`; an ignored test has not passed.
fn result(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |name: &str| -> Option<usize> {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(name)?.trim().parse().ok())
    };
    Some((count("passed")?, count("failed")? + count("ignored")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn results_are_counted() {
        let output = "\nrunning 5 tests\ntest a ... ok\n\ntest result: FAILED. 3 passed; 2 failed; 0 ignored; \
                      0 measured; 0 filtered out; finished in 0.01s\n";
        assert_eq!(counts(&lines(output), false), (3, 2));
    }

    #[test]
    fn several_results_are_added() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
                      test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s";
        assert_eq!(counts(&lines(output), true), (7, 0));
    }

    #[test]
    fn a_crash_is_a_failure() {
        assert_eq!(counts(&lines("running 5 tests\ntest a ... ok"), false), (0, 1));
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(counts(&lines(output), false), (3, 1));
    }

    #[test]
    fn an_ignored_test_is_a_failure() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(counts(&lines(output), true), (3, 1));
    }

    #[test]
    fn sums() {
        let report = |passed, failed| Report {
            name: "suite".into(),
            passed,
            failed,
            elapsed: Duration::from_millis(61_900),
        };
        assert_eq!(report(2, 1).to_string(), "suite: 2 passed, 1 failed (61 s)");
        assert_eq!(
            Sum::of(&[report(2, 1), report(3, 0)]).to_string(),
            "5 passed, 1 failed"
        );
        assert!(!Sum::of(&[]).is_success());
        assert!(Sum::of(&[report(1, 0)]).is_success());
        assert!(!Sum::of(&[report(1, 0), Report::failure("set-up")]).is_success());
    }
}
