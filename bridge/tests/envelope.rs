//! The envelope of requests: what is read of them, what their plans count as, and that nobody speaks for another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../fuzz/src/harness.rs"]
mod harness;
#[path = "../fuzz/src/seeds.rs"]
mod seeds;

use bytes::Bytes;
use harness::{TRUE_USER, signed};
use proptest::{collection::vec, prelude::*, sample::select};
use prost::Message;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use spark_connect_bridge::envelope::{Envelope, EnvelopeError, Method, WireError, Writes, signature};
use spark_connect_proto::connect::{
    self as proto, Command, CreateDataFrameViewCommand, ExecutePlanRequest, Limit, Plan, Relation, Sql,
    SqlCommand, SubqueryAlias, UserContext, WithRelations, WriteOperation,
    catalog::CatType,
    command::CommandType,
    plan::{CompressedOperation, OpType, compressed_operation::OpType as Kind},
    relation::RelType,
};

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
}

fn user(name: &str) -> Vec<u8> {
    field(2, &field(1, name.as_bytes()))
}

#[test]
fn every_request_is_read_and_signed() {
    for method in Method::ALL {
        let message = [field(1, b"a session"), user("ada")].concat();
        let envelope = Envelope::read(method, message.clone().into()).unwrap();
        assert_eq!(
            (&*envelope.session_id, &*envelope.claimed_user),
            ("a session", "ada"),
            "{method}"
        );
        assert!(!envelope.extends_user);
        signed(method, message.into()).unwrap();
    }
}

#[test]
fn operations_are_read() {
    let request = proto::InterruptRequest {
        interrupt: Some(proto::interrupt_request::Interrupt::OperationId(
            "an operation".to_owned(),
        )),
        client_observed_server_side_session_id: Some("observed".to_owned()),
        ..proto::InterruptRequest::default()
    };
    let envelope = Envelope::read(Method::Interrupt, request.encode_to_vec().into()).unwrap();
    assert_eq!(envelope.operation_id.as_deref(), Some("an operation"));
    assert_eq!(envelope.observed_server_session_id.as_deref(), Some("observed"));
}

