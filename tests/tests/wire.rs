//! Compares our wire definitions with those that PySpark carries: every message, field, oneof, enum and RPC.

use std::{collections::BTreeMap, process::Command};

use anyhow::{Context, Result, ensure};
use e2e::environment;
use prost::Message;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    ServiceDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use spark_connect_proto::DESCRIPTORS;

const PACKAGE: &str = "spark.connect";
/// The files of the protocol; PySpark carries one more, which holds examples.
const FILES: [&str; 10] = [
    "base",
    "catalog",
    "commands",
    "common",
    "expressions",
    "ml",
    "ml_common",
    "pipelines",
    "relations",
    "types",
];
/// Writes the descriptors of PySpark's modules as a `FileDescriptorSet`.
const ASK_PYSPARK: &str = "
import importlib, sys
from google.protobuf import descriptor_pb2
files = descriptor_pb2.FileDescriptorSet()
for name in sys.argv[1:]:
    module = importlib.import_module(f'pyspark.sql.connect.proto.{name}_pb2')
    module.DESCRIPTOR.CopyToProto(files.file.add())
sys.stdout.buffer.write(files.SerializeToString())
";

#[test]
fn our_definitions_are_those_of_pyspark() -> Result<()> {
    let differences = differences(&pyspark()?, &ours()?);
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
    Ok(())
}

#[test]
fn a_difference_is_found_and_named() -> Result<()> {
    type Doctor = fn(&mut FileDescriptorProto);
    let cases: [(&str, Doctor, &str); 16] = [
        (
            "base",
            |f| f.message_type.retain(|m| m.name() != "Plan"),
            "message spark.connect.Plan: only in PySpark",
        ),
        (
            "base",
            |f| f.message_type.push(named("Extra")),
            "message spark.connect.Extra: only here",
        ),
        (
            "base",
            |f| message(f, "Plan").field[0].name = Some("rot".into()),
            "field spark.connect.Plan.1: \"rot",
        ),
        (
            "base",
            |f| message(f, "Plan").field[0].number = Some(9),
            "field spark.connect.Plan.9: only here",
        ),
        (
            "base",
            |f| message(f, "Plan").field[0].oneof_index = None,
            "in no oneof",
        ),
        (
            "base",
            |f| message(f, "Plan").field[0].type_name = Some(".spark.connect.Plan".into()),
            "type .spark.connect.Plan",
        ),
        (
            "base",
            |f| message(f, "UserContext").field[0].set_type(Type::Bytes),
            "spark.connect.UserContext.1",
        ),
        (
            "base",
            |f| message(f, "UserContext").field[0].set_label(Label::Repeated),
            "spark.connect.UserContext.1",
        ),
        (
            "base",
            |f| message(f, "ExecutePlanRequest").field[1].proto3_optional = None,
            "proto3 optional",
        ),
        (
            "base",
            |f| message(f, "Plan").oneof_decl[0].name = Some("other".into()),
            "oneof spark.connect.Plan.other",
        ),
        ("base", |f| map_entry(message(f, "KeyValue")), "map entry"),
        (
            "base",
            |f| f.service[0].method[0].client_streaming = Some(true),
            "rpc spark.connect.SparkConnectService.ExecutePlan",
        ),
        (
            "base",
            |f| drop(f.service[0].method.pop()),
            "rpc spark.connect.SparkConnectService.GetStatus: only in PySpark",
        ),
        (
            "relations",
            |f| message(f, "Join").enum_type[0].value[1].number = Some(77),
            "value spark.connect.Join.JoinType.JOIN_TYPE_INNER",
        ),
        (
            "relations",
            |f| message(f, "Read").reserved_name.push("gone".into()),
            "message spark.connect.Read",
        ),
        (
            "relations",
            |f| message(f, "CachedLocalRelation").reserved_range.clear(),
            "message spark.connect.CachedLocalRelation: in",
        ),
    ];
    let ours = ours()?;
    assert_eq!(differences(&ours, &ours), [""; 0]);
    for (file, doctor, expected) in cases {
        let mut doctored = ours.clone();
        let name = format!("spark/connect/{file}.proto");
        let file = doctored
            .file
            .iter_mut()
            .find(|f| f.name() == name)
            .with_context(|| name.clone())?;
        doctor(file);
        let found = differences(&ours, &doctored);
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{expected:?} is not in {found:#?}"
        );
    }
    Ok(())
}

fn named(name: &str) -> DescriptorProto {
    DescriptorProto {
        name: Some(name.to_owned()),
        ..DescriptorProto::default()
    }
}

#[allow(clippy::panic)]
fn message<'a>(file: &'a mut FileDescriptorProto, name: &str) -> &'a mut DescriptorProto {
    let at = file.message_type.iter().position(|m| m.name() == name);
    &mut file.message_type[at.unwrap_or_else(|| panic!("no message {name}"))]
}

fn map_entry(message: &mut DescriptorProto) {
    message.options.get_or_insert_default().map_entry = Some(true);
}

fn ours() -> Result<FileDescriptorSet> {
    FileDescriptorSet::decode(DESCRIPTORS).context("our descriptors cannot be read")
}

