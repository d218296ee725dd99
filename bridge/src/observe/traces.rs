//! Traces: a span for each call, sent in batches to an OpenTelemetry collector. Spark is told the span, so that its own
//! can join. No span holds SQL or a user.

use std::{fmt, pin::Pin, sync::Mutex, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    Context, KeyValue, TraceFlags,
    trace::{
        Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceId, TraceState,
        Tracer as _, TracerProvider as _,
    },
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracer, SdkTracerProvider, Span},
};
use tokio::runtime::Handle;
use tonic::Code;

use super::{call::Ended, trace::TraceContext};
use crate::{
    config::{self, tls},
    envelope::Method,
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Of a collector's answer, bytes.
const MAX_ANSWER: usize = 64 * 1024;
const SERVICE: &str = "spark.connect.SparkConnectService";

/// What makes spans and sends them.
pub(super) struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The span of a call.
pub(super) struct CallSpan {
    span: Mutex<Span>,
    context: SpanContext,
}

impl Traces {
    pub(super) fn open(settings: &config::Traces) -> Result<Option<Self>, String> {
        let Some(endpoint) = &settings.endpoint else {
            return Ok(None);
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client(tls::public_roots(), None)?)
            .https_or_http()
            .enable_http1()
            .build();
        let collector = Collector {
            client: Client::builder(TokioExecutor::new()).build(connector),
            runtime: Handle::current(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(TIMEOUT)
            .with_endpoint(format!(
                "{}/v1/traces",
                endpoint.to_string().trim_end_matches('/')
            ))
            .build()
            .map_err(|error| format!("Traces cannot be sent to {endpoint}: {error}."))?;
        let sampler = Sampler::TraceIdRatioBased(f64::from(settings.percent) / 100.0);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_resource(
                Resource::builder()
                    .with_service_name(settings.service.clone())
                    .build(),
            )
            .build();
        Ok(Some(Self {
            tracer: provider.tracer("spark-connect-bridge"),
            provider,
        }))
    }

    /// Begins the span of a call, inside the one that its caller names.
    pub(super) fn begin(
        &self,
        method: Method,
        time: std::time::SystemTime,
        caller: Option<&TraceContext>,
    ) -> CallSpan {
        let parent = caller.and_then(remote).map_or_else(Context::new, |parent| {
            Context::new().with_remote_span_context(parent)
        });
        let builder = SpanBuilder::from_name(format!("{SERVICE}/{method}"))
            .with_kind(SpanKind::Server)
            .with_start_time(time);
        let span = self.tracer.build_with_context(builder, &parent);
        CallSpan {
            context: span.span_context().clone(),
            span: Mutex::new(span),
        }
    }

    /// Sends what waits to be sent. Blocks, and needs the runtime meanwhile.
    pub(super) fn flush(&self) {
        if let Err(error) = self.provider.force_flush() {
            crate::notice(&format!("The last traces are lost: {error}."));
        }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // Waits for the collector, which no thread of the runtime may.
        let provider = self.provider.clone();
        let thread = std::thread::Builder::new().name("traces".to_owned());
        // Without a thread the last spans are lost, and nothing else.
        let _ = thread.spawn(move || provider.shutdown());
    }
}

impl CallSpan {
    pub(super) fn trace_id(&self) -> String {
        self.context.trace_id().to_string()
    }

    /// The header by which Spark learns of the span.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let (trace, span) = (self.context.trace_id(), self.context.span_id());
        let flags = self.context.trace_flags().to_u8();
        HeaderValue::try_from(format!("00-{trace}-{span}-{flags:02x}")).ok()
    }

    pub(super) fn end(&self, ended: &Ended<'_>) {
        let facts = &ended.facts;
        let mut attributes = vec![
            KeyValue::new("rpc.system", "grpc"),
            KeyValue::new("rpc.service", SERVICE),
            KeyValue::new("spark.outcome", ended.outcome()),
            KeyValue::new("spark.sent_bytes", i64::try_from(ended.sent).unwrap_or(i64::MAX)),
        ];
        for (key, value) in [
            ("rpc.method", facts.method.map(|method| method.name().to_owned())),
            ("spark.backend", facts.backend.clone()),
            ("spark.session_id", facts.session.clone()),
            ("spark.operation_id", facts.operation.clone()),
            ("server.address", facts.server.clone()),
        ] {
            attributes.extend(value.map(|value| KeyValue::new(key, value)));
        }
        let code = facts.grpc_status;
        attributes.extend(code.map(|code| KeyValue::new("rpc.grpc.status_code", code as i64)));
        let mut span = self
            .span
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        span.set_attributes(attributes);
        // What a client asked for wrongly is no error of this server's.
        if matches!(
            code,
            Some(
                Code::Unknown
                    | Code::DeadlineExceeded
                    | Code::Unimplemented
                    | Code::Internal
                    | Code::Unavailable
                    | Code::DataLoss
            )
        ) {
            span.set_status(Status::error(facts.refusal.clone().unwrap_or_default()));
        }
        span.end_with_timestamp(ended.call.time + ended.duration);
    }
}

fn remote(caller: &TraceContext) -> Option<SpanContext> {
    Some(SpanContext::new(
        TraceId::from_hex(&caller.trace_id).ok()?,
        SpanId::from_hex(&caller.span_id).ok()?,
        if caller.sampled {
            TraceFlags::SAMPLED
        } else {
            TraceFlags::default()
        },
        true,
        TraceState::default(),
    ))
}

/// The way to the collector. Whoever sends has no runtime of its own.
#[derive(Debug)]
struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
}

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let sending = self.client.request(request.map(Full::new));
        let answer = self.runtime.spawn(async move {
            let (parts, body) = tokio::time::timeout(TIMEOUT, sending).await??.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
            Ok(Response::from_parts(parts, body))
        });
        Box::pin(async move { answer.await? })
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").finish_non_exhaustive()
    }
}

impl fmt::Debug for CallSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallSpan")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}
