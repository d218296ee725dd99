//! Requests as clients send them, to be damaged.
#![allow(unreachable_pub)]

use base64::{Engine, prelude::BASE64_STANDARD};
use prost::Message;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use spark_connect_bridge::envelope::Method;
use spark_connect_proto::connect::{
    self as proto,
    add_artifacts_request::{ArtifactChunk, Batch, Payload, SingleChunkArtifact},
    analyze_plan_request::{Analyze, Schema},
    catalog::CatType,
    command::CommandType,
    config_request::{self, GetAll, operation::OpType as Setting},
    interrupt_request::{Interrupt, InterruptType},
    plan::{CompressedOperation, OpType, compressed_operation::OpType as Kind},
    relation::RelType,
    release_execute_request::{Release, ReleaseAll},
};

const SESSION: &str = "00112233-4455-6677-8899-aabbccddeeff";
const OPERATION: &str = "ffeeddcc-bbaa-9988-7766-554433221100";

/// For `harness::envelope`: a request of each method, and of each kind of plan. The method comes first.
pub fn requests() -> Vec<Vec<u8>> {
    messages()
        .into_iter()
        .filter_map(|(method, message)| {
            let method = Method::ALL.iter().position(|known| *known == method)?;
            Some([&[u8::try_from(method).ok()?][..], &message].concat())
        })
        .collect()
}

/// For `harness::frames`: how far to read at once, then a body.
pub fn bodies() -> Vec<Vec<u8>> {
    let body = |step: u8, messages: &[&[u8]]| {
        let frames = messages.iter().map(|message| framed(message));
        [vec![step], frames.collect::<Vec<_>>().concat()].concat()
    };
    let mut bodies: Vec<_> = messages()
        .iter()
        .map(|(_, message)| body(7, &[message]))
        .collect();
    bodies.push(body(3, &[b"one", b"", b"three"]));
    bodies.push(vec![1]);
    // One that is compressed, one that is too long, one that does not end.
    bodies.push([&[1][..], &[1], &framed(b"x")[1..]].concat());
    bodies.push([&[1][..], &[0, 0, 1, 0, 0], b"x"].concat());
    bodies.push([&[1][..], &[0, 0, 0, 0, 9], b"x"].concat());
    bodies
}

/// For `harness::text`: bodies in base64, which may pad where a frame ends.
pub fn texts() -> Vec<Vec<u8>> {
    let encoded = |bytes: &[u8]| BASE64_STANDARD.encode(bytes).into_bytes();
    let mut texts: Vec<_> = bodies()
        .iter()
        .filter_map(|body| body.split_first())
        .map(|(step, body)| [vec![*step], encoded(body)].concat())
        .collect();
    texts.push([vec![2], encoded(&framed(b"a")), encoded(&framed(b"bc"))].concat());
    texts
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0][..], &length.to_be_bytes(), message].concat()
}

fn messages() -> Vec<(Method, Vec<u8>)> {
    let mut messages: Vec<_> = plans()
        .into_iter()
        .map(|plan| (Method::ExecutePlan, execute(plan).encode_to_vec()))
        .collect();
    macro_rules! request {
        ($method:ident, $type:ident { $($field:ident: $value:expr),* $(,)? }) => {
            messages.push((Method::$method, proto::$type {
                session_id: SESSION.to_owned(),
                user_context: user(),
                $($field: $value,)*
                ..Default::default()
            }.encode_to_vec()));
        };
    }
    let operation_id = || OPERATION.to_owned();
    let chunk = ArtifactChunk {
        data: b"print(1)".to_vec().into(),
        crc: 1,
    };
    let artifact = SingleChunkArtifact {
        name: "pyfiles/a.py".to_owned(),
        data: Some(chunk),
    };
    request!(
        AddArtifacts,
        AddArtifactsRequest {
            payload: Some(Payload::Batch(Batch {
                artifacts: vec![artifact]
            })),
        }
    );
    request!(
        AnalyzePlan,
        AnalyzePlanRequest {
            client_observed_server_side_session_id: Some(OPERATION.to_owned()),
            analyze: Some(Analyze::Schema(Schema {
                plan: Some(plan(OpType::Root(query())))
            })),
        }
    );
    request!(
        ArtifactStatus,
        ArtifactStatusesRequest {
            names: vec!["cache/a".to_owned()]
        }
    );
    request!(
        CloneSession,
        CloneSessionRequest {
            new_session_id: Some(OPERATION.to_owned())
        }
    );
    for prefix in [None, Some("spark.sql.".to_owned())] {
        let op_type = Some(Setting::GetAll(GetAll { prefix }));
        request!(
            Config,
            ConfigRequest {
                operation: Some(config_request::Operation { op_type }),
            }
        );
    }
    request!(
        FetchErrorDetails,
        FetchErrorDetailsRequest {
            error_id: "an error".to_owned()
        }
    );
    request!(GetStatus, GetStatusRequest {});
    request!(
        Interrupt,
        InterruptRequest {
            interrupt_type: InterruptType::OperationId.into(),
            interrupt: Some(Interrupt::OperationId(operation_id())),
        }
    );
    request!(
        ReattachExecute,
        ReattachExecuteRequest {
            operation_id: operation_id(),
            last_response_id: Some("a response".to_owned()),
        }
    );
    request!(
        ReleaseExecute,
        ReleaseExecuteRequest {
            operation_id: operation_id(),
            release: Some(Release::ReleaseAll(ReleaseAll {})),
        }
    );
    request!(ReleaseSession, ReleaseSessionRequest {});
    messages
}