fn pyspark() -> Result<FileDescriptorSet> {
    let output = Command::new(environment::python()?)
        .args(["-c", ASK_PYSPARK])
        .args(FILES)
        .output()?;
    ensure!(
        output.status.success(),
        "PySpark's descriptors cannot be had: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let set = FileDescriptorSet::decode(&*output.stdout).context("PySpark's descriptors cannot be read")?;
    ensure!(
        set.file.len() == FILES.len(),
        "PySpark gave {} files",
        set.file.len()
    );
    Ok(set)
}

/// One line for everything that is in one set and not, or otherwise, in the other.
fn differences(pyspark: &FileDescriptorSet, ours: &FileDescriptorSet) -> Vec<String> {
    let (theirs, ours) = (facts(pyspark), facts(ours));
    let missing = theirs
        .iter()
        .filter(|(name, _)| !ours.contains_key(*name))
        .map(|(name, fact)| format!("{name}: only in PySpark ({fact})"));
    let others = ours.iter().filter_map(|(name, fact)| match theirs.get(name) {
        None => Some(format!("{name}: only here ({fact})")),
        Some(their) if their != fact => Some(format!("{name}: {fact}; in PySpark {their}")),
        Some(_) => None,
    });
    missing.chain(others).collect()
}

/// What a set defines in our package: a name that tells what it is and where, and everything that matters about it.
fn facts(set: &FileDescriptorSet) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for file in set.file.iter().filter(|f| f.package() == PACKAGE) {
        let name = format!("file {}", file.name());
        facts.insert(
            name,
            format!(
                "syntax {}, imports {:?}",
                file.syntax(),
                sorted(file.dependency.clone())
            ),
        );
        for message in &file.message_type {
            add_message(&mut facts, PACKAGE, message, file.name());
        }
        for one in &file.enum_type {
            add_enum(&mut facts, PACKAGE, one);
        }
        for service in &file.service {
            add_service(&mut facts, service);
        }
    }
    facts
}

fn add_message(facts: &mut BTreeMap<String, String>, scope: &str, message: &DescriptorProto, place: &str) {
    let path = format!("{scope}.{}", message.name());
    let mut fact = format!("in {place}");
    if message.options.as_ref().is_some_and(|o| o.map_entry()) {
        fact += ", a map entry";
    }
    let reserved = message.reserved_range.iter().map(|r| (r.start(), r.end()));
    fact += &format!(
        ", reserved {:?} {:?}",
        sorted(reserved.collect()),
        sorted(message.reserved_name.clone())
    );
    facts.insert(format!("message {path}"), fact);
    for field in &message.field {
        let name = format!("field {path}.{}", field.number());
        facts.insert(name, describe(field, message));
    }
    for (at, oneof) in message.oneof_decl.iter().enumerate() {
        let inside = |field: &&FieldDescriptorProto| field.oneof_index == Some(at as i32);
        let numbers = message
            .field
            .iter()
            .filter(inside)
            .map(FieldDescriptorProto::number);
        facts.insert(
            format!("oneof {path}.{}", oneof.name()),
            format!("of {:?}", sorted(numbers.collect())),
        );
    }
    for nested in &message.nested_type {
        add_message(facts, &path, nested, place);
    }
    for nested in &message.enum_type {
        add_enum(facts, &path, nested);
    }
}

fn describe(field: &FieldDescriptorProto, message: &DescriptorProto) -> String {
    let kind = match field.type_name() {
        "" => field.r#type().as_str_name(),
        name => name,
    };
    let mut fact = format!(
        "\"{}\", {}, type {kind}",
        field.name(),
        field.label().as_str_name()
    );
    if field.proto3_optional() {
        fact += ", proto3 optional";
    }
    let oneof = field
        .oneof_index
        .and_then(|at| message.oneof_decl.get(usize::try_from(at).ok()?));
    match oneof {
        Some(oneof) => fact += &format!(", in the oneof {}", oneof.name()),
        None => fact += ", in no oneof",
    }
    if let Some(options) = &field.options {
        if options.deprecated() {
            fact += ", deprecated";
        }
        if let Some(packed) = options.packed {
            fact += &format!(", packed {packed}");
        }
    }
    fact
}

fn add_enum(facts: &mut BTreeMap<String, String>, scope: &str, one: &EnumDescriptorProto) {
    let path = format!("{scope}.{}", one.name());
    let reserved = one.reserved_range.iter().map(|r| (r.start(), r.end()));
    let fact = format!(
        "reserved {:?} {:?}",
        sorted(reserved.collect()),
        sorted(one.reserved_name.clone())
    );
    facts.insert(format!("enum {path}"), fact);
    for value in &one.value {
        facts.insert(
            format!("value {path}.{}", value.name()),
            value.number().to_string(),
        );
    }
}

fn add_service(facts: &mut BTreeMap<String, String>, service: &ServiceDescriptorProto) {
    for method in &service.method {
        let stream = |streaming: bool| if streaming { "a stream of " } else { "" };
        let fact = format!(
            "takes {}{}, returns {}{}",
            stream(method.client_streaming()),
            method.input_type(),
            stream(method.server_streaming()),
            method.output_type()
        );
        facts.insert(
            format!("rpc {PACKAGE}.{}.{}", service.name(), method.name()),
            fact,
        );
    }
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort();
    values
}
