//! Every function has PySpark's name, parameters and defaults, and gives the column that PySpark's gives.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use prost::Message;
use serde_json::{Value, json};
use spark_connect_client::{
    Column,
    functions::{self, Argument, Default, Lambda, ParameterKind, Signature},
    plan::Literal,
    proto,
    unsupported::unsupported,
};

use crate::python;

const SCRIPT: &str = include_str!("functions.py");

/// An argument that both sides understand.
#[derive(Clone, Debug)]
enum Given {
    Column(&'static str),
    Text(&'static str),
    Int(i64),
    Double(f64),
    Bool(bool),
    None,
    List(Vec<Given>),
    Options,
    Type,
    Lambda(usize),
}

impl Given {
    fn json(&self) -> Value {
        match self {
            Self::Column(name) => json!(["column", name]),
            Self::Text(text) => json!(["value", text]),
            Self::Int(number) => json!(["value", number]),
            Self::Double(number) => json!(["value", number]),
            Self::Bool(value) => json!(["value", value]),
            Self::None => json!(["value", null]),
            Self::List(elements) => {
                json!(["list", elements.iter().map(Self::json).collect::<Vec<_>>()])
            }
            Self::Options => json!(["value", { "mode": "FAILFAST", "sep": "|" }]),
            Self::Type => json!(["type", null]),
            Self::Lambda(arity) => json!(["lambda", arity]),
        }
    }

    fn argument(&self) -> Argument {
        match self {
            Self::Column(name) => Argument::Column(functions::col(*name)),
            Self::Text(text) => Argument::Literal(Literal::string(*text)),
            Self::Int(number) => Argument::Literal(Literal::whole(*number)),
            Self::Double(number) => Argument::Literal(Literal::double(*number)),
            Self::Bool(value) => Argument::Literal(Literal::boolean(*value)),
            Self::None => Argument::Literal(Literal::null()),
            Self::List(elements) => Argument::List(elements.iter().map(Self::argument).collect()),
            Self::Options => Argument::Options(vec![
                ("mode".into(), "FAILFAST".into()),
                ("sep".into(), "|".into()),
            ]),
            Self::Type => Argument::Type(struct_of_integer()),
            Self::Lambda(1) => Argument::Lambda(Lambda::unary(|x| x.eq(1))),
            Self::Lambda(2) => Argument::Lambda(Lambda::binary(|x, y| x + y)),
            Self::Lambda(_) => Argument::Lambda(Lambda::ternary(|x, y, z| functions::concat([x, y, z]))),
        }
    }
}

fn struct_of_integer() -> proto::DataType {
    use proto::data_type::{Integer, Kind, Struct, StructField};
    let integer = proto::DataType {
        kind: Some(Kind::Integer(Integer::default())),
    };
    let field = StructField {
        name: "a".into(),
        data_type: Some(integer),
        nullable: true,
        metadata: None,
    };
    proto::DataType {
        kind: Some(Kind::Struct(Struct {
            fields: vec![field],
            ..std::default::Default::default()
        })),
    }
}

/// A call of a function.
#[derive(Clone, Debug)]
struct Case {
    name: &'static str,
    positional: Vec<Given>,
    keyword: Vec<(&'static str, Given)>,
}

impl Case {
    fn json(&self) -> Value {
        let keyword: BTreeMap<&str, Value> = self
            .keyword
            .iter()
            .map(|(name, given)| (*name, given.json()))
            .collect();
        json!({
            "name": self.name,
            "positional": self.positional.iter().map(Given::json).collect::<Vec<_>>(),
            "keyword": keyword,
        })
    }

    fn call(&self) -> spark_connect_client::Result<Column> {
        let positional = self.positional.iter().map(Given::argument).collect();
        let keyword = self
            .keyword
            .iter()
            .map(|(name, given)| ((*name).to_owned(), given.argument()));
        functions::call(self.name, positional, keyword.collect(), || 42)
    }
}

/// What fits a parameter, in the forms that it takes; the first is the plainest.
fn forms(signature: &Signature, at: usize) -> Vec<Given> {
    let parameter = &signature.parameters[at];
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let name = names[at % names.len()];
    match (signature.name, parameter.name) {
        ("col" | "column", _) => return vec![Given::Text("a.b"), Given::Text("*"), Given::Text("a.*")],
        ("expr", _) => return vec![Given::Text("a + 1")],
        ("sha2", "numBits") => return vec![Given::Int(256)],
        ("call_function" | "call_udf", "funcName" | "udfName") => return vec![Given::Text("f")],
        ("window", "windowDuration" | "slideDuration" | "startTime") => {
            return vec![Given::Text("5 minutes")];
        }
        ("when", "condition") => return vec![Given::Column("a")],
        ("array_sort", "comparator") | ("aggregate" | "reduce", "merge") => return vec![Given::Lambda(2)],
        ("zip_with" | "map_filter" | "transform_keys" | "transform_values", "f") => {
            return vec![Given::Lambda(2)];
        }
        ("map_zip_with", "f") => return vec![Given::Lambda(3)],
        ("transform" | "filter", "f") => return vec![Given::Lambda(1), Given::Lambda(2)],
        ("variant_get" | "try_variant_get", "path") | ("raise_error" | "assert_true", "errMsg") => {
            return vec![Given::Text("x"), Given::Column(name)];
        }
        ("schema_of_csv" | "schema_of_json" | "schema_of_xml", "csv" | "json" | "xml") => {
            return vec![Given::Text("x"), Given::Column(name)];
        }
        ("percentile" | "percentile_approx" | "approx_percentile", "percentage") => {
            let shares = vec![Given::Double(0.25), Given::Double(0.5)];
            return vec![Given::Double(0.5), Given::List(shares), Given::Column(name)];
        }
        ("session_window", "gapDuration") => return vec![Given::Text("5 minutes"), Given::Column(name)],
        ("bucket", "numBuckets") => return vec![Given::Int(3), Given::Column(name)],
        ("percentile", "frequency") => return vec![Given::Int(2), Given::Column(name)],
        ("from_csv", "schema") => return vec![Given::Text("a INT"), Given::Column(name)],
        ("st_asbinary", "endianness") => return vec![Given::Text("NDR"), Given::Column(name)],
        ("any_value" | "first_value" | "last_value", "ignoreNulls") => {
            return vec![Given::Bool(true), Given::Text("x"), Given::Column(name)];
        }
        // Plain Columns only, in PySpark; a value there is none.
        ("log", "arg1") => return vec![Given::Text(name), Given::Column(name)],
        _ => (),
    }
    match parameter.kind {
        ParameterKind::Column => vec![Given::Text(name), Given::Column(name)],
        ParameterKind::Operand => vec![Given::Int(3), Given::Text(name), Given::Column(name)],
        ParameterKind::Value => vec![
            Given::Int(3),
            Given::Text("x"),
            Given::Column(name),
            Given::Bool(true),
        ],
        ParameterKind::Columns => vec![Given::Text(name), Given::Column(name)],
        ParameterKind::Values => vec![Given::Text("x"), Given::Text("y")],
        ParameterKind::Lambda => vec![Given::Lambda(1)],
        ParameterKind::Options => vec![Given::Options],
        ParameterKind::Schema => vec![Given::Text("a INT"), Given::Type, Given::Column(name)],
        ParameterKind::DataFrame => Vec::new(),
    }
}

/// Calls of a function that together use every parameter in every form, by position and by keyword.
fn cases(signature: &'static Signature) -> Vec<Case> {
    let name = signature.name;
    let parameters = signature.parameters;
    let required = parameters
        .iter()
        .take_while(|p| p.default == Default::Required)
        .count();
    let plain = |count: usize| -> Vec<Given> {
        (0..count)
            .flat_map(|at| {
                let forms = forms(signature, at);
                let some = if parameters[at].kind.is_variadic() { 2 } else { 1 };
                forms.into_iter().take(some)
            })
            .collect()
    };
    let mut cases = Vec::new();
    let mut add = |positional: Vec<Given>, keyword: Vec<(&'static str, Given)>| {
        cases.push(Case {
            name,
            positional,
            keyword,
        });
    };
    // Seeds are never left out here: PySpark draws one, and no two draws are equal.
    let seed = parameters.iter().position(|p| p.default == Default::Seed);
    let seeded = |mut keyword: Vec<(&'static str, Given)>, upto: usize| {
        if let Some(at) = seed.filter(|at| *at >= upto) {
            keyword.push((parameters[at].name, Given::Int(7)));
        }
        keyword
    };
    for count in required..=parameters.len() {
        if seed.is_none_or(|at| at >= count) {
            add(plain(count), seeded(Vec::new(), count));
        }
    }
    for at in 0..parameters.len() {
        let variadic_before = parameters[..at].iter().any(|p| p.kind.is_variadic());
        for form in forms(signature, at) {
            let before = plain(at.min(required));
            if variadic_before {
                continue;
            }
            if at < required {
                let mut positional = before;
                positional.push(form);
                let rest = plain(required).split_off(positional.len().min(plain(required).len()));
                positional.extend(rest);
                add(positional, seeded(Vec::new(), required));
            } else {
                add(
                    before,
                    seeded_without(seeded(Vec::new(), required), parameters[at].name, form),
                );
            }
        }
        let optional = !matches!(parameters[at].default, Default::Required | Default::Seed);
        let none =
            matches!(parameters[at].default, Default::None | Default::NoneSent(_)) || name == "nth_value";
        if optional && none && !variadic_before {
            add(
                plain(required),
                seeded(vec![(parameters[at].name, Given::None)], required),
            );
        }
    }
    if let [parameter] = parameters
        && parameter.kind == ParameterKind::Columns
        && ["array", "create_map", "struct", "map_concat"].contains(&name)
    {
        add(
            vec![Given::List(vec![Given::Text("a"), Given::Column("b")])],
            Vec::new(),
        );
    }
    cases
}

fn seeded_without(
    mut keyword: Vec<(&'static str, Given)>,
    name: &'static str,
    form: Given,
) -> Vec<(&'static str, Given)> {
    keyword.retain(|(other, _)| *other != name);
    keyword.push((name, form));
    keyword
}

/// The columns of all calls, each with what it is for people.
pub(crate) fn columns() -> Vec<(String, Column)> {
    let cases = functions::signatures()
        .filter(|signature| !signature.is_of_data_frame())
        .flat_map(cases);
    cases
        .filter_map(|case| Some((format!("{case:?}"), case.call().ok()?)))
        .collect()
}

#[test]
fn functions_are_those_of_pyspark() -> Result<()> {
    let cases: Vec<Case> = functions::signatures()
        .filter(|signature| !signature.is_of_data_frame())
        .flat_map(cases)
        .collect();
    let question = Value::Array(cases.iter().map(Case::json).collect());
    let answer = python::ask(SCRIPT, &question)?;

    let theirs = answer["signatures"].as_object().context("no signatures")?;
    let mut differences = Vec::new();
    let mut found = 0;
    for (name, parameters) in theirs {
        if unsupported("functions", name).is_some() {
            continue;
        }
        let Some(signature) = functions::signature_of(name) else {
            differences.push(format!("{name}: not here"));
            continue;
        };
        found += 1;
        let ours: Vec<Value> = signature
            .parameters
            .iter()
            .map(|p| json!({ "name": p.name, "variadic": p.kind.is_variadic(), "default": p.default.python() }))
            .collect();
        if Value::Array(ours.clone()) != *parameters {
            differences.push(format!("{name}: {} here, {parameters} there", Value::Array(ours)));
        }
    }
    for signature in functions::signatures() {
        if !theirs.contains_key(signature.name) {
            differences.push(format!("{}: not there", signature.name));
        }
    }

    let columns = answer["calls"].as_array().context("no calls")?;
    assert_eq!(columns.len(), cases.len());
    for (case, theirs) in cases.iter().zip(columns) {
        match (case.call(), theirs["error"].as_str()) {
            (Err(_), Some(_)) => (),
            (Ok(_), Some(error)) => differences.push(format!("{case:?}: works here, there {error}")),
            (Err(error), None) => differences.push(format!("{case:?}: works there, here {error}")),
            (Ok(column), None) => {
                let plan = BASE64_STANDARD.decode(theirs["plan"].as_str().context("no plan")?)?;
                let plan = renamed(proto::Expression::decode(plan.as_slice())?);
                let ours = renamed(column.expression().to_message()?);
                if ours != plan {
                    differences.push(format!("{case:?}: {ours:?} here, {plan:?} there"));
                }
                if !has_lambda(case) && theirs["repr"] != column.to_string() {
                    differences.push(format!("{case:?}: {column} here, {} there", theirs["repr"]));
                }
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
    println!("functions {found}, calls {}", cases.len());
    Ok(())
}

fn has_lambda(case: &Case) -> bool {
    let lambda = |given: &Given| matches!(given, Given::Lambda(_));
    case.positional.iter().any(lambda) || case.keyword.iter().any(|(_, given)| lambda(given))
}

/// The expression with the variables of lambdas named by the order in which they appear; PySpark counts on and on.
fn renamed(mut expression: proto::Expression) -> proto::Expression {
    let mut names = BTreeMap::new();
    rename(&mut expression, &mut names);
    expression
}

fn rename(expression: &mut proto::Expression, names: &mut BTreeMap<String, String>) {
    use proto::expression::ExprType;
    let mut new_name = |parts: &mut Vec<String>| {
        for part in parts {
            let next = names.len();
            let name = names.entry(part.clone()).or_insert_with(|| format!("v{next}"));
            part.clone_from(name);
        }
    };
    match &mut expression.expr_type {
        Some(ExprType::LambdaFunction(lambda)) => {
            for argument in &mut lambda.arguments {
                new_name(&mut argument.name_parts);
            }
            if let Some(function) = &mut lambda.function {
                rename(function, names);
            }
        }
        Some(ExprType::UnresolvedNamedLambdaVariable(variable)) => new_name(&mut variable.name_parts),
        Some(ExprType::UnresolvedFunction(function)) => {
            for argument in &mut function.arguments {
                rename(argument, names);
            }
        }
        _ => (),
    }
}
