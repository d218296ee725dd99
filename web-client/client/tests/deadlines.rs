//! Servers that never answer, or stop in the middle: every call ends, in its time. The clock is put forward by the
//! runtime whenever everybody waits.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, future::BoxFuture, stream};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use prost::Message;
use spark_connect_client::{
    Artifact, ConnectionString, Error, ErrorKind, Output, Result, RetryPolicy, Session, Transport, plan,
    proto::{
        ExecutePlanResponse,
        execute_plan_response::{ExecutionProgress, ResponseType, ResultComplete},
    },
    transport::framing::framed,
};
use tokio::time::Instant;
use tonic::{Code, Status, body::Body};
use tonic_types::{ErrorDetails, StatusExt};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);

type Answer = BoxFuture<'static, Result<Response<Body>, Status>>;

/// A session before a server that answers so.
fn session(answer: impl Fn(&str) -> Answer + Clone + Send + Sync + 'static) -> Result<Session> {
    let service = tower::service_fn(move |request: Request<Body>| {
        let method = request.uri().path().rsplit('/').next().unwrap_or_default();
        answer(method)
    });
    let mut connection = ConnectionString::parse("sc://localhost")?;
    connection.session_id = Some(Uuid::nil());
    Ok(Session::new(
        Transport::from_service(service),
        &connection,
        RetryPolicy::default(),
    ))
}

/// A response of a stream, in its frame.
fn response(id: &str, response_type: ResponseType) -> Bytes {
    let response = ExecutePlanResponse {
        session_id: Uuid::nil().to_string(),
        response_id: id.to_owned(),
        response_type: Some(response_type),
        ..Default::default()
    };
    framed(&response.encode_to_vec()).into()
}

/// A stream that sends this, and nothing more for ever if it does not end.
fn body(frames: Vec<Bytes>, ends: bool) -> Response<Body> {
    let frames = stream::iter(frames).map(|bytes| Ok::<_, Status>(Frame::data(bytes)));
    let status = (
        http::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    );
    let trailers = HeaderMap::from_iter([status]);
    let end = stream::once(async move {
        if !ends {
            pending::<()>().await;
        }
        Ok(Frame::trailers(trailers))
    });
    let mut response = Response::new(Body::new(StreamBody::new(Box::pin(frames.chain(end)))));
    let content_type = HeaderValue::from_static("application/grpc");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, content_type);
    response
}

async fn timed<T>(call: impl Future<Output = Result<T>>) -> (Duration, Result<T>) {
    let begin = Instant::now();
    let result = call.await;
    (begin.elapsed(), result)
}

#[tokio::test(start_paused = true)]
async fn every_call_has_its_deadline() {
    let session = session(|_| Box::pin(pending())).unwrap();
    let file = Artifact::file("f", Bytes::from_static(b"x")).unwrap();
    let conf = session.conf();
    let calls: Vec<(&str, u32, BoxFuture<'_, Result<()>>)> = vec![
        (
            "analyze",
            60,
            Box::pin(async { session.spark_version().await.map(drop) }),
        ),
        (
            "artifacts",
            60,
            Box::pin(async { session.add_artifacts(&[file]).await }),
        ),
        (
            "status of artifacts",
            10,
            Box::pin(async { session.artifacts_exist(&["x".to_owned()]).await.map(drop) }),
        ),
        ("config", 10, Box::pin(async { conf.get("x").await.map(drop) })),
        (
            "interrupt",
            10,
            Box::pin(async { session.interrupt_all().await.map(drop) }),
        ),
        (
            "status",
            10,
            Box::pin(async { session.operation_states(&[]).await.map(drop) }),
        ),
        (
            "clone",
            10,
            Box::pin(async { session.clone_session().await.map(drop) }),
        ),
        ("release", 10, Box::pin(async { session.release().await })),
    ];
    for (name, minutes, call) in calls {
        let (took, result) = timed(call).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind, ErrorKind::DeadlineExceeded, "{name}: {error}");
        assert!(
            error.message.contains(&format!("within {minutes} minutes")),
            "{name}: {error}"
        );
        assert!(
            (minutes * MINUTE..(minutes + 1) * MINUTE).contains(&took),
            "{name}: {took:?}"
        );
    }
}

/// A silent server is asked again, as often as the policy says.
#[tokio::test(start_paused = true)]
async fn an_execution_that_is_never_answered_ends() {
    let openings = Arc::new(AtomicUsize::new(0));
    let counted = openings.clone();
    let session = session(move |method| {
        if method != "ReleaseExecute" {
            counted.fetch_add(1, SeqCst);
        }
        Box::pin(pending())
    })
    .unwrap();
    let (took, result) = timed(session.execute(plan::root(plan::sql("x"))).collect()).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::DeadlineExceeded);
    assert_eq!(openings.load(SeqCst), 16);
    assert!((160 * MINUTE..175 * MINUTE).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stops_in_the_middle_is_taken_up() {
    let session = session(|method| {
        let answer = match method {
            "ExecutePlan" => {
                let progress = ResponseType::ExecutionProgress(ExecutionProgress::default());
                Ok(body(vec![response("a", progress)], false))
            }
            "ReattachExecute" => {
                let complete = ResponseType::ResultComplete(ResultComplete::default());
                Ok(body(vec![response("b", complete)], true))
            }
            _ => Err(Status::internal("not asked for")),
        };
        Box::pin(async { answer })
    })
    .unwrap();
    let mut execution = session.execute(plan::root(plan::sql("x")));
    let begin = Instant::now();
    assert!(matches!(execution.next().await, Some(Ok(Output::Progress(_)))));
    assert!(begin.elapsed() < MINUTE);
    let Some(Ok(Output::Retrying { attempt, error, .. })) = execution.next().await else {
        panic!("nothing was tried again");
    };
    assert_eq!((attempt, error.kind), (1, ErrorKind::DeadlineExceeded));
    assert!(execution.next().await.is_none());
    assert!(
        (10 * MINUTE..11 * MINUTE).contains(&begin.elapsed()),
        "{:?}",
        begin.elapsed()
    );
}

/// An error is told soon, with or without its details.
#[tokio::test(start_paused = true)]
async fn an_error_waits_little_for_its_details() {
    let session = session(|method| match method {
        "FetchErrorDetails" => Box::pin(pending()),
        _ => {
            let metadata = [
                ("errorId".to_owned(), "e1".to_owned()),
                ("errorClass".to_owned(), "A".to_owned()),
            ];
            let details = ErrorDetails::with_error_info("r", "d", metadata);
            let status = Status::with_error_details(Code::Internal, "[A] It failed.", details);
            Box::pin(async { Err(status) })
        }
    })
    .unwrap();
    let (took, result) = timed(session.execute(plan::root(plan::sql("x"))).collect()).await;
    let error: Error = result.unwrap_err();
    assert_eq!((error.kind, error.sentence()), (ErrorKind::Spark, "It failed."));
    assert!(took < MINUTE, "{took:?}");
}
