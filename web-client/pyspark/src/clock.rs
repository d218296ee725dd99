//! The time of day.

/// Microseconds since 1970-01-01, by UTC.
pub(crate) fn now() -> i64 {
    #[cfg(not(target_arch = "wasm32"))]
    {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
    #[cfg(target_arch = "wasm32")]
    {
        (js_sys::Date::now() * 1e3) as i64
    }
}
