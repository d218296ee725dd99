//! Methods of `DataFrame` whose rows the server keeps or looks at on the way: caches, checkpoints, observations, hints,
//! statistics, merges. A cell that is only planned has them kept nowhere.

use super::{
    convert::{self, flag, given, required},
    error::{raised, type_error},
    frame::{PyFrame, other, this},
    frame_rows::seed_of,
    merge::PyMerge,
    observation::PyObservation,
    storage,
    table_arg::PyTableArg,
};
use crate::{
    exception::{self, R, raise},
    types,
    value::Value,
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) const METHODS: &[Native] = &[
    Native::later("cache", |vm, args| {
        Box::pin(async move {
            let [frame] = args.exactly("cache")?;
            if vm.is_planning {
                return Ok(frame);
            }
            this(Some(&frame))?.frame.cache().await.map_err(raised)?;
            Ok(frame)
        })
    }),
    Native::later("persist", |vm, args| {
        Box::pin(async move {
            let [frame, level] = args.bind("persist", ["self", "storageLevel"], 1)?;
            let frame = frame.unwrap_or(Value::None);
            if vm.is_planning {
                return Ok(frame);
            }
            let kept = this(Some(&frame))?.frame.clone();
            match storage::optional(level, "storageLevel")? {
                None => kept.cache().await.map_err(raised)?,
                level => kept.persist(level).await.map_err(raised)?,
            }
            Ok(frame)
        })
    }),
    Native::later("unpersist", |vm, args| {
        Box::pin(async move {
            let [frame, blocking] = args.bind("unpersist", ["self", "blocking"], 1)?;
            let frame = frame.unwrap_or(Value::None);
            if vm.is_planning {
                return Ok(frame);
            }
            let kept = this(Some(&frame))?.frame.clone();
            kept.unpersist(flag(blocking, false)?).await.map_err(raised)?;
            Ok(frame)
        })
    }),
    Native::later("checkpoint", |vm, args| {
        Box::pin(async move {
            let [frame, eager] = args.bind("checkpoint", ["self", "eager"], 1)?;
            let frame = this(frame.as_ref())?.frame.clone();
            if vm.is_planning {
                return Ok(PyFrame::of_step(vm, "checkpoint", frame));
            }
            let kept = frame.checkpoint(flag(eager, true)?).await.map_err(raised)?;
            Ok(PyFrame::of_step(vm, "checkpoint", kept))
        })
    }),
    Native::later("localCheckpoint", |vm, args| {
        Box::pin(async move {
            let names = ["self", "eager", "storageLevel"];
            let [frame, eager, level] = args.bind("localCheckpoint", names, 1)?;
            let frame = this(frame.as_ref())?.frame.clone();
            if vm.is_planning {
                return Ok(PyFrame::of_step(vm, "localCheckpoint", frame));
            }
            let level = storage::optional(level, "storageLevel")?;
            let kept = frame.local_checkpoint(flag(eager, true)?, level).await;
            Ok(PyFrame::of_step(vm, "localCheckpoint", kept.map_err(raised)?))
        })
    }),
    Native::later("observe", |vm, args| Box::pin(observe(vm, args))),
    Native::sync("hint", hint),
    Native::sync("asTable", |_, args| {
        let [frame] = args.exactly("asTable")?;
        Ok(PyTableArg::value(this(Some(&frame))?.frame.as_table()))
    }),
    Native::sync("mergeInto", |_, args| {
        let [frame, table, condition] = args.bind("mergeInto", ["self", "table", "condition"], 3)?;
        let table = required(table, "table")?;
        let condition = convert::a_column(condition.as_ref(), "condition")?;
        Ok(PyMerge::value(
            this(frame.as_ref())?.frame.merge_into(table, condition),
        ))
    }),
    Native::sync("repartitionById", |vm, args| {
        let names = ["self", "numPartitions", "partitionIdCol"];
        let [frame, count, id] = args.bind("repartitionById", names, 3)?;
        let count = convert::int(&count.unwrap_or(Value::None), "numPartitions")?;
        let id = convert::column(&id.unwrap_or(Value::None), "partitionIdCol")?;
        let made = this(frame.as_ref())?.frame.repartition_by_id(count, id);
        Ok(PyFrame::of_step(vm, "repartitionById", made.map_err(raised)?))
    }),
    Native::sync("zip", |vm, args| {
        let [frame, right] = args.bind("zip", ["self", "other"], 2)?;
        let right = other(right.as_ref(), "other")?;
        let made = this(frame.as_ref())?.frame.zip(&right).map_err(raised)?;
        Ok(PyFrame::of_step(vm, "zip", made))
    }),
    Native::sync("zipWithIndex", |vm, args| {
        let [frame, name] = args.bind("zipWithIndex", ["self", "indexColName"], 1)?;
        let name = convert::optional(name, "indexColName")?.unwrap_or_else(|| "index".to_owned());
        let made = this(frame.as_ref())?.frame.zip_with_index(name);
        Ok(PyFrame::of_step(vm, "zipWithIndex", made))
    }),
    Native::sync("nearestByJoin", |vm, args| {
        let names = [
            "self",
            "other",
            "rankingExpression",
            "numResults",
            "mode",
            "direction",
            "joinType",
        ];
        let [frame, right, ranking, count, mode, direction, join] = args.bind("nearestByJoin", names, 6)?;
        let right = other(right.as_ref(), "other")?;
        let ranking = convert::a_column(ranking.as_ref(), "rankingExpression")?;
        let count = convert::int(&count.unwrap_or(Value::None), "numResults")?;
        let (mode, direction) = (required(mode, "mode")?, required(direction, "direction")?);
        let join = convert::optional(join, "joinType")?.unwrap_or_else(|| "inner".to_owned());
        let frame = &this(frame.as_ref())?.frame;
        let made = frame.nearest_by_join(&right, ranking, count, &mode, &direction, &join);
        Ok(PyFrame::of_step(vm, "nearestByJoin", made.map_err(raised)?))
    }),
    Native::sync("freqItems", |vm, args| {
        let [frame, columns, support] = args.bind("freqItems", ["self", "cols", "support"], 2)?;
        let columns = match columns {
            Some(columns @ (Value::List(_) | Value::Tuple(_))) => convert::names(&[columns], "cols")?,
            other => return Err(expected("cols", "list or tuple", other.as_ref())),
        };
        let support = given(support)
            .map(|support| types::arithmetic::float(&support))
            .transpose()?
            .filter(|support| *support != 0.0);
        let made = this(frame.as_ref())?.frame.freq_items(columns, support);
        Ok(PyFrame::of_step(vm, "freqItems", made))
    }),
    Native::sync("sampleBy", |vm, args| {
        let [frame, column, fractions, seed] =
            args.bind("sampleBy", ["self", "col", "fractions", "seed"], 3)?;
        let column = convert::column(&column.unwrap_or(Value::None), "col")?;
        let Some(Value::Dict(fractions)) = fractions else {
            return Err(expected("fractions", "dict", fractions.as_ref()));
        };
        let mut shares = Vec::new();
        for (value, share) in fractions.pairs() {
            let literal = match value {
                Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => convert::literal(&value)?,
                _ => None,
            };
            let literal =
                literal.ok_or_else(|| expected("fractions", "dict of float, int or str", Some(&value)))?;
            shares.push((literal, types::arithmetic::float(&share)?));
        }
        let made = this(frame.as_ref())?
            .frame
            .sample_by(column, shares, seed_of(seed)?);
        Ok(PyFrame::of_step(vm, "sampleBy", made))
    }),
    Native::action("approxQuantile", |_, args| Box::pin(quantiles(args))),
];

