//! Compiles `proto/spark/connect/*.proto` into Rust, without protoc, and keeps the compiled descriptor set
//! so that a test can compare it with the one that PySpark carries. From `proto/since.txt` come the tables that tell
//! what only newer servers know.

use std::{
    collections::{BTreeMap, HashMap},
    env,
    error::Error,
    fmt::Write,
    fs,
    path::PathBuf,
};

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorSet, field_descriptor_proto::Type};

/// What a client sends with a plan in it.
const ROOTS: [(&str, &str); 2] = [
    ("PLAN", "spark.connect.Plan"),
    ("ANALYZE_PLAN_REQUEST", "spark.connect.AnalyzePlanRequest"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from("proto");
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("spark/connect"))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == "proto"));
    files.sort();

    let descriptors = protox::compile(&files, [&root])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;

    let since = fs::read_to_string(root.join("since.txt"))?;
    fs::write(out.join("since_tables.rs"), since_tables(&descriptors, &since)?)?;

    let descriptors = unread(descriptors)?;
    tonic_prost_build::configure()
        // Equal messages are equal bytes: entries of maps go out in order.
        .btree_map(".")
        // A record batch must reach Arrow without a copy, and an artifact must leave without one.
        .bytes(".spark.connect.ExecutePlanResponse.ArrowBatch.data")
        .bytes(".spark.connect.LocalRelation.data")
        .bytes(".spark.connect.ExecutePlanResponse.SqlCommandResult.relation")
        .bytes(".spark.connect.AddArtifactsRequest.ArtifactChunk.data")
        // The transport is the client's choice: fetch in a browser, tonic's channel natively.
        .build_transport(false)
        .build_server(env::var_os("CARGO_FEATURE_SERVER").is_some())
        .compile_fds(descriptors)?;

    println!("cargo:rerun-if-changed=proto");
    Ok(())
}

/// The definitions with the relation that answers a SQL command left as its bytes. No other answer holds a relation, and
/// code that reads every relation and expression would be a part of what browsers load that is worth leaving out.
fn unread(mut descriptors: FileDescriptorSet) -> Result<FileDescriptorSet, Box<dyn Error>> {
    let messages = descriptors
        .file
        .iter_mut()
        .flat_map(|file| &mut file.message_type);
    let field = messages
        .filter(|message| message.name() == "ExecutePlanResponse")
        .flat_map(|message| &mut message.nested_type)
        .filter(|message| message.name() == "SqlCommandResult")
        .flat_map(|message| &mut message.field)
        .find(|field| field.name() == "relation")
        .ok_or("a SQL command is answered by something else than a relation")?;
    field.set_type(Type::Bytes);
    field.type_name = None;
    Ok(descriptors)
}

/// The tables of `proto/since.rs`, of all messages that the roots reach.
fn since_tables(descriptors: &FileDescriptorSet, since: &str) -> Result<String, Box<dyn Error>> {
    let mut messages = HashMap::new();
    for file in &descriptors.file {
        for message in &file.message_type {
            collect(file.package(), message, &mut messages);
        }
    }
    let mut news = BTreeMap::new();
    for line in since.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.splitn(3, ' ');
        let (Some(field), Some(version), Some(what)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("since.txt: a line of fewer than three words: {line}").into());
        };
        let (field, value) = match field.split_once('=') {
            Some((field, value)) => (field, Some(value.parse::<u64>()?)),
            None => (field, None),
        };
        let (major, minor) = version
            .split_once('.')
            .ok_or("since.txt: a version without a point")?;
        let (major, minor): (u16, u16) = (major.parse()?, minor.parse()?);
        let text = format!("Some(Since {{ version: ({major}, {minor}), value: {value:?}, what: {what:?} }})");
        news.insert(field.to_owned(), text);
    }

    let mut names: Vec<&str> = Vec::new();
    let mut index = |name: &str| -> Result<usize, Box<dyn Error>> {
        let (name, _) = messages
            .get_key_value(name)
            .ok_or_else(|| format!("no message is called {name}"))?;
        Ok(names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        }))
    };
    let mut constants = String::new();
    let mut queue = Vec::new();
    for (constant, root) in ROOTS {
        let at = index(root)?;
        queue.push(root.to_owned());
        writeln!(
            constants,
            "/// The index of `{root}`.\npub const {constant}: u16 = {at};"
        )?;
    }
    let mut tables = Vec::new();
    while tables.len() < queue.len() {
        let name = queue[tables.len()].clone();
        let mut fields: Vec<_> = messages[&name].field.iter().collect();
        fields.sort_by_key(|field| field.number());
        let mut table = String::new();
        for field in fields {
            let since = news.remove(&format!("{name}.{}", field.name()));
            let message = match field.r#type() {
                Type::Message => {
                    let held = field.type_name().trim_start_matches('.').to_owned();
                    let at = index(&held)?;
                    if at == queue.len() {
                        queue.push(held);
                    }
                    Some(at)
                }
                _ => None,
            };
            if message.is_some() || since.is_some() {
                let since = since.unwrap_or_else(|| "None".to_owned());
                let number = field.number();
                write!(
                    table,
                    "Field {{ number: {number}, message: {message:?}, since: {since} }}, "
                )?;
            }
        }
        tables.push(format!("    &[{table}],\n"));
    }
    if let Some(field) = news.keys().next() {
        return Err(format!("since.txt: no plan holds a field {field}").into());
    }
    Ok(format!(
        "{constants}/// The fields of each message, by number.\npub static MESSAGES: [&[Field]; {}] = [\n{}];\n",
        tables.len(),
        tables.concat()
    ))
}

fn collect<'a>(
    scope: &str,
    message: &'a DescriptorProto,
    messages: &mut HashMap<String, &'a DescriptorProto>,
) {
    let name = format!("{scope}.{}", message.name());
    for nested in &message.nested_type {
        collect(&name, nested, messages);
    }
    messages.insert(name, message);
}
