//! Methods of `DataFrame` that choose, order and combine rows, fill gaps, and count statistics.

use spark_connect_client::{
    Column, DataFrame, DropNa, functions,
    plan::{Dedup, Literal},
};

use super::{
    convert,
    error::{raised, type_error},
    frame::{PyFrame, other, this},
};
use crate::{
    exception::{R, raise},
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

/// A method of one other DataFrame.
macro_rules! set {
    ($name:literal, $make:expr) => {
        Native::sync($name, |vm, args| {
            let [frame, right] = args.bind($name, ["self", "other"], 2)?;
            let make: fn(&DataFrame, &DataFrame) -> spark_connect_client::Result<DataFrame> = $make;
            let made =
                make(&this(frame.as_ref())?.frame, &other(right.as_ref(), "other")?).map_err(raised)?;
            Ok(PyFrame::of_step(vm, $name, made))
        })
    };
}

pub(super) const METHODS: &[Native] = &[
    Native::sync("filter", filter),
    Native::sync("where", filter),
    Native::sync("limit", |vm, args| {
        let [frame, rows] = args.bind("limit", ["self", "num"], 2)?;
        let rows = convert::int(&rows.unwrap_or(Value::None), "num")?;
        Ok(PyFrame::of_step(
            vm,
            "limit",
            this(frame.as_ref())?.frame.limit(rows),
        ))
    }),
    Native::sync("offset", |vm, args| {
        let [frame, rows] = args.bind("offset", ["self", "num"], 2)?;
        let rows = convert::int(&rows.unwrap_or(Value::None), "num")?;
        Ok(PyFrame::of_step(
            vm,
            "offset",
            this(frame.as_ref())?.frame.offset(rows),
        ))
    }),
    Native::later("sort", |vm, args| {
        Box::pin(sort(vm, args, "sort", |frame, orders| frame.sort(orders)))
    }),
    Native::later("orderBy", |vm, args| {
        Box::pin(sort(vm, args, "orderBy", |frame, orders| frame.sort(orders)))
    }),
    Native::later("sortWithinPartitions", |vm, args| {
        Box::pin(sort(vm, args, "sortWithinPartitions", |frame, orders| {
            frame.sort_within_partitions(orders)
        }))
    }),
    Native::sync("distinct", |vm, args| {
        let [frame] = args.exactly("distinct")?;
        Ok(PyFrame::of_step(
            vm,
            "distinct",
            this(Some(&frame))?.frame.distinct(),
        ))
    }),
    Native::sync("dropDuplicates", |vm, args| duplicates(vm, args, false)),
    Native::sync("drop_duplicates", |vm, args| duplicates(vm, args, false)),
    Native::sync("dropDuplicatesWithinWatermark", |vm, args| {
        duplicates(vm, args, true)
    }),
    set!("union", DataFrame::union),
    set!("unionAll", DataFrame::union),
    set!("intersect", DataFrame::intersect),
    set!("intersectAll", DataFrame::intersect_all),
    set!("subtract", DataFrame::subtract),
    set!("exceptAll", DataFrame::except_all),
    Native::sync("unionByName", |vm, args| {
        let [frame, right, allow] = args.bind("unionByName", ["self", "other", "allowMissingColumns"], 2)?;
        let allow = allow.map_or(Ok(false), |allow| types::truth(&allow))?;
        let right = other(right.as_ref(), "other")?;
        let made = this(frame.as_ref())?
            .frame
            .union_by_name(&right, allow)
            .map_err(raised)?;
        Ok(PyFrame::of_step(vm, "unionByName", made))
    }),
    Native::sync("coalesce", |vm, args| {
        let [frame, count] = args.bind("coalesce", ["self", "numPartitions"], 2)?;
        let count = convert::int(&count.unwrap_or(Value::None), "numPartitions")?;
        Ok(PyFrame::of_step(
            vm,
            "coalesce",
            this(frame.as_ref())?.frame.coalesce(count).map_err(raised)?,
        ))
    }),
    Native::sync("repartition", |vm, args| {
        let (frame, count, columns) = partitions(&args)?;
        let made = frame.repartition(count, columns).map_err(raised)?;
        Ok(PyFrame::of_step(vm, "repartition", made))
    }),
    Native::sync("repartitionByRange", |vm, args| {
        let (frame, count, columns) = partitions(&args)?;
        let made = frame.repartition_by_range(count, columns).map_err(raised)?;
        Ok(PyFrame::of_step(vm, "repartitionByRange", made))
    }),
    Native::sync("withWatermark", |vm, args| {
        let [frame, time, delay] = args.bind("withWatermark", ["self", "eventTime", "delayThreshold"], 3)?;
        let time = convert::text(&time.unwrap_or(Value::None), "eventTime")?;
        let delay = convert::text(&delay.unwrap_or(Value::None), "delayThreshold")?;
        Ok(PyFrame::of_step(
            vm,
            "withWatermark",
            this(frame.as_ref())?.frame.with_watermark(time, delay),
        ))
    }),
    Native::sync("sample", sample),
    Native::sync("randomSplit", |vm, args| {
        let [frame, weights, seed] = args.bind("randomSplit", ["self", "weights", "seed"], 2)?;
        let weights = convert::flat(&[weights.unwrap_or(Value::None)]);
        let weights = weights
            .iter()
            .map(types::arithmetic::float)
            .collect::<R<Vec<f64>>>()?;
        let frames = this(frame.as_ref())?
            .frame
            .random_split(&weights, seed_of(seed)?)
            .map_err(raised)?;
        Ok(Value::list(
            frames
                .into_iter()
                .map(|frame| PyFrame::of_step(vm, "randomSplit", frame))
                .collect(),
        ))
    }),
    Native::sync("fillna", fill),
    Native::sync("dropna", drop_missing),
    Native::sync("replace", replace),
    Native::sync("describe", |vm, args| {
        let frame = &this(args.positional.first())?.frame;
        Ok(PyFrame::of_step(
            vm,
            "describe",
            frame.describe(convert::names(rest(&args), "cols")?),
        ))
    }),
    Native::sync("summary", |vm, args| {
        let frame = &this(args.positional.first())?.frame;
        Ok(PyFrame::of_step(
            vm,
            "summary",
            frame.summary(convert::names(rest(&args), "statistics")?),
        ))
    }),
    Native::sync("crosstab", |vm, args| {
        let [frame, a, b] = args.bind("crosstab", ["self", "col1", "col2"], 3)?;
        let (a, b) = (
            convert::text(&a.unwrap_or(Value::None), "col1")?,
            convert::text(&b.unwrap_or(Value::None), "col2")?,
        );
        Ok(PyFrame::of_step(
            vm,
            "crosstab",
            this(frame.as_ref())?.frame.crosstab(&a, &b),
        ))
    }),
    Native::action("corr", |_, args| {
        Box::pin(async move {
            let [frame, a, b, method] = args.bind("corr", ["self", "col1", "col2", "method"], 3)?;
            let (a, b) = (
                convert::text(&a.unwrap_or(Value::None), "col1")?,
                convert::text(&b.unwrap_or(Value::None), "col2")?,
            );
            let method = method
                .filter(|method| !method.is_none())
                .map(|method| convert::text(&method, "method"))
                .transpose()?;
            let frame = this(frame.as_ref())?.frame.clone();
            frame
                .corr(&a, &b, method.as_deref())
                .await
                .map(Value::Float)
                .map_err(raised)
        })
    }),
    Native::action("cov", |_, args| {
        Box::pin(async move {
            let [frame, a, b] = args.bind("cov", ["self", "col1", "col2"], 3)?;
            let (a, b) = (
                convert::text(&a.unwrap_or(Value::None), "col1")?,
                convert::text(&b.unwrap_or(Value::None), "col2")?,
            );
            let frame = this(frame.as_ref())?.frame.clone();
            frame.cov(&a, &b).await.map(Value::Float).map_err(raised)
        })
    }),
];

fn filter(vm: &mut Vm, args: Arguments) -> R<Value> {
    let [frame, condition] = args.bind("filter", ["self", "condition"], 2)?;
    let frame = &this(frame.as_ref())?.frame;
    let condition = condition.unwrap_or(Value::None);
    let made = match &condition {
        Value::Str(text) => frame.filter(functions::expr(text.as_str())),
        other => frame.filter(convert::column(other, "condition").map_err(|_| {
            type_error(format!(
                "[NOT_COLUMN_OR_STR] Argument `condition` should be a Column or str, got {}.",
                types::class_of(other).name
            ))
        })?),
    };
    Ok(PyFrame::of_step(vm, "filter", made))
}

async fn sort(
    vm: &mut Vm,
    mut args: Arguments,
    name: &str,
    make: fn(&DataFrame, Vec<Column>) -> DataFrame,
) -> R<Value> {
    let ascending = args.take("ascending");
    args.no_names(name)?;
    let frame = this(args.positional.first())?;
    let values = convert::flat(rest(&args));
    if values.is_empty() {
        return Err(raise(
            &crate::exception::PYSPARK_VALUE_ERROR,
            "[CANNOT_BE_EMPTY] At least one column must be specified.",
        ));
    }
    let mut columns = Vec::new();
    for value in &values {
        columns.push(match value {
            Value::Int(0) => {
                return Err(raise(
                    &crate::exception::PYSPARK_INDEX_ERROR,
                    "[ZERO_INDEX] Index must be non-zero.",
                ));
            }
            // Places count from one; a negative one is in descending order.
            Value::Int(at) if *at < 0 => functions::desc(frame.column_at(-(at + 1)).await?),
            Value::Int(at) => frame.column_at(at - 1).await?,
            other => convert::column(other, "cols")?,
        });
    }
    let orders = match ascending {
        None => vec![true; columns.len()],
        Some(Value::List(flags)) => flags.to_vec().iter().map(types::truth).collect::<R<_>>()?,
        Some(flag) => vec![types::truth(&flag)?; columns.len()],
    };
    let columns = columns.into_iter().zip(orders);
    let columns = columns.map(|(column, ascending)| if ascending { column } else { column.desc() });
    Ok(PyFrame::of_step(vm, name, make(&frame.frame, columns.collect())))
}

fn duplicates(vm: &mut Vm, args: Arguments, within_watermark: bool) -> R<Value> {
    let [frame, subset] = args.bind("dropDuplicates", ["self", "subset"], 1)?;
    let subset = match subset {
        None | Some(Value::None) => Dedup::All,
        Some(subset @ Value::Str(_)) => Dedup::Columns(convert::names(&[subset], "subset")?),
        Some(subset) => Dedup::Columns(convert::names(&[subset], "subset")?),
    };
    let frame = &this(frame.as_ref())?.frame;
    let made = match within_watermark {
        true => frame.drop_duplicates_within_watermark(subset),
        false => frame.drop_duplicates(subset),
    };
    Ok(PyFrame::of_step(vm, "dropDuplicates", made))
}

fn partitions(args: &Arguments) -> R<(&DataFrame, Option<i32>, Vec<Column>)> {
    let frame = &this(args.positional.first())?.frame;
    let (count, columns) = match rest(args) {
        [count @ Value::Int(_), columns @ ..] => (Some(convert::int(count, "numPartitions")?), columns),
        columns => (None, columns),
    };
    Ok((frame, count, convert::columns(columns, "cols")?))
}

pub(super) fn seed_of(seed: Option<Value>) -> R<i64> {
    match seed {
        None | Some(Value::None) => Ok((spark_connect_client::platform::random() * 9e18) as i64),
        Some(seed) => types::integer(&seed),
    }
}

fn sample(vm: &mut Vm, args: Arguments) -> R<Value> {
    let names = ["self", "withReplacement", "fraction", "seed"];
    let [frame, a, b, c] = args.bind("sample", names, 1)?;
    // The first may be left out.
    let (replacement, fraction, seed) = match &a {
        Some(Value::Float(_)) => (None, a, b),
        _ => (a.filter(|value| !value.is_none()), b, c),
    };
    let replacement = replacement.map_or(Ok(false), |value| types::truth(&value))?;
    let fraction = fraction.filter(|value| !value.is_none()).ok_or_else(|| {
        type_error(
            "[NOT_BOOL_OR_FLOAT_OR_INT] Argument `withReplacement` (optional), `fraction` (required) and `seed` (optional) \
             should be a bool, float and number.",
        )
    })?;
    let fraction = types::arithmetic::float(&fraction)?;
    let made = this(frame.as_ref())?
        .frame
        .sample(replacement, fraction, seed_of(seed)?);
    Ok(PyFrame::of_step(vm, "sample", made))
}

/// The columns that something is limited to.
fn subset(value: Option<Value>) -> R<Vec<String>> {
    match value {
        None | Some(Value::None) => Ok(Vec::new()),
        Some(value) => convert::names(&[value], "subset"),
    }
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn plain(value: &Value, parameter: &str) -> R<Literal> {
    convert::literal(value)?.ok_or_else(|| {
        type_error(format!(
            "[NOT_BOOL_OR_FLOAT_OR_INT_OR_STR] Argument `{parameter}` should be a bool, float, int or str, got {}.",
            types::class_of(value).name
        ))
    })
}

fn fill(vm: &mut Vm, args: Arguments) -> R<Value> {
    let [frame, value, columns] = args.bind("fillna", ["self", "value", "subset"], 2)?;
    let frame = &this(frame.as_ref())?.frame;
    let made = match value {
        Some(Value::Dict(values)) => {
            let mut named = Vec::new();
            for (name, value) in values.pairs() {
                named.push((convert::text(&name, "value")?, plain(&value, "value")?));
            }
            frame.fillna_by_column(named)
        }
        value => {
            let columns = subset(columns)?;
            frame.fillna(plain(&value.unwrap_or(Value::None), "value")?, &strs(&columns))
        }
    };
    Ok(PyFrame::of_step(vm, "fillna", made.map_err(raised)?))
}

fn drop_missing(vm: &mut Vm, args: Arguments) -> R<Value> {
    let [frame, how, threshold, columns] = args.bind("dropna", ["self", "how", "thresh", "subset"], 1)?;
    let how = match (threshold, how) {
        (Some(Value::Int(count)), _) => DropNa::Threshold(i32::try_from(count).unwrap_or(i32::MAX)),
        (_, None | Some(Value::None)) => DropNa::Any,
        (_, Some(how)) => match convert::text(&how, "how")?.as_str() {
            "any" => DropNa::Any,
            "all" => DropNa::All,
            other => {
                return Err(raise(
                    &crate::exception::PYSPARK_VALUE_ERROR,
                    format!("[CANNOT_PARSE_HOW] Value for `how` should be 'any' or 'all', got '{other}'."),
                ));
            }
        },
    };
    let columns = subset(columns)?;
    Ok(PyFrame::of_step(
        vm,
        "dropna",
        this(frame.as_ref())?.frame.dropna(how, &strs(&columns)),
    ))
}

fn replace(vm: &mut Vm, args: Arguments) -> R<Value> {
    let [frame, old, new, columns] = args.bind("replace", ["self", "to_replace", "value", "subset"], 2)?;
    let old = old.unwrap_or(Value::None);
    let pairs: Vec<(Value, Value)> = match (&old, new) {
        (Value::Dict(values), _) => values.pairs(),
        (Value::List(_) | Value::Tuple(_), Some(new @ (Value::List(_) | Value::Tuple(_)))) => {
            convert::flat(std::slice::from_ref(&old))
                .into_iter()
                .zip(convert::flat(&[new]))
                .collect()
        }
        (Value::List(_) | Value::Tuple(_), new) => {
            let new = new.unwrap_or(Value::None);
            convert::flat(std::slice::from_ref(&old))
                .into_iter()
                .map(|old| (old, new.clone()))
                .collect()
        }
        (_, new) => vec![(old.clone(), new.unwrap_or(Value::None))],
    };
    let mut replacements = Vec::new();
    for (old, new) in pairs {
        replacements.push((plain(&old, "to_replace")?, plain(&new, "value")?));
    }
    let columns = subset(columns)?;
    let made = this(frame.as_ref())?
        .frame
        .replace(replacements, &strs(&columns))
        .map_err(raised)?;
    Ok(PyFrame::of_step(vm, "replace", made))
}