fn expected(parameter: &str, kind: &str, got: Option<&Value>) -> exception::Raised {
    raise(
        &exception::PYSPARK_TYPE_ERROR,
        format!(
            "[NOT_EXPECTED_TYPE] Argument `{parameter}` should be of type {kind}, got {}.",
            got.map_or("nothing", |value| types::class_of(value).name)
        ),
    )
}

fn hint(vm: &mut Vm, args: Arguments) -> R<Value> {
    let frame = &this(args.positional.first())?.frame;
    let name = match args.positional.get(1) {
        Some(Value::Str(name)) => name.as_str(),
        other => return Err(expected("name", "str", other)),
    };
    let parameters = match args.positional.get(2..).unwrap_or_default() {
        [Value::List(list)] => list.to_vec(),
        values => values.to_vec(),
    };
    let mut columns = Vec::new();
    for value in &parameters {
        columns.push(match value {
            Value::List(list) => {
                let parts = list
                    .to_vec()
                    .iter()
                    .map(convert::operand)
                    .collect::<R<Vec<_>>>()?;
                spark_connect_client::functions::array(parts)
            }
            other => convert::operand(other)?,
        });
    }
    Ok(PyFrame::of_step(vm, "hint", frame.hint(name, columns)))
}

async fn observe(vm: &mut Vm, args: Arguments) -> R<Value> {
    let frame = this(args.positional.first())?.frame.clone();
    let metrics = args.positional.get(2..).unwrap_or_default();
    let metrics = metrics
        .iter()
        .map(|metric| convert::a_column(Some(metric), "exprs"))
        .collect::<R<Vec<_>>>()?;
    let observation = args.positional.get(1).cloned().unwrap_or(Value::None);
    if metrics.is_empty() {
        return Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            "[CANNOT_BE_EMPTY] At least one exprs must be specified.",
        ));
    }
    let made = match (&observation, observation.downcast::<PyObservation>()) {
        (Value::Str(name), _) => frame.observe(name.as_str(), metrics).map_err(raised)?,
        (_, Some(observation)) => observation.on(&frame, metrics).await?,
        (other, None) => return Err(expected("observation", "Observation or str", Some(other))),
    };
    Ok(PyFrame::of_step(vm, "observe", made))
}

