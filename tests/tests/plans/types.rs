//! Types are printed as PySpark prints them, in every form.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use prost::Message;
use serde_json::{Value, json};
use spark_connect_client::{
    proto::DataType,
    types::{self, StructType},
};

use crate::python;

const SCRIPT: &str = include_str!("types.py");

/// Types of every kind that PySpark 4.3 has a class for.
fn plain() -> Vec<DataType> {
    vec![
        types::null(),
        types::binary(),
        types::boolean(),
        types::byte(),
        types::short(),
        types::integer(),
        types::long(),
        types::float(),
        types::double(),
        types::decimal(10, 2),
        types::string(),
        types::collated("UTF8_LCASE"),
        types::char(3),
        types::varchar(4),
        types::date(),
        types::time(6),
        types::timestamp(),
        types::timestamp_ntz(),
        types::calendar_interval(),
        types::year_month_interval(0, 1),
        types::year_month_interval(1, 1),
        types::day_time_interval(0, 3),
        types::day_time_interval(1, 2),
        types::variant(),
        types::geometry(4326),
        types::geometry(-1),
        types::geography(4326),
    ]
}

fn nested() -> Vec<DataType> {
    let inner = StructType::new()
        .add(
            "x",
            types::array(types::map(types::string(), types::long(), false), true),
            true,
            None,
        )
        .add(
            "it's",
            types::decimal(38, 18),
            false,
            Some(r#"{"comment": "é", "b": [1, 2.5]}"#.into()),
        );
    let outer = StructType::new()
        .add("inner", inner.clone().into_data_type(), true, None)
        .add("list", types::array(inner.into_data_type(), false), true, None)
        .add("collated", types::array(types::collated("DE"), true), true, None)
        .add(
            "key",
            types::map(types::collated("UNICODE_CI"), types::byte(), true),
            true,
            None,
        );
    vec![
        types::array(types::short(), false),
        types::map(types::date(), types::array(types::variant(), true), true),
        StructType::new().into_data_type(),
        outer.into_data_type(),
    ]
}

#[test]
fn types_are_printed_as_pyspark_prints_them() -> Result<()> {
    let all: Vec<DataType> = plain().into_iter().chain(nested()).collect();
    let question = all
        .iter()
        .map(|data_type| json!(BASE64_STANDARD.encode(data_type.encode_to_vec())));
    let answer = python::ask(SCRIPT, &Value::Array(question.collect()))?;
    let answers = answer.as_array().context("no answers")?;
    assert_eq!(answers.len(), all.len());
    for (data_type, theirs) in all.iter().zip(answers) {
        assert_eq!(types::json(data_type), theirs["json"]);
        assert_eq!(types::repr(data_type), theirs["repr"]);
        assert_eq!(types::simple_string(data_type), theirs["simple"]);
        if let Ok(schema) = StructType::try_from(data_type.clone()) {
            let trees = [None, Some(1), Some(2)].map(|level| types::tree_string(schema.fields(), level));
            assert_eq!(json!(trees), theirs["trees"]);
        }
    }
    Ok(())
}