fn user() -> Option<proto::UserContext> {
    Some(proto::UserContext {
        user_id: "ada".to_owned(),
        user_name: "Ada".to_owned(),
        extensions: vec![],
    })
}

fn plan(op_type: OpType) -> proto::Plan {
    proto::Plan {
        op_type: Some(op_type),
    }
}

fn execute(op_type: OpType) -> proto::ExecutePlanRequest {
    proto::ExecutePlanRequest {
        session_id: SESSION.to_owned(),
        user_context: user(),
        operation_id: Some(OPERATION.to_owned()),
        client_type: Some("a client".to_owned()),
        tags: vec!["a tag".to_owned()],
        plan: Some(plan(op_type)),
        ..Default::default()
    }
}

fn relation(rel_type: RelType) -> proto::Relation {
    proto::Relation {
        common: Some(proto::RelationCommon {
            plan_id: Some(1),
            ..Default::default()
        }),
        rel_type: Some(rel_type),
    }
}

fn sql(query: &str) -> proto::Relation {
    relation(RelType::Sql(proto::Sql {
        query: query.to_owned(),
        ..Default::default()
    }))
}

/// A query with an expression of SQL, a function and a limit.
fn query() -> proto::Relation {
    use proto::expression::{ExprType, ExpressionString, UnresolvedFunction};
    let expression = |expr_type| proto::Expression {
        common: None,
        expr_type: Some(expr_type),
    };
    let text = expression(ExprType::ExpressionString(ExpressionString {
        expression: "a + 1 AS b".to_owned(),
    }));
    let call = expression(ExprType::UnresolvedFunction(UnresolvedFunction {
        function_name: "upper".to_owned(),
        arguments: vec![text],
        ..Default::default()
    }));
    let project = relation(RelType::Project(Box::new(proto::Project {
        input: Some(Box::new(sql("SELECT 'x' AS a -- ;"))),
        expressions: vec![call],
    })));
    relation(RelType::Limit(Box::new(proto::Limit {
        input: Some(Box::new(project)),
        limit: 10,
    })))
}

fn plans() -> Vec<OpType> {
    let command = |command_type| {
        OpType::Command(proto::Command {
            command_type: Some(command_type),
        })
    };
    let catalog = relation(RelType::Catalog(proto::Catalog {
        cat_type: Some(CatType::DropTempView(proto::DropTempView {
            view_name: "v".to_owned(),
        })),
    }));
    let view = proto::CreateDataFrameViewCommand {
        input: Some(query()),
        name: "v".to_owned(),
        ..Default::default()
    };
    let write = proto::WriteOperation {
        input: Some(query()),
        source: Some("parquet".to_owned()),
        ..Default::default()
    };
    let packed = |kind: Kind, message: Vec<u8>| {
        OpType::CompressedOperation(CompressedOperation {
            data: compress_to_vec(&message[..], CompressionLevel::Fastest),
            op_type: kind.into(),
            compression_codec: proto::CompressionCodec::Zstd.into(),
        })
    };
    vec![
        OpType::Root(query()),
        OpType::Root(sql("DROP TABLE t")),
        OpType::Root(catalog),
        command(CommandType::SqlCommand(proto::SqlCommand {
            input: Some(sql("WITH t AS (SELECT 1) SELECT * FROM t")),
            ..Default::default()
        })),
        command(CommandType::CreateDataframeView(view)),
        command(CommandType::WriteOperation(write.clone())),
        packed(Kind::Relation, query().encode_to_vec()),
        packed(
            Kind::Command,
            proto::Command {
                command_type: Some(CommandType::WriteOperation(write)),
            }
            .encode_to_vec(),
        ),
    ]
}