#[test]
fn forged_claims() {
    let ada = user("ada");
    let eve = user("eve");
    let extended = field(2, &[&field(1, b"ada")[..], &[0xba, 0x3e, 0]].concat());
    type Case<'a> = (&'a str, Vec<u8>, Result<(&'a str, bool), EnvelopeError>);
    let cases: Vec<Case> = vec![
        ("nobody", vec![], Ok(("", false))),
        ("one", ada.clone(), Ok(("ada", false))),
        (
            "the same twice",
            [ada.clone(), ada.clone()].concat(),
            Ok(("ada", false)),
        ),
        (
            "then nobody",
            [ada.clone(), user("")].concat(),
            Ok(("ada", false)),
        ),
        (
            "two",
            [ada.clone(), eve.clone()].concat(),
            Err(EnvelopeError::SeveralUsers),
        ),
        (
            "two in one",
            field(2, &[field(1, b"ada"), field(1, b"eve")].concat()),
            Err(EnvelopeError::SeveralUsers),
        ),
        (
            "far apart",
            [eve.clone(), field(9, b"x"), ada.clone()].concat(),
            Err(EnvelopeError::SeveralUsers),
        ),
        ("with an extension", extended, Ok(("ada", true))),
        // Another wire type, or inside of something unknown, is no claim to Spark either.
        ("a number", vec![0x10, 0x01], Ok(("", false))),
        (
            "a group",
            [&[0x13][..], &field(1, b"eve"), &[0x14]].concat(),
            Ok(("", false)),
        ),
        ("inside an unknown field", field(15, &eve), Ok(("", false))),
        // A tag of more bytes than it needs is the same tag.
        (
            "a long tag",
            [&[0x92, 0x80, 0x00][..], &eve[1..]].concat(),
            Ok(("eve", false)),
        ),
        (
            "a tag beyond 32 bits",
            [&[0x92, 0x80, 0x80, 0x80, 0x10][..], &eve[1..]].concat(),
            Err(WireError::Number.into()),
        ),
        // Whatever would swallow the true user that is appended.
        (
            "a field that goes on",
            vec![0x7a, 0x10],
            Err(WireError::Truncated.into()),
        ),
        (
            "a length that goes on",
            vec![0x7a, 0x80],
            Err(WireError::Truncated.into()),
        ),
        ("an open group", vec![0x7b], Err(WireError::Group.into())),
        (
            "an open group inside",
            vec![0x7b, 0x83, 0x01, 0x7c],
            Err(WireError::Group.into()),
        ),
        ("an end", vec![0x7c], Err(WireError::Group.into())),
        (
            "a user that goes on",
            vec![0x12, 0x02, 0x0a, 0x05],
            Err(WireError::Truncated.into()),
        ),
        (
            "no text",
            field(2, &field(1, b"\xff")),
            Err(EnvelopeError::Text("user_id")),
        ),
    ];
    for (what, message, expected) in cases {
        let read = Envelope::read(Method::Config, message.clone().into());
        let read = read.map(|envelope| (envelope.claimed_user.clone(), envelope.extends_user));
        assert_eq!(
            read,
            expected.map(|(user, extends)| (user.to_owned(), extends)),
            "{what}"
        );
        signed(Method::Config, message.into());
    }
    let message = proto::ConfigRequest {
        session_id: "x".repeat(1025),
        ..Default::default()
    };
    let read = Envelope::read(Method::Config, message.encode_to_vec().into());
    assert_eq!(read, Err(EnvelopeError::Long("session_id")));
}

// ---- plans

fn relation(rel_type: RelType) -> Relation {
    Relation {
        common: None,
        rel_type: Some(rel_type),
    }
}

fn sql(query: &str) -> Relation {
    relation(RelType::Sql(Sql {
        query: query.to_owned(),
        ..Sql::default()
    }))
}

fn limit(input: Relation) -> Relation {
    relation(RelType::Limit(Box::new(Limit {
        input: Some(Box::new(input)),
        limit: 10,
    })))
}

fn command(command: CommandType) -> OpType {
    OpType::Command(Command {
        command_type: Some(command),
    })
}

fn request(op_type: OpType) -> Vec<u8> {
    let plan = Some(Plan {
        op_type: Some(op_type),
    });
    ExecutePlanRequest {
        plan,
        ..ExecutePlanRequest::default()
    }
    .encode_to_vec()
}

fn survey(message: Vec<u8>) -> spark_connect_bridge::envelope::Survey {
    signed(Method::ExecutePlan, message.into()).unwrap().survey()
}

#[test]
fn plans_are_judged_by_everything_in_them() {
    let view = |is_global| {
        command(CommandType::CreateDataframeView(CreateDataFrameViewCommand {
            input: Some(sql("SELECT 1")),
            is_global,
            ..CreateDataFrameViewCommand::default()
        }))
    };
    let sql_command = |input: Relation| {
        command(CommandType::SqlCommand(SqlCommand {
            input: Some(input),
            ..SqlCommand::default()
        }))
    };
    #[allow(deprecated)]
    let old_sql_command = |sql: &str| {
        command(CommandType::SqlCommand(SqlCommand {
            sql: sql.to_owned(),
            ..SqlCommand::default()
        }))
    };
    let catalog = |cat_type| {
        OpType::Root(relation(RelType::Catalog(proto::Catalog {
            cat_type: Some(cat_type),
        })))
    };
    let subquery = relation(RelType::WithRelations(Box::new(WithRelations {
        root: Some(Box::new(sql("SELECT * FROM t"))),
        references: vec![relation(RelType::SubqueryAlias(Box::new(SubqueryAlias {
            input: Some(Box::new(sql("DELETE FROM x"))),
            alias: "t".to_owned(),
            qualifier: vec![],
        })))],
    })));
    let function = |name: &str| {
        let call = proto::expression::UnresolvedFunction {
            function_name: name.to_owned(),
            ..Default::default()
        };
        let expression = proto::Expression {
            common: None,
            expr_type: Some(proto::expression::ExprType::UnresolvedFunction(call)),
        };
        let project = proto::Project {
            input: None,
            expressions: vec![expression],
        };
        OpType::Root(relation(RelType::Project(Box::new(project))))
    };
    let udf = relation(RelType::MapPartitions(Box::new(proto::MapPartitions {
        func: Some(proto::CommonInlineUserDefinedFunction {
            function: Some(proto::common_inline_user_defined_function::Function::PythonUdf(
                Default::default(),
            )),
            ..Default::default()
        }),
        ..Default::default()
    })));
    let compressed = OpType::CompressedOperation(Default::default());
    let write = Command {
        command_type: Some(CommandType::WriteOperation(WriteOperation::default())),
    };
    let mut deep = sql("SELECT 1");
    for _ in 0..30 {
        deep = limit(deep);
    }
    for (what, operation, writes) in [
        ("a query", OpType::Root(limit(sql("SELECT 1"))), None),
        ("a deep query", OpType::Root(deep), None),
        ("a query as a command", sql_command(sql("SELECT 1")), None),
        ("an old query", old_sql_command("SELECT 1"), None),
        ("a view", view(false), None),
        ("tables", catalog(CatType::ListTables(Default::default())), None),
        ("a function", function("upper"), None),
        (
            "a statement",
            OpType::Root(sql("DROP TABLE t")),
            Some(Writes::Sql),
        ),
        (
            "a statement inside",
            OpType::Root(limit(sql("DROP TABLE t"))),
            Some(Writes::Sql),
        ),
        (
            "a statement beside",
            OpType::Root(subquery.clone()),
            Some(Writes::Sql),
        ),
        (
            "a statement as a command",
            sql_command(subquery),
            Some(Writes::Sql),
        ),
        (
            "an old statement",
            old_sql_command("DROP TABLE t"),
            Some(Writes::Sql),
        ),
        ("a global view", view(true), Some(Writes::GlobalView)),
        (
            "dropping",
            catalog(CatType::DropTable(Default::default())),
            Some(Writes::Catalog("drop_table")),
        ),
        ("a Java call", function("java_method"), Some(Writes::Code)),
        ("a UDF", OpType::Root(udf), Some(Writes::Code)),
        (
            "a write",
            command(CommandType::WriteOperation(WriteOperation::default())),
            Some(Writes::Command("write_operation")),
        ),
        (
            "a plugin",
            command(CommandType::Extension(Default::default())),
            Some(Writes::Unknown),
        ),
        ("nothing, compressed", compressed, Some(Writes::Compressed)),
        (
            "a compressed query",
            packed(limit(sql("SELECT 1")), Kind::Relation),
            None,
        ),
        (
            "a compressed statement",
            packed(limit(sql("DROP TABLE t")), Kind::Relation),
            Some(Writes::Sql),
        ),
        (
            "a compressed write",
            packed(write, Kind::Command),
            Some(Writes::Command("write_operation")),
        ),
        (
            "a query that claims to be a command",
            packed(sql("SELECT 1"), Kind::Command),
            Some(Writes::Command("register_table_function")),
        ),
        (
            "of no kind",
            packed(sql("SELECT 1"), Kind::Unspecified),
            Some(Writes::Compressed),
        ),
    ] {
        assert_eq!(survey(request(operation)).writes, writes, "{what}");
    }
}

/// A plan's relation or command as large ones travel.
fn packed(message: impl Message, kind: Kind) -> OpType {
    OpType::CompressedOperation(CompressedOperation {
        data: compress_to_vec(&message.encode_to_vec()[..], CompressionLevel::Fastest),
        op_type: kind.into(),
        compression_codec: proto::CompressionCodec::Zstd.into(),
    })
}

#[test]
fn what_is_compressed_is_read_one_way_only() {
    let operation = |plan: Relation| match packed(plan, Kind::Relation) {
        OpType::CompressedOperation(operation) => operation,
        _ => panic!("not compressed"),
    };
    let asked = |operation: CompressedOperation| survey(request(OpType::CompressedOperation(operation)));
    let query = operation(sql("SELECT 1"));
    let read = asked(query.clone());
    assert_eq!((read.summary(), read.writes), ("sql".to_owned(), None));

    let unreadable = Some(Writes::Compressed);
    let drop = operation(sql("DROP TABLE t"));
    let unknown = CompressedOperation {
        compression_codec: 2,
        ..query.clone()
    };
    assert_eq!(asked(unknown).writes, unreadable);
    let cut = CompressedOperation {
        data: query.data[..query.data.len() - 4].to_vec(),
        ..query.clone()
    };
    assert_eq!(asked(cut).writes, unreadable);
    let two_frames = CompressedOperation {
        data: [&query.data[..], &drop.data].concat(),
        ..query.clone()
    };
    assert_eq!(asked(two_frames).writes, unreadable);
    let bomb = CompressedOperation {
        data: compress_to_vec(&vec![0; 128 * 1024 * 1024 + 1][..], CompressionLevel::Fastest),
        ..query.clone()
    };
    assert!(bomb.data.len() < 100_000);
    assert_eq!(asked(bomb).writes, unreadable);

    // Fields that come twice: in the operation, in the plan, in the request.
    let (query, drop) = (query.encode_to_vec(), drop.encode_to_vec());
    let wrapped = |operation: &[u8]| field(3, &field(3, operation));
    for message in [
        wrapped(&[&query[..], &drop].concat()),
        wrapped(&[&drop[..], &query].concat()),
        field(3, &[field(3, &query), field(3, &drop)].concat()),
        [wrapped(&query), wrapped(&drop)].concat(),
    ] {
        assert_eq!(survey(message).writes, unreadable);
    }
}

#[test]
fn the_worst_reading_counts() {
    let query = request(OpType::Root(sql("SELECT 1")));
    let drop = request(OpType::Root(sql("DROP TABLE t")));
    let write = request(command(CommandType::WriteOperation(WriteOperation::default())));
    for message in [
        [&query[..], &drop].concat(),
        [&drop[..], &query].concat(),
        [&write[..], &query].concat(),
        [&query[..], &write].concat(),
    ] {
        assert!(survey(message.clone()).writes.is_some(), "{message:x?}");
    }
    // A relation of a later Spark: field 60 of Relation.
    let unknown = field(3, &field(1, &[0xe2, 0x03, 0x00]));
    assert_eq!(survey(unknown).writes, Some(Writes::Unknown));
}

/// Spark puts its environment into whatever it parses: SQL, names, types, schemas, settings.
#[test]
fn what_reads_sparks_environment() {
    let secret = "${env:TOKEN}";
    let text = |number| field(number, format!("x `{secret}`").as_bytes());
    let plan = |relation: Vec<u8>| (Method::ExecutePlan, field(3, &field(1, &relation)));
    // Numbers of the wire definitions.
    for (what, (method, message)) in [
        ("SQL", plan(field(10, &text(1)))),
        ("a table's name", plan(field(2, &field(1, &text(1))))),
        (
            "a function's name",
            plan(field(3, &field(3, &field(3, &text(1))))),
        ),
        ("a type", plan(field(3, &field(3, &field(7, &text(3)))))),
        (
            "an unknown part",
            plan([&[0xe2, 0x03, text(1).len() as u8][..], &text(1)].concat()),
        ),
        ("a schema", (Method::AnalyzePlan, field(11, &text(1)))),
        (
            "a setting",
            (
                Method::Config,
                field(3, &field(1, &field(1, &[field(1, b"k"), text(2)].concat()))),
            ),
        ),
        ("properties", plan(field(10, &field(1, b"SELECT '${system:x}'")))),
    ] {
        let survey = signed(method, message.into()).unwrap().survey();
        assert!(survey.reads_environment, "{what}");
        assert!(survey.writes.is_some(), "{what}");
    }
    for (what, (method, message)) in [
        ("a literal", plan(field(3, &field(3, &field(1, &text(13)))))),
        (
            "another reference",
            plan(field(10, &field(1, b"SELECT '${spark.app.name}', '$env'"))),
        ),
        ("an unknown part", plan(vec![0xe2, 0x03, 0x00])),
        (
            "a setting",
            (Method::Config, field(3, &field(1, &field(1, &field(2, b"${x}"))))),
        ),
    ] {
        let survey = signed(method, message.into()).unwrap().survey();
        assert!(!survey.reads_environment, "{what}");
    }
}

/// protobuf-java takes the lower 32 bits of a tag, and reads on.
#[test]
fn what_cannot_be_read_counts_as_writing() {
    let mut hidden = request(OpType::Root(sql("DROP TABLE t")));
    let query = hidden.windows(2).position(|bytes| bytes == [0x52, 0x0e]).unwrap();
    hidden.splice(query..=query, [0xd2, 0x80, 0x80, 0x80, 0x10]);
    // The request's plan and the plan's relation are longer now.
    for length in [1, 3] {
        hidden[length] += 4;
    }
    let packed = OpType::CompressedOperation(CompressedOperation {
        data: compress_to_vec(&hidden[4..], CompressionLevel::Fastest),
        op_type: Kind::Relation.into(),
        compression_codec: proto::CompressionCodec::Zstd.into(),
    });
    for message in [hidden, request(packed)] {
        assert_eq!(
            survey(message).writes,
            Some(Writes::Unreadable(WireError::Number))
        );
    }
    // What comes before and after is told all the same.
    let broken = field(3, &field(1, &field(10, &[0x0a, 0x05])));
    let told = survey([broken, request(OpType::Root(sql("SELECT 1")))].concat());
    assert_eq!(told.writes, Some(Writes::Unreadable(WireError::Truncated)));
    assert_eq!(
        (&*told.summary(), told.sql),
        ("sql > sql", vec![Bytes::from("SELECT 1")])
    );
}

#[test]
fn the_survey_says_what_a_plan_is() {
    let survey = survey(request(OpType::Root(limit(sql("SELECT 1")))));
    assert_eq!(survey.summary(), "limit > sql");
    assert_eq!(survey.sql, ["SELECT 1"]);
}

// ---- any bytes

/// A piece of a message: honest, forged or broken.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![Just(TRUE_USER), Just("eve"), Just(""), Just("ada")];
    prop_oneof![
        name.clone().prop_map(user),
        name.clone().prop_map(|name| field(
            2,
            &[field(2, b"a name"), field(1, name.as_bytes()), field(3, b"?")].concat()
        )),
        name.clone().prop_map(|name| field(3, &user(name))),
        name.clone().prop_map(|name| field(15, &user(name))),
        name.prop_map(|name| [&[0x92, 0x80, 0x80, 0x00][..], &user(name)[1..]].concat()),
        "[a-z]{0,9}".prop_map(|id| field(1, id.as_bytes())),
        (3u8..16, vec(any::<u8>(), 0..20)).prop_map(|(number, bytes)| field(number, &bytes)),
        (1u8..16).prop_map(|number| vec![number << 3, 0xff, 0x01]),
        (1u8..16, vec(any::<u8>(), 0..6)).prop_map(|(number, bytes)| [
            &[number << 3 | 3][..],
            &bytes,
            &[number << 3 | 4]
        ]
        .concat()),
        Just(request(OpType::Root(sql("DROP TABLE t")))),
        Just(request(command(CommandType::WriteOperation(
            WriteOperation::default()
        )))),
        vec(any::<u8>(), 0..12),
    ]
}

