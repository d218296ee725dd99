//! The access log: one line for each request that ended. Never a header, a query, SQL or what Spark answered.

use std::time::Duration;

use http::Version;
use serde::Serialize;

use super::call::Ended;

/// A line. What is not known is left out.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// When the head of the request was there.
    time: String,
    client: Option<String>,
    http_method: &'a str,
    path: &'a str,
    http: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_status: Option<i32>,
    outcome: &'static str,
    /// Only the bridge's own sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a str>,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_byte_ms: Option<f64>,
    received_bytes: u64,
    sent_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

impl<'a> Line<'a> {
    pub(super) fn of(ended: &'a Ended<'_>) -> Self {
        let (call, facts) = (ended.call, &ended.facts);
        Self {
            time: humantime::format_rfc3339_millis(call.time).to_string(),
            client: call.client.map(|client| client.to_string()),
            http_method: call.http_method.as_str(),
            path: &call.path,
            http: version(call.version),
            backend: facts.backend.as_deref(),
            server: facts.server.as_deref(),
            method: facts.method.map(|method| method.name()),
            user: facts.user.as_deref(),
            session: facts.session.as_deref(),
            operation: facts.operation.as_deref(),
            status: facts.http_status.map(|status| status.as_u16()),
            grpc_status: facts.grpc_status.map(|code| code as i32),
            outcome: ended.outcome(),
            refusal: facts.refusal.as_deref(),
            duration_ms: milliseconds(ended.duration),
            first_byte_ms: ended.first_byte.map(milliseconds),
            received_bytes: ended.received,
            sent_bytes: ended.sent,
            trace: call.trace_id(),
        }
    }
}

/// With microseconds, and no more.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 | Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        _ => "3",
    }
}
