//! The time that a call has: what its client gives it, `grpc-timeout`, and what the bridge gives anyone.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Status;

use crate::limits;

const HEADER: &str = "grpc-timeout";
/// Longer than any stream lives; beyond it the clock itself could not count.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// How long clients wait before they go on with another call.
const RETRY: Duration = Duration::from_millis(50);

/// When a call must be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    is_clients: bool,
}

impl Deadline {
    /// For a call that begins now; `longest`: what anyone gets. `None` if it has all the time.
    pub(crate) fn of(headers: &HeaderMap, longest: Option<Duration>) -> Result<Option<Self>, Status> {
        let now = Instant::now();
        let after = |time: Duration, is_clients| Self {
            at: now + time.min(LONGEST),
            is_clients,
        };
        let ours = longest.map(|longest| after(longest, false));
        let Some(value) = headers.get(HEADER) else {
            return Ok(ours);
        };
        let timeout = value.to_str().ok().and_then(parse).ok_or_else(|| {
            Status::invalid_argument(format!(
                "The header {HEADER} is at most 8 digits and a unit: H, M, S, m, u or n."
            ))
        })?;
        let theirs = after(timeout, true);
        Ok(Some(ours.filter(|ours| ours.at < theirs.at).unwrap_or(theirs)))
    }

    /// The status of a call that took longer.
    pub(crate) fn exceeded(self) -> Status {
        if self.is_clients {
            Status::deadline_exceeded("The call took longer than its client gave it.")
        } else {
            limits::refusal(
                "The call took longer than this bridge lets one take. A query goes on and can be read on."
                    .to_owned(),
                Some(RETRY),
            )
        }
    }
}

fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(amount * 60 * 60),
        "M" => Duration::from_secs(amount * 60),
        "S" => Duration::from_secs(amount),
        "m" => Duration::from_millis(amount),
        "u" => Duration::from_micros(amount),
        "n" => Duration::from_nanos(amount),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_end_counts() {
        let client = HeaderMap::from_iter([(
            http::HeaderName::from_static(HEADER),
            http::HeaderValue::from_static("2S"),
        )]);
        let code = |headers: &HeaderMap, longest: Option<u64>| {
            let deadline = Deadline::of(headers, longest.map(Duration::from_secs)).ok()?;
            deadline.map(|deadline| deadline.exceeded().code())
        };
        use tonic::Code::{DeadlineExceeded, ResourceExhausted};
        assert_eq!(code(&HeaderMap::new(), None), None);
        assert_eq!(code(&HeaderMap::new(), Some(1)), Some(ResourceExhausted));
        assert_eq!(code(&client, None), Some(DeadlineExceeded));
        assert_eq!(code(&client, Some(1)), Some(ResourceExhausted));
        assert_eq!(code(&client, Some(3)), Some(DeadlineExceeded));
    }

    #[test]
    fn timeouts_are_digits_and_a_unit() {
        for (text, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("00000006n", Some(Duration::from_nanos(6))),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3600))),
            ("", None),
            ("S", None),
            ("1", None),
            ("1s", None),
            ("-1S", None),
            ("+1S", None),
            ("123456789S", None),
            ("1 S", None),
            ("1\u{e9}", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