async fn quantiles(args: Arguments) -> R<Value> {
    let names = ["self", "col", "probabilities", "relativeError"];
    let [frame, columns, probabilities, error] = args.bind("approxQuantile", names, 4)?;
    let columns = columns.unwrap_or(Value::None);
    let is_one = matches!(columns, Value::Str(_));
    if !is_one && !matches!(columns, Value::List(_) | Value::Tuple(_)) {
        return Err(expected("col", "list, str or tuple", Some(&columns)));
    }
    let columns = convert::names(&[columns], "columns")?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let probabilities = match probabilities {
        Some(list @ (Value::List(_) | Value::Tuple(_))) => convert::flat(&[list])
            .iter()
            .map(types::arithmetic::float)
            .collect::<R<Vec<f64>>>()?,
        other => return Err(expected("probabilities", "list or tuple", other.as_ref())),
    };
    let error = match error {
        Some(error @ (Value::Int(_) | Value::Float(_))) => types::arithmetic::float(&error)?,
        other => {
            return Err(type_error(format!(
                "[NOT_EXPECTED_TYPE] Argument `relativeError` should be of type float or int, got {}.",
                other
                    .as_ref()
                    .map_or("nothing", |value| types::class_of(value).name)
            )));
        }
    };
    let frame = this(frame.as_ref())?.frame.clone();
    let found = frame
        .approx_quantile(&columns, &probabilities, error)
        .await
        .map_err(raised)?;
    let mut lists = found
        .into_iter()
        .map(|numbers| Value::list(numbers.into_iter().map(Value::Float).collect()));
    Ok(match is_one {
        true => lists.next().unwrap_or(Value::None),
        false => Value::list(lists.collect()),
    })
}