#[test]
fn seeds_are_read() {
    for seed in seeds::requests() {
        let method = Method::ALL[usize::from(seed[0])];
        let envelope = signed(method, seed[1..].to_vec().into()).unwrap();
        assert_eq!(envelope.claimed_user, "ada", "{method}");
        let writes = envelope.survey().writes;
        assert!(
            !matches!(
                writes,
                Some(Writes::Unknown | Writes::Unreadable(_) | Writes::Compressed)
            ),
            "{method}: {writes:?}"
        );
    }
    seeds::bodies().iter().for_each(|seed| harness::frames(seed));
    seeds::texts().iter().for_each(|seed| harness::text(seed));
}

/// A seed with bytes of it replaced, and cut somewhere.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let damage = vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let cut = prop::option::of(any::<prop::sample::Index>());
    (select(seeds), damage, cut).prop_map(|(mut bytes, damage, cut)| {
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_speaks_for_another(method in 0..12u8, pieces in vec(piece(), 0..8), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
        let mut message = pieces.concat();
        if !whole {
            message.truncate(cut.index(message.len() + 1));
        }
        harness::envelope(&[&[method][..], &message].concat());
    }

    #[test]
    fn damaged_requests_end(bytes in damaged(seeds::requests())) {
        harness::envelope(&bytes);
    }

    #[test]
    fn damaged_bodies_end(bytes in damaged(seeds::bodies())) {
        harness::frames(&bytes);
    }

    #[test]
    fn damaged_texts_end(bytes in damaged(seeds::texts())) {
        harness::text(&bytes);
    }

    #[test]
    fn honest_requests_are_read(session in "[ -~]{0,40}", name in "[ -~]{0,40}", query in "\\PC{1,60}") {
        let plan = Some(Plan { op_type: Some(OpType::Root(sql(&query))) });
        let message = ExecutePlanRequest {
            session_id: session.clone(),
            user_context: Some(UserContext { user_id: name.clone(), ..UserContext::default() }),
            plan,
            ..ExecutePlanRequest::default()
        };
        let envelope = signed(Method::ExecutePlan, message.encode_to_vec().into()).unwrap();
        prop_assert_eq!(&envelope.session_id, &session);
        prop_assert_eq!(&envelope.claimed_user, &name);
        prop_assert_eq!(envelope.survey().sql, [Bytes::from(query)]);
    }

    #[test]
    fn bodies_are_read_however_they_are_cut(step in any::<u8>(), lengths in vec((0u8..3, 0u32..40), 0..6), noise in vec(any::<u8>(), 0..8)) {
        let mut body = vec![step];
        for (flag, length) in lengths {
            body.push(flag / 2);
            body.extend(length.to_be_bytes());
            body.extend(vec![7; length as usize]);
        }
        body.extend(noise);
        harness::frames(&body);
    }

    #[test]
    fn texts_are_read_however_they_are_cut(step in any::<u8>(), bytes in vec(any::<u8>(), 0..60), noise in vec(any::<u8>(), 0..3)) {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let text = BASE64_STANDARD.encode(bytes);
        harness::text(&[&[step][..], text.as_bytes(), &noise].concat());
    }
}

#[test]
fn a_signature_is_a_user() {
    let context = UserContext {
        user_id: "ada".to_owned(),
        user_name: "Ada".to_owned(),
        extensions: vec![],
    };
    let request = ExecutePlanRequest {
        user_context: Some(context),
        ..ExecutePlanRequest::default()
    };
    assert_eq!(signature("ada", "Ada"), request.encode_to_vec());
}
