//! The time that a client gives a call, `grpc-timeout`.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Status;

const HEADER: &str = "grpc-timeout";
/// Longer than any stream lives; beyond it the clock itself could not count.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// When a call that begins now must be over; `None` if its client gives it all the time.
pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Instant>, Status> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let timeout = value.to_str().ok().and_then(parse).ok_or_else(|| {
        Status::invalid_argument(format!(
            "The header {HEADER} is at most 8 digits and a unit: H, M, S, m, u or n."
        ))
    })?;
    Ok(Some(Instant::now() + timeout.min(LONGEST)))
}

/// The status of a call that took too long.
pub(crate) fn exceeded() -> Status {
    Status::deadline_exceeded("The call took longer than its client gave it.")
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
