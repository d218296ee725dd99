//! What the bridge tells of the requests it serves. Of what Spark answers it tells the size.
//!
//! [`observe`] goes around everything else: it opens a [`Call`] that comes along as an extension of the request, and
//! closes it when the last byte of the answer is gone.
//!
//! - `call`: one request while it lasts
//! - `body`: an answer's body, counted
//! - `access`, `audit`: the two logs
//! - `metrics`: numbers
//! - `lines`: a log's way to its file
//! - `trace`: the trace a request belongs to
//! - `traces`: spans, and their way to a collector

mod access;
mod audit;
mod body;
mod call;
mod lines;
mod metrics;
mod trace;
mod traces;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http_body_util::BodyExt;

use self::{
    audit::Audit,
    body::Observed,
    call::Ended,
    lines::{Full, Lines},
    traces::Traces,
};
pub(crate) use self::{
    call::{Call, Refused},
    metrics::Metrics,
};
use crate::config::Settings;

/// Where the bridge tells what happens.
#[derive(Debug)]
pub(crate) struct Observer {
    access: Option<Lines>,
    audit: Option<Audit>,
    metrics: Arc<Metrics>,
    traces: Option<Traces>,
}

impl Observer {
    /// Opens the logs, or says which one cannot be.
    pub(crate) fn new(settings: &Settings, metrics: Arc<Metrics>) -> Result<Self, String> {
        Ok(Self {
            access: Lines::open(&settings.log.access)?,
            audit: Audit::open(&settings.audit)?,
            metrics,
            traces: Traces::open(&settings.traces)?,
        })
    }

    /// Sends the spans that wait. Blocks.
    pub(crate) fn flush(&self) {
        if let Some(traces) = &self.traces {
            traces.flush();
        }
    }

    fn ended(&self, ended: &Ended<'_>) {
        self.metrics.ended(ended);
        if let Some(span) = ended.call.span() {
            span.end(ended);
        }
        if let Some(access) = &self.access
            && !access.push(&access::Line::of(ended), Full::Drop)
        {
            self.metrics.lost_line();
        }
        if let (Some(audit), Some(statement)) = (&self.audit, &ended.facts.statement) {
            audit.ends(ended, statement);
        }
    }
}

/// Accompanies a request to the end of its answer.
pub(crate) async fn observe(
    State(observer): State<Arc<Observer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let call = Call::begin(observer, &request);
    let end = body::End(call.clone());
    request.extensions_mut().insert(call.clone());
    let counting = call.clone();
    let request = request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            counting.received(frame.data_ref().map_or(0, bytes::Bytes::len));
            frame
        }))
    });
    let response = next.run(request).await;
    call.answered(response.status(), response.headers(), response.extensions());
    response.map(|body| Body::new(Observed::new(body, end)))
}
