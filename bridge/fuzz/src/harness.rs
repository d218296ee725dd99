//! What must hold for any bytes at all. Fuzz targets and the tests of the bridge call these functions; a panic is a
//! finding.
//!
//! The oracles are prost, which decodes what the envelope only scans, and a whole base64 text, which the text mode sees
//! in pieces.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{convert::Infallible, io::Read};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use prost::Message;
use ruzstd::decoding::StreamingDecoder;
use spark_connect_bridge::envelope::{Envelope, EnvelopeError, Messages, Method, Survey, signature};
use spark_connect_proto::connect::{
    self as proto,
    command::CommandType,
    plan::{CompressedOperation, OpType, compressed_operation::OpType as Kind},
    relation::RelType,
};
use tonic_web::GrpcWebLayer;
use tower::{Layer, ServiceExt, service_fn};

/// Who a message truly comes from.
pub const TRUE_USER: &str = "the true user";
const LIMIT: usize = 1024;

/// The envelope of any message: what Spark would read after the bridge signed it. The first byte chooses the method.
pub fn envelope(data: &[u8]) {
    let Some((method, message)) = data.split_first() else {
        return;
    };
    let method = Method::ALL[usize::from(*method) % Method::ALL.len()];
    signed(method, Bytes::copy_from_slice(message));
}

/// Checks that no message of `method` can speak for anyone but the user who signs it. Returns what was read of it.
pub fn signed(method: Method, message: Bytes) -> Option<Envelope> {
    let read = Envelope::read(method, message.clone());
    let decoded = decode(method, &message);
    let Ok(envelope) = read else { return None };

    // What is passed on is what prost sees with the true user, whatever it said before.
    let signed = [&message[..], &signature(TRUE_USER, "Its Name")].concat();
    if let Some(seen) = decode(method, &signed) {
        assert_eq!(seen.user, TRUE_USER, "{method} {message:x?}");
        assert_eq!(seen.session, envelope.session_id, "{method} {message:x?}");
        assert_eq!(
            seen.observed, envelope.observed_server_session_id,
            "{method} {message:x?}"
        );
    }
    // The scan and prost agree on who it claimed to be; an empty claim may come after another one.
    if let Some(seen) = &decoded {
        assert!(
            seen.user.is_empty() || seen.user == envelope.claimed_user,
            "{method} {message:x?}"
        );
        assert!(
            !seen.extends_user || envelope.extends_user,
            "{method} {message:x?}"
        );
    }
    // The bridge reads what it signed, and finds its own signature unless there was another claim.
    match Envelope::read(method, signed.into()) {
        Ok(again) => assert_eq!(again.claimed_user, TRUE_USER),
        Err(error) => {
            assert_eq!(error, EnvelopeError::SeveralUsers);
            assert!(!envelope.claimed_user.is_empty() && envelope.claimed_user != TRUE_USER);
        }
    }
    // Whoever reads the plan finds no more than the survey did.
    let survey = envelope.survey();
    if let Some(seen) = decoded {
        seen.check(&survey, &message);
    }
    if method == Method::Config
        && let Ok(seen) = proto::ConfigRequest::decode(&message[..])
        && asks_for_token(&seen)
    {
        assert_eq!(envelope.reveals_token(), Ok(true), "{message:x?}");
    }
    Some(envelope)
}

/// The messages of any body, however it is cut.
pub fn frames(data: &[u8]) {
    let Some((step, body)) = data.split_first() else {
        return;
    };
    let read = |step: usize| {
        let mut messages = Messages::new(LIMIT);
        let mut found = Vec::new();
        for chunk in body.chunks(step) {
            messages.push(chunk);
            loop {
                match messages.take() {
                    Ok(Some(message)) => found.push(message),
                    Ok(None) => break,
                    Err(error) => return (found, Some(error), false),
                }
            }
        }
        (found, None, messages.has_rest())
    };
    let whole = read(body.len().max(1));
    assert_eq!(read(usize::from(*step).max(1)), whole);
    assert!(whole.0.iter().all(|message| message.len() <= LIMIT));
    let taken: usize = whole.0.iter().map(|message| 5 + message.len()).sum();
    assert!(taken <= body.len());
    assert!(whole.1.is_some() || whole.2 == (taken < body.len()));
}

/// grpc-web's text mode: any text, however it is cut, is decoded as the whole would be, or refused.
pub fn text(data: &[u8]) {
    let Some((step, text)) = data.split_first() else {
        return;
    };
    let decode = |step: usize| {
        let chunks: Vec<_> = text
            .chunks(step)
            .map(|chunk| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(chunk))))
            .collect();
        let request = Request::post("/")
            .header("content-type", "application/grpc-web-text+proto")
            .body(StreamBody::new(stream::iter(chunks)))
            .unwrap();
        let (sender, mut receiver) = futures::channel::mpsc::unbounded();
        let service = service_fn(move |request: Request<tonic::body::Body>| {
            let sender = sender.clone();
            async move {
                let collected = request.into_body().collect().await;
                sender
                    .unbounded_send(collected.map(|body| body.to_bytes()).ok())
                    .unwrap();
                Ok::<_, Infallible>(Response::new(tonic::body::Body::empty()))
            }
        });
        // Nothing here waits for anything.
        let _ = GrpcWebLayer::new()
            .layer(service)
            .oneshot(request)
            .now_or_never()
            .unwrap();
        receiver.next().now_or_never().flatten().flatten()
    };
    let whole = decode(text.len().max(1));
    let strict = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    if let Ok(expected) = strict.decode(text) {
        assert_eq!(whole.as_deref(), Some(&expected[..]), "{text:x?}");
        assert_eq!(
            decode(usize::from(*step).max(1)).as_deref(),
            Some(&expected[..]),
            "{text:x?} cut at {step}"
        );
    } else {
        // Refused or not, it ends.
        decode(usize::from(*step).max(1));
    }
}

