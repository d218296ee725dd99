//! `df.mergeInto`.

use spark_connect_client::{
    Column, MergeIntoWriter,
    writer::{WhenMatched, WhenNotMatched, WhenNotMatchedBySource},
};

use super::{
    convert,
    error::{raised, type_error},
    wrapped::wrapped,
};
use crate::{
    class::Class,
    exception::R,
    types,
    value::Value,
    vm::native::{Arguments, Native},
};

pub(super) static MERGE: Class = Class {
    methods: METHODS,
    constant: |name| match name {
        "WhenMatched" => Some(Value::Class(&WHEN_MATCHED)),
        "WhenNotMatched" => Some(Value::Class(&WHEN_NOT_MATCHED)),
        "WhenNotMatchedBySource" => Some(Value::Class(&WHEN_NOT_MATCHED_BY_SOURCE)),
        _ => None,
    },
    ..Class::named("MergeIntoWriter", "pyspark.sql.connect.merge")
};
pub(super) static WHEN_MATCHED: Class = Class {
    methods: MATCHED,
    ..Class::named("WhenMatched", "pyspark.sql.connect.merge")
};
pub(super) static WHEN_NOT_MATCHED: Class = Class {
    methods: NOT_MATCHED,
    ..Class::named("WhenNotMatched", "pyspark.sql.connect.merge")
};
pub(super) static WHEN_NOT_MATCHED_BY_SOURCE: Class = Class {
    methods: BY_SOURCE,
    ..Class::named("WhenNotMatchedBySource", "pyspark.sql.connect.merge")
};

wrapped!(PyMerge(MergeIntoWriter), MERGE);
wrapped!(PyMatched(WhenMatched), WHEN_MATCHED);
wrapped!(PyNotMatched(WhenNotMatched), WHEN_NOT_MATCHED);
wrapped!(PyBySource(WhenNotMatchedBySource), WHEN_NOT_MATCHED_BY_SOURCE);

/// A condition that may be left out, and the writer.
fn condition(args: Arguments, name: &str) -> R<(MergeIntoWriter, Option<Column>)> {
    let [this, condition] = args.bind(name, ["self", "condition"], 1)?;
    let condition = convert::given(condition)
        .map(|condition| convert::a_column(Some(&condition), "condition"))
        .transpose()?;
    Ok((PyMerge::this(this.as_ref())?, condition))
}

/// What columns get.
fn assignments(assignments: Option<Value>) -> R<Vec<(String, Column)>> {
    let Some(Value::Dict(assignments)) = assignments else {
        return Err(type_error(format!(
            "[NOT_DICT] Argument `assignments` should be a dict, got {}.",
            assignments
                .as_ref()
                .map_or("nothing", |value| types::class_of(value).name)
        )));
    };
    let mut pairs = Vec::new();
    for (name, value) in assignments.pairs() {
        pairs.push((
            convert::text(&name, "assignments")?,
            convert::a_column(Some(&value), "assignments")?,
        ));
    }
    Ok(pairs)
}

static METHODS: &[Native] = &[
    Native::sync("whenMatched", |_, args| {
        let (this, condition) = condition(args, "whenMatched")?;
        Ok(PyMatched::value(this.when_matched(condition)))
    }),
    Native::sync("whenNotMatched", |_, args| {
        let (this, condition) = condition(args, "whenNotMatched")?;
        Ok(PyNotMatched::value(this.when_not_matched(condition)))
    }),
    Native::sync("whenNotMatchedBySource", |_, args| {
        let (this, condition) = condition(args, "whenNotMatchedBySource")?;
        Ok(PyBySource::value(this.when_not_matched_by_source(condition)))
    }),
    Native::sync("withSchemaEvolution", |_, args| {
        let [this] = args.exactly("withSchemaEvolution")?;
        Ok(PyMerge::value(
            PyMerge::this(Some(&this))?.with_schema_evolution(),
        ))
    }),
    Native::action("merge", |_, args| {
        Box::pin(async move {
            let [this] = args.exactly("merge")?;
            PyMerge::this(Some(&this))?.merge().await.map_err(raised)?;
            Ok(Value::None)
        })
    }),
];

/// An action without assignments.
macro_rules! plain {
    ($name:literal, $of:ident, $method:ident) => {
        Native::sync($name, |_, args| {
            let [this] = args.exactly($name)?;
            Ok(PyMerge::value($of::this(Some(&this))?.$method()))
        })
    };
}

/// An action with assignments.
macro_rules! assigning {
    ($name:literal, $of:ident, $method:ident) => {
        Native::sync($name, |_, args| {
            let [this, given] = args.bind($name, ["self", "assignments"], 2)?;
            let pairs = assignments(given)?;
            Ok(PyMerge::value($of::this(this.as_ref())?.$method(pairs)))
        })
    };
}

static MATCHED: &[Native] = &[
    plain!("updateAll", PyMatched, update_all),
    plain!("delete", PyMatched, delete),
    assigning!("update", PyMatched, update),
];

static NOT_MATCHED: &[Native] = &[
    plain!("insertAll", PyNotMatched, insert_all),
    assigning!("insert", PyNotMatched, insert),
];

static BY_SOURCE: &[Native] = &[
    plain!("updateAll", PyBySource, update_all),
    plain!("delete", PyBySource, delete),
    assigning!("update", PyBySource, update),
];
