//! The trace that a request belongs to, as the W3C's `traceparent` header names it.

use http::HeaderMap;

/// A request's place in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    /// 16 hexadecimal digits.
    pub(crate) span_id: String,
    /// Whether the caller records the trace.
    pub(crate) sampled: bool,
}

impl TraceContext {
    /// What the header says, if it says it as it should.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all("traceparent").into_iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return None;
        };
        let mut parts = value.to_str().ok()?.trim().split('-');
        let (version, trace_id, span_id, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // Later versions may go on; this one may not.
        let ends = version != "00" || parts.next().is_none();
        let is_id = |text: &str, length: usize| is_hex(text, length) && text.bytes().any(|byte| byte != b'0');
        if !ends
            || !is_hex(version, 2)
            || version == "ff"
            || !is_id(trace_id, 32)
            || !is_id(span_id, 16)
            || !is_hex(flags, 2)
        {
            return None;
        }
        Some(Self {
            trace_id: trace_id.to_owned(),
            span_id: span_id.to_owned(),
            sampled: u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1),
        })
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::HeaderName};

    use super::*;

    #[test]
    fn trace_contexts_are_read_or_ignored() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let span = "b7ad6b7169203331";
        for (value, sampled) in [
            (format!("00-{trace}-{span}-01"), Some(true)),
            (format!("00-{trace}-{span}-00"), Some(false)),
            (format!("01-{trace}-{span}-03-later"), Some(true)),
            (format!("00-{trace}-{span}-01-later"), None),
            (format!("ff-{trace}-{span}-01"), None),
            (format!("00-{trace}-{span}"), None),
            (format!("00-{}-{span}-01", trace.to_uppercase()), None),
            (format!("00-{}-{span}-01", "0".repeat(32)), None),
            (format!("00-{trace}-{}-01", "0".repeat(16)), None),
            (format!("00-{trace}x-{span}-01"), None),
            (String::new(), None),
        ] {
            let mut headers = HeaderMap::new();
            let name = HeaderName::from_static("traceparent");
            headers.insert(name.clone(), HeaderValue::from_str(&value).unwrap());
            let read = TraceContext::of(&headers);
            assert_eq!(read.as_ref().map(|read| read.sampled), sampled, "{value}");
            if let Some(read) = read {
                assert_eq!((&*read.trace_id, &*read.span_id), (trace, span), "{value}");
            }
            headers.append(name, HeaderValue::from_str(&value).unwrap());
            assert_eq!(TraceContext::of(&headers), None, "twice {value}");
        }
    }
}