/// What prost sees.
struct Seen {
    user: String,
    session: String,
    observed: Option<String>,
    extends_user: bool,
    plan: Option<proto::Plan>,
}

impl Seen {
    fn check(&self, survey: &Survey, message: &Bytes) {
        if let Some(operation) = self.plan.as_ref().and_then(|plan| plan.op_type.as_ref()) {
            check(operation, survey, message);
        }
    }
}

fn check(operation: &OpType, survey: &Survey, message: &Bytes) {
    match operation {
        OpType::Command(command) => {
            let harmless = matches!(
                command.command_type,
                None | Some(
                    CommandType::SqlCommand(_)
                        | CommandType::CreateDataframeView(_)
                        | CommandType::GetResourcesCommand(_)
                        | CommandType::RemoveCachedRemoteRelationCommand(_)
                )
            );
            assert!(harmless || survey.writes.is_some(), "{message:x?}");
        }
        OpType::CompressedOperation(packed) => {
            if survey.writes.is_none() {
                let plan = unpacked(packed).unwrap();
                plan.iter().for_each(|plan| check(plan, survey, message));
            }
        }
        OpType::Root(relation) => {
            if let Some(RelType::Sql(sql)) = &relation.rel_type {
                assert!(
                    sql.query.is_empty()
                        || survey.writes.is_some()
                        || survey.sql.contains(&Bytes::from(sql.query.clone()))
                );
                let drops = sql.query.trim_start().to_ascii_lowercase().starts_with("drop");
                assert!(!drops || survey.writes.is_some(), "{message:x?}");
            }
        }
    }
}

/// What travels compressed: an error if it is not readable, none if it is no plan.
fn unpacked(packed: &CompressedOperation) -> std::io::Result<Option<OpType>> {
    let mut plan = Vec::new();
    StreamingDecoder::new(&packed.data[..])
        .map_err(std::io::Error::other)?
        .read_to_end(&mut plan)?;
    Ok(match packed.op_type() {
        Kind::Relation => proto::Relation::decode(&plan[..]).ok().map(OpType::Root),
        Kind::Command => proto::Command::decode(&plan[..]).ok().map(OpType::Command),
        Kind::Unspecified => panic!("nobody knows what it is"),
    })
}

fn asks_for_token(request: &proto::ConfigRequest) -> bool {
    use proto::config_request::operation::OpType;
    const TOKEN: &str = "spark.connect.authenticate.token";
    match request
        .operation
        .as_ref()
        .and_then(|operation| operation.op_type.as_ref())
    {
        Some(OpType::Get(get)) => get.keys.iter().any(|key| key == TOKEN),
        Some(OpType::GetOption(get)) => get.keys.iter().any(|key| key == TOKEN),
        Some(OpType::GetWithDefault(get)) => get.pairs.iter().any(|pair| pair.key == TOKEN),
        Some(OpType::GetAll(get)) => TOKEN.starts_with(get.prefix()),
        _ => false,
    }
}

fn decode(method: Method, message: &[u8]) -> Option<Seen> {
    macro_rules! seen {
        ($type:ident, $observed:expr, $plan:expr) => {{
            let request = proto::$type::decode(message).ok()?;
            let user = request.user_context.clone().unwrap_or_default();
            Seen {
                user: user.user_id,
                extends_user: !user.extensions.is_empty(),
                session: request.session_id.clone(),
                observed: $observed(&request),
                plan: $plan(&request),
            }
        }};
        ($type:ident) => {
            seen!(
                $type,
                |request: &proto::$type| request.client_observed_server_side_session_id.clone(),
                |_: &proto::$type| None
            )
        };
    }
    Some(match method {
        Method::AddArtifacts => seen!(AddArtifactsRequest),
        Method::AnalyzePlan => seen!(AnalyzePlanRequest),
        Method::ArtifactStatus => seen!(ArtifactStatusesRequest),
        Method::CloneSession => seen!(CloneSessionRequest),
        Method::Config => seen!(ConfigRequest),
        Method::ExecutePlan => seen!(
            ExecutePlanRequest,
            |request: &proto::ExecutePlanRequest| request.client_observed_server_side_session_id.clone(),
            |request: &proto::ExecutePlanRequest| request.plan.clone()
        ),
        Method::FetchErrorDetails => seen!(FetchErrorDetailsRequest),
        Method::GetStatus => seen!(GetStatusRequest),
        Method::Interrupt => seen!(InterruptRequest),
        Method::ReattachExecute => seen!(ReattachExecuteRequest),
        Method::ReleaseExecute => seen!(ReleaseExecuteRequest),
        Method::ReleaseSession => {
            seen!(
                ReleaseSessionRequest,
                |_: &proto::ReleaseSessionRequest| None,
                |_: &proto::ReleaseSessionRequest| None
            )
        }
    })
}
