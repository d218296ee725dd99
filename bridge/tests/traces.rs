//! The spans that a collector gets, and what Spark is told of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};

use axum::{Router, routing::post};
use bytes::Bytes;
use http::Request;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value,
    trace::v1::{Span, span::SpanKind},
};
use prost::Message;
use spark_connect_bridge::Settings;
use support::{Answer, Bridge, Dialect, FakeSpark, SERVICE, field, headers, message, soon};
use tokio::{net::TcpListener, sync::mpsc};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// An address, and what is sent there.
async fn collector() -> (String, mpsc::UnboundedReceiver<ExportTraceServiceRequest>) {
    let (tell, told) = mpsc::unbounded_channel();
    let router = Router::new().route(
        "/v1/traces",
        post(async move |body: Bytes| {
            tell.send(ExportTraceServiceRequest::decode(body).unwrap())
                .unwrap();
            Bytes::new()
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, told)
}

async fn bridge(spark: &FakeSpark, traces: &str) -> Bridge {
    let text = format!(
        "[backends.main]\nservers = [\"{}\"]\n[traces]\n{traces}",
        spark.address
    );
    Bridge::with(Settings::parse(&text).unwrap()).await
}

/// Calls, and says what Spark saw as `traceparent`.
async fn call(bridge: &Bridge, parent: Option<&str>) -> Option<String> {
    let body = [field(1, b"s-1"), field(2, &field(1, b"ann")), field(6, b"o-1")].concat();
    let mut request = Request::post(format!("http://{}{SERVICE}ExecutePlan", bridge.address));
    if let Some(parent) = parent {
        request = request.header("traceparent", parent);
    }
    let response = bridge.send(Dialect::Web1, request, message(&body)).await;
    let seen = response.headers().get("seen-traceparent");
    let seen = seen.map(|seen| seen.to_str().unwrap().to_owned());
    Answer::new(Dialect::Web1, response).all().await.unwrap();
    seen
}

async fn spans(bridge: &Bridge, told: &mut mpsc::UnboundedReceiver<ExportTraceServiceRequest>) -> Vec<Span> {
    bridge.bridge.flush().await;
    let request = soon("spans", told.recv()).await.unwrap();
    let [resource] = &request.resource_spans[..] else {
        panic!("{request:?}")
    };
    let service = &resource.resource.as_ref().unwrap().attributes;
    assert!(service.iter().any(|attribute| attribute.key == "service.name"));
    resource
        .scope_spans
        .iter()
        .flat_map(|scope| scope.spans.clone())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
    Some(match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_a_span_inside_its_callers() {
    let (address, mut told) = collector().await;
    let spark = FakeSpark::start(support::echo).await;
    let bridge = bridge(&spark, &format!("endpoint = \"{address}\"\npercent = 0\n")).await;
    let seen = call(&bridge, Some(&format!("00-{TRACE}-{CALLER}-01")))
        .await
        .unwrap();
    // Its caller does not record it, and this one has no caller: neither is recorded, but Spark may know them.
    let unrecorded = call(&bridge, Some(&format!("00-{TRACE}-{CALLER}-00")))
        .await
        .unwrap();
    assert!(
        unrecorded.starts_with(&format!("00-{TRACE}-")) && unrecorded.ends_with("-00"),
        "{unrecorded}"
    );
    assert!(call(&bridge, None).await.unwrap().ends_with("-00"));

    let spans = spans(&bridge, &mut told).await;
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), CALLER);
    assert_eq!(seen, format!("00-{TRACE}-{}-01", hex(&span.span_id)));
    assert_eq!(span.name, "spark.connect.SparkConnectService/ExecutePlan");
    assert_eq!(span.kind(), SpanKind::Server);
    assert!(span.end_time_unix_nano > span.start_time_unix_nano);
    for (key, value) in [
        ("rpc.system", "grpc"),
        ("rpc.method", "ExecutePlan"),
        ("rpc.grpc.status_code", "0"),
        ("spark.backend", "main"),
        ("spark.session_id", "s-1"),
        ("spark.operation_id", "o-1"),
        ("spark.outcome", "ok"),
        ("server.address", &spark.address.to_string()),
    ] {
        assert_eq!(attribute(span, key).as_deref(), Some(value), "{key}");
    }
    assert!(!format!("{span:?}").contains("ann"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_of_no_trace_begins_one() {
    let (address, mut told) = collector().await;
    let spark = FakeSpark::start(async |_| {
        let mut response = support::answer(support::frames(vec![]));
        response.headers_mut().extend(headers([("grpc-status", "13")]));
        response
    })
    .await;
    let bridge = bridge(&spark, &format!("endpoint = \"{address}/\"\nservice = \"x\"\n")).await;
    call(&bridge, None).await;
    let spans = spans(&bridge, &mut told).await;
    assert_eq!(spans[0].parent_span_id, [0; 0]);
    assert_eq!(
        attribute(&spans[0], "rpc.grpc.status_code").as_deref(),
        Some("13")
    );
    // An error.
    assert_eq!(spans[0].status.as_ref().unwrap().code, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_collector_calls_go_on() {
    let spark = FakeSpark::start(support::echo).await;
    let bridge = bridge(&spark, "endpoint = \"http://127.0.0.1:1\"\n").await;
    let begin = Instant::now();
    for _ in 0..20 {
        assert!(call(&bridge, None).await.is_some());
    }
    assert!(begin.elapsed() < Duration::from_secs(5));
    // Without traces of its own the bridge passes its caller's on as it is.
    let plain = Bridge::before(spark.address).await;
    let parent = format!("00-{TRACE}-{CALLER}-01");
    assert_eq!(call(&plain, Some(&parent)).await, Some(parent));
}
