//! Methods of `DataFrame` that choose and compute columns, group and join.

use spark_connect_client::{Column, DataFrame, plan::JoinOn};

use super::{
    column::PyColumn,
    convert,
    error::{raised, type_error},
    frame::{PyFrame, other, this},
    grouped::PyGroup,
};
use crate::{
    exception::R,
    types,
    value::Value,
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

fn rest(args: &Arguments) -> &[Value] {
    args.positional.get(1..).unwrap_or_default()
}

pub(super) const METHODS: &[Native] = &[
    Native::sync("select", |vm, args| {
        args.no_names("select")?;
        let frame = &this(args.positional.first())?.frame;
        Ok(PyFrame::of_step(
            vm,
            "select",
            frame.select(convert::columns(rest(&args), "cols")?),
        ))
    }),
    Native::sync("selectExpr", |vm, args| {
        let frame = &this(args.positional.first())?.frame;
        Ok(PyFrame::of_step(
            vm,
            "selectExpr",
            frame.select_expr(convert::names(rest(&args), "expr")?),
        ))
    }),
    Native::sync("withColumn", |vm, args| {
        let [frame, name, column] = args.bind("withColumn", ["self", "colName", "col"], 3)?;
        let name = convert::text(&name.unwrap_or(Value::None), "colName")?;
        let column = a_column(column.as_ref(), "col")?;
        Ok(PyFrame::of_step(
            vm,
            "withColumn",
            this(frame.as_ref())?.frame.with_column(name, column),
        ))
    }),
    Native::sync("withColumns", |vm, args| {
        let [frame, columns] = args.bind("withColumns", ["self", "colsMap"], 2)?;
        let Some(Value::Dict(columns)) = columns else {
            return Err(type_error("[NOT_DICT] Argument `colsMap` should be a dict."));
        };
        let mut named = Vec::new();
        for (name, column) in columns.pairs() {
            named.push((
                convert::text(&name, "colsMap")?,
                a_column(Some(&column), "colsMap")?,
            ));
        }
        Ok(PyFrame::of_step(
            vm,
            "withColumns",
            this(frame.as_ref())?.frame.with_columns(named),
        ))
    }),
    Native::sync("withColumnRenamed", |vm, args| {
        let [frame, old, new] = args.bind("withColumnRenamed", ["self", "existing", "new"], 3)?;
        let old = convert::text(&old.unwrap_or(Value::None), "existing")?;
        let new = convert::text(&new.unwrap_or(Value::None), "new")?;
        let made = this(frame.as_ref())?.frame.with_column_renamed(old, new);
        Ok(PyFrame::of_step(vm, "withColumnRenamed", made))
    }),
    Native::sync("withColumnsRenamed", |vm, args| {
        let [frame, names] = args.bind("withColumnsRenamed", ["self", "colsMap"], 2)?;
        let Some(Value::Dict(names)) = names else {
            return Err(type_error("[NOT_DICT] Argument `colsMap` should be a dict."));
        };
        let mut pairs = Vec::new();
        for (old, new) in names.pairs() {
            pairs.push((convert::text(&old, "colsMap")?, convert::text(&new, "colsMap")?));
        }
        Ok(PyFrame::of_step(
            vm,
            "withColumnsRenamed",
            this(frame.as_ref())?.frame.with_columns_renamed(pairs),
        ))
    }),
    Native::sync("withMetadata", |vm, args| {
        let [frame, name, metadata] = args.bind("withMetadata", ["self", "columnName", "metadata"], 3)?;
        let name = convert::text(&name.unwrap_or(Value::None), "columnName")?;
        let metadata = super::types::json(&metadata.unwrap_or(Value::None))?;
        Ok(PyFrame::of_step(
            vm,
            "withMetadata",
            this(frame.as_ref())?.frame.with_metadata(&name, metadata),
        ))
    }),
    Native::sync("drop", |vm, args| {
        let frame = &this(args.positional.first())?.frame;
        let (mut columns, mut names) = (Vec::new(), Vec::new());
        for value in rest(&args) {
            match value {
                Value::Str(name) => names.push(name.as_str().to_owned()),
                other => columns.push(convert::column(other, "cols")?),
            }
        }
        Ok(PyFrame::of_step(vm, "drop", frame.drop_columns(columns, names)))
    }),
    Native::sync("alias", |vm, args| {
        let [frame, alias] = args.bind("alias", ["self", "alias"], 2)?;
        let alias = convert::text(&alias.unwrap_or(Value::None), "alias")?;
        Ok(PyFrame::of_step(
            vm,
            "alias",
            this(frame.as_ref())?.frame.alias(alias),
        ))
    }),
    Native::sync("toDF", |vm, args| {
        let frame = &this(args.positional.first())?.frame;
        Ok(PyFrame::of_step(
            vm,
            "toDF",
            frame.to_df(convert::names(rest(&args), "cols")?),
        ))
    }),
    Native::sync("to", |vm, args| {
        let [frame, schema] = args.bind("to", ["self", "schema"], 2)?;
        let schema = super::types::data_type(schema.as_ref())?;
        Ok(PyFrame::of_step(vm, "to", this(frame.as_ref())?.frame.to(schema)))
    }),
    Native::sync("colRegex", |vm, args| {
        let [frame, name] = args.bind("colRegex", ["self", "colName"], 2)?;
        let name = convert::text(&name.unwrap_or(Value::None), "colName")?;
        Ok(PyColumn::of_step(
            vm,
            "colRegex",
            this(frame.as_ref())?.frame.col_regex(&name),
        ))
    }),
    Native::sync("metadataColumn", |vm, args| {
        let [frame, name] = args.bind("metadataColumn", ["self", "colName"], 2)?;
        let name = convert::text(&name.unwrap_or(Value::None), "colName")?;
        Ok(PyColumn::of_step(
            vm,
            "metadataColumn",
            this(frame.as_ref())?.frame.metadata_column(&name),
        ))
    }),
    Native::sync("scalar", |vm, args| {
        let [frame] = args.exactly("scalar")?;
        Ok(PyColumn::of_step(
            vm,
            "scalar",
            this(Some(&frame))?.frame.scalar(),
        ))
    }),
    Native::sync("exists", |vm, args| {
        let [frame] = args.exactly("exists")?;
        Ok(PyColumn::of_step(
            vm,
            "exists",
            this(Some(&frame))?.frame.exists(),
        ))
    }),
    Native::sync("toJSON", |vm, args| {
        let [frame] = args.exactly("toJSON")?;
        Ok(PyFrame::of_step(
            vm,
            "toJSON",
            this(Some(&frame))?.frame.to_json(),
        ))
    }),
    Native::sync("transpose", |vm, args| {
        let [frame, index] = args.bind("transpose", ["self", "indexColumn"], 1)?;
        let index = index.filter(|index| !index.is_none());
        let index = index
            .map(|index| convert::column(&index, "indexColumn"))
            .transpose()?;
        Ok(PyFrame::of_step(
            vm,
            "transpose",
            this(frame.as_ref())?.frame.transpose(index),
        ))
    }),
    Native::sync("unpivot", |vm, args| unpivot(vm, args, "unpivot")),
    Native::sync("melt", |vm, args| unpivot(vm, args, "melt")),
    Native::later("transform", |vm, args| {
        Box::pin(async move {
            let mut values = args.positional.into_iter();
            let (frame, function) = (values.next(), values.next().unwrap_or(Value::None));
            let positional = frame.into_iter().chain(values).collect();
            let made = vm
                .call(
                    &function,
                    Arguments {
                        positional,
                        named: args.named,
                    },
                )
                .await?;
            match made.downcast::<PyFrame>() {
                Some(_) => Ok(made),
                None => Err(crate::exception::raise(
                    &crate::exception::ASSERTION_ERROR,
                    format!(
                        "Func returned an instance of type [{}], should have been DataFrame.",
                        types::class_of(&made).name
                    ),
                )),
            }
        })
    }),
    Native::later("groupBy", |_, args| {
        Box::pin(group(args, |frame, columns| frame.group_by(columns)))
    }),
    Native::later("groupby", |_, args| {
        Box::pin(group(args, |frame, columns| frame.group_by(columns)))
    }),
    Native::later("rollup", |_, args| {
        Box::pin(group(args, |frame, columns| frame.rollup(columns)))
    }),
    Native::later("cube", |_, args| {
        Box::pin(group(args, |frame, columns| frame.cube(columns)))
    }),
    Native::later("groupingSets", |_, args| {
        Box::pin(async move {
            let frame = this(args.positional.first())?;
            let mut sets = Vec::new();
            for set in convert::flat(args.positional.get(1..2).unwrap_or_default()) {
                sets.push(keys(frame, &[set]).await?);
            }
            let columns = keys(frame, args.positional.get(2..).unwrap_or_default()).await?;
            Ok(PyGroup::value(frame.frame.grouping_sets(sets, columns)))
        })
    }),
    Native::sync("agg", |vm, args| {
        let frame = &this(args.positional.first())?.frame;
        let exprs = super::grouped::aggregates(rest(&args))?;
        Ok(PyFrame::of_step(vm, "agg", frame.agg(exprs).map_err(raised)?))
    }),
    Native::sync("join", |vm, args| {
        let [frame, right, on, how] = args.bind("join", ["self", "other", "on", "how"], 2)?;
        let right = other(right.as_ref(), "other")?;
        let how = how
            .filter(|how| !how.is_none())
            .map(|how| convert::text(&how, "how"))
            .transpose()?;
        let on = match on {
            None | Some(Value::None) => JoinOn::Nothing,
            Some(Value::Str(name)) => JoinOn::Columns(vec![name.as_str().to_owned()]),
            Some(other) => {
                let parts = convert::flat(&[other]);
                match parts.iter().all(|part| part.as_str().is_some()) {
                    true => JoinOn::Columns(convert::names(&parts, "on")?),
                    false => JoinOn::from(convert::columns(&parts, "on")?),
                }
            }
        };
        let frame = &this(frame.as_ref())?.frame;
        Ok(PyFrame::of_step(
            vm,
            "join",
            frame.join(&right, on, how.as_deref()).map_err(raised)?,
        ))
    }),
    Native::sync("crossJoin", |vm, args| {
        let [frame, right] = args.bind("crossJoin", ["self", "other"], 2)?;
        let frame = &this(frame.as_ref())?.frame;
        let made = frame
            .cross_join(&other(right.as_ref(), "other")?)
            .map_err(raised)?;
        Ok(PyFrame::of_step(vm, "crossJoin", made))
    }),
    Native::sync("lateralJoin", |vm, args| {
        let [frame, right, on, how] = args.bind("lateralJoin", ["self", "other", "on", "how"], 2)?;
        let on = on
            .filter(|on| !on.is_none())
            .map(|on| convert::column(&on, "on"))
            .transpose()?;
        let how = how
            .filter(|how| !how.is_none())
            .map(|how| convert::text(&how, "how"))
            .transpose()?;
        let frame = &this(frame.as_ref())?.frame;
        let made = frame
            .lateral_join(&other(right.as_ref(), "other")?, on, how.as_deref())
            .map_err(raised)?;
        Ok(PyFrame::of_step(vm, "lateralJoin", made))
    }),
];

fn a_column(value: Option<&Value>, parameter: &str) -> R<Column> {
    match value.and_then(Value::downcast::<PyColumn>) {
        Some(column) => Ok(column.0.clone()),
        None => Err(type_error(format!(
            "[NOT_COLUMN] Argument `{parameter}` should be a Column, got {}.",
            value.map_or("nothing", |value| types::class_of(value).name)
        ))),
    }
}

async fn group(
    args: Arguments,
    make: fn(&DataFrame, Vec<Column>) -> spark_connect_client::GroupedData,
) -> R<Value> {
    let frame = this(args.positional.first())?;
    Ok(PyGroup::value(make(
        &frame.frame,
        keys(frame, rest(&args)).await?,
    )))
}

/// What rows are grouped by: columns, names, places that count from one.
async fn keys(frame: &PyFrame, values: &[Value]) -> R<Vec<Column>> {
    let mut columns = Vec::new();
    for value in convert::flat(values) {
        columns.push(match &value {
            Value::Int(at) if *at < 1 => {
                return Err(crate::exception::raise(
                    &crate::exception::PYSPARK_INDEX_ERROR,
                    format!("[INDEX_NOT_POSITIVE] Index must be positive, got '{at}'."),
                ));
            }
            Value::Int(at) => frame.column_at(at - 1).await?,
            other => convert::column(other, "cols")?,
        });
    }
    Ok(columns)
}

fn unpivot(vm: &mut Vm, args: Arguments, name: &str) -> R<Value> {
    let names = ["self", "ids", "values", "variableColumnName", "valueColumnName"];
    let [frame, ids, values, variable, value] = args.bind(name, names, 5)?;
    let many = |value: Value, parameter: &str| convert::columns(&[value], parameter);
    let ids = match ids {
        None | Some(Value::None) => Vec::new(),
        Some(ids) => many(ids, "ids")?,
    };
    let values = match values {
        None | Some(Value::None) => None,
        Some(values) => Some(many(values, "values")?),
    };
    let variable = convert::text(&variable.unwrap_or(Value::None), "variableColumnName")?;
    let value = convert::text(&value.unwrap_or(Value::None), "valueColumnName")?;
    let made = this(frame.as_ref())?.frame.unpivot(ids, values, variable, value);
    Ok(PyFrame::of_step(vm, name, made))
}
