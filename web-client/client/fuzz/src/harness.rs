//! One function for each way that bytes come in.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use prost::Message;
use spark_connect_client::{
    ConnectionString, Output, RetryPolicy, Session, Transport, plan,
    proto::{
        ExecutePlanResponse,
        execute_plan_response::{ArrowBatch, ResponseType},
    },
    transport::framing::{Deframer, GrpcWebBody, Part, framed},
};
use tonic::{Status, body::Body};
use uuid::Uuid;

/// The session that every response must be for.
pub const SESSION: Uuid = Uuid::nil();

/// A connection string. One that is accepted can be used.
pub fn connection(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(connection) = ConnectionString::parse(&text) {
        let _ = (
            connection.base_url(),
            connection.authority(),
            format!("{connection:?}"),
        );
    }
}

/// A grpc-web body in pieces as large as its first byte says. However it is cut, it is the same body.
pub fn framing(bytes: &[u8]) {
    let Some((size, body)) = bytes.split_first() else {
        return;
    };
    let pieces = deframed(body.chunks(usize::from(*size).max(1)));
    assert_eq!(pieces, deframed([body].into_iter()), "depends on where it is cut");
    assert!(pieces.0.len() <= body.len(), "more came out than went in");
}

/// The messages' bytes, the trailers, and whether the body was one.
fn deframed<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Option<HeaderMap>, bool) {
    let mut deframer = Deframer::default();
    let (mut messages, mut trailers) = (Vec::new(), None);
    for piece in pieces {
        deframer.push(Bytes::copy_from_slice(piece));
        loop {
            match deframer.next() {
                Ok(Some(Part::Messages(bytes))) => messages.extend_from_slice(&bytes),
                Ok(Some(Part::Trailers(found))) => trailers = Some(found),
                Ok(None) => break,
                Err(_) => return (messages, trailers, false),
            }
        }
    }
    (messages, trailers, deframer.finish(false).is_ok())
}

/// The body of a grpc-web response to an execution.
pub fn response(bytes: &[u8]) {
    execute(Bytes::copy_from_slice(bytes));
}

/// The data of a record batch, in one chunk or, after an odd first byte, in two.
pub fn arrow(bytes: &[u8]) {
    let Some((flags, data)) = bytes.split_first() else {
        return;
    };
    let data = Bytes::copy_from_slice(data);
    let chunks = if flags % 2 == 1 {
        let middle = data.len() / 2;
        vec![data.slice(..middle), data.slice(middle..)]
    } else {
        vec![data]
    };
    let row_count = i64::from(flags / 2);
    let count = chunks.len() as i64;
    let body = chunks.into_iter().enumerate().flat_map(|(at, data)| {
        let response = ExecutePlanResponse {
            session_id: SESSION.to_string(),
            response_id: at.to_string(),
            response_type: Some(ResponseType::ArrowBatch(ArrowBatch {
                row_count,
                data,
                start_offset: Some(0),
                chunk_index: Some(at as i64),
                num_chunks_in_batch: Some(count),
            })),
            ..Default::default()
        };
        framed(&response.encode_to_vec())
    });
    execute(body.collect());
}

/// Runs a query whose first response has this body. Every other call fails for good.
fn execute(body: Bytes) {
    let body = Arc::new(Mutex::new(Some(body)));
    let service = tower::service_fn(move |_: Request<Body>| {
        let body = body.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let bytes = body.ok_or_else(|| Status::internal("there is no more"))?;
            let mut headers = HeaderMap::new();
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/grpc-web+proto"),
            );
            let body = Full::new(bytes).map_err(|never| -> Status { match never {} });
            let mut response = Response::new(Body::new(GrpcWebBody::new(body, &headers)));
            *response.headers_mut() = headers;
            Ok(response)
        }
    });
    let Ok(mut connection) = ConnectionString::parse("sc://localhost") else {
        return;
    };
    connection.session_id = Some(SESSION);
    let policy = RetryPolicy {
        max_retries: 2,
        initial_backoff: Duration::ZERO,
        max_backoff: Duration::ZERO,
        max_server_backoff: Duration::ZERO,
        ..RetryPolicy::default()
    };
    let session = Session::new(Transport::from_service(service), &connection, policy);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
    else {
        return;
    };
    runtime.block_on(async {
        let mut execution = session.execute(plan::root(plan::sql("whatever")));
        while let Some(output) = execution.next().await {
            match output {
                // What a caller does with it must not panic either.
                Ok(Output::Batch(batch)) => drop(format!("{batch:?}")),
                Ok(_) => {}
                Err(error) => drop((error.sentence().to_owned(), format!("{error:?}"))),
            }
        }
    });
}
