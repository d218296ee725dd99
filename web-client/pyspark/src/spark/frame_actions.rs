//! Methods of `DataFrame` that ask Spark: rows, counts, texts, views, caches.

use std::{any::Any, cell::RefCell, collections::VecDeque, rc::Rc};

use futures::StreamExt;
use spark_connect_client::{Command, DataFrame, Execution, ExplainMode, Output};

use super::{convert, error::raised, frame::this, rows};
use crate::{
    class::Class,
    exception::{R, raise},
    types,
    value::{Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

fn count(value: Option<Value>, default: i32, name: &str) -> R<i32> {
    value.map_or(Ok(default), |value| convert::int(&value, name))
}

pub(super) const METHODS: &[Native] = &[
    Native::action("show", |vm, args| {
        Box::pin(async move {
            let [frame, n, truncate, vertical] =
                args.bind("show", ["self", "n", "truncate", "vertical"], 1)?;
            let frame = this(frame.as_ref())?.frame.clone();
            let n = match n {
                Some(Value::Bool(_)) => Err(super::error::type_error(
                    "[NOT_INT] Argument `n` should be an int, got bool.",
                )),
                n => count(n, 20, "n"),
            }?;
            let truncate = match truncate {
                None | Some(Value::Bool(true)) => 20,
                Some(Value::Bool(false)) => 0,
                Some(width) => convert::int(&width, "truncate")?,
            };
            let vertical = vertical.map_or(Ok(false), |value| types::truth(&value))?;
            let text = frame.show_string(n, truncate, vertical).await.map_err(raised)?;
            vm.print(&format!("{text}\n"));
            Ok(Value::None)
        })
    }),
    Native::action("printSchema", |vm, args| {
        Box::pin(async move {
            let [frame, level] = args.bind("printSchema", ["self", "level"], 1)?;
            let level = level
                .filter(|level| !level.is_none())
                .map(|level| convert::int(&level, "level"))
                .transpose()?;
            let frame = this(frame.as_ref())?.frame.clone();
            let text = frame.tree_string(level).await.map_err(raised)?;
            vm.print(&format!("{text}\n"));
            Ok(Value::None)
        })
    }),
    Native::action("explain", |vm, args| {
        Box::pin(async move {
            let [frame, extended, mode] = args.bind("explain", ["self", "extended", "mode"], 1)?;
            let frame = this(frame.as_ref())?.frame.clone();
            let word = match (&extended, &mode) {
                (_, Some(Value::Str(mode))) | (Some(Value::Str(mode)), _) => mode.to_ascii_lowercase(),
                (Some(Value::Bool(true)), _) => "extended".to_owned(),
                _ => "simple".to_owned(),
            };
            let mode = match word.as_str() {
                "simple" => ExplainMode::Simple,
                "extended" => ExplainMode::Extended,
                "codegen" => ExplainMode::Codegen,
                "cost" => ExplainMode::Cost,
                "formatted" => ExplainMode::Formatted,
                other => {
                    return Err(raise(
                        &crate::exception::PYSPARK_VALUE_ERROR,
                        format!(
                            "[UNKNOWN_EXPLAIN_MODE] Unknown explain mode: '{other}'. Accepted explain modes are 'simple', 'extended', 'codegen', 'cost', 'formatted'."
                        ),
                    ));
                }
            };
            let text = frame.explain(mode).await.map_err(raised)?;
            vm.print(&format!("{text}\n"));
            Ok(Value::None)
        })
    }),
    Native::action("collect", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("collect")?;
            collect(&this(Some(&frame))?.frame.clone()).await.map(Value::list)
        })
    }),
    Native::action("take", |_, args| {
        Box::pin(async move {
            let [frame, rows] = args.bind("take", ["self", "num"], 2)?;
            let frame = this(frame.as_ref())?.frame.limit(count(rows, 1, "num")?);
            collect(&frame).await.map(Value::list)
        })
    }),
    Native::action("tail", |_, args| {
        Box::pin(async move {
            let [frame, rows] = args.bind("tail", ["self", "num"], 2)?;
            let frame = this(frame.as_ref())?.frame.tail_frame(count(rows, 1, "num")?);
            collect(&frame).await.map(Value::list)
        })
    }),
    Native::action("first", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("first")?;
            first(&this(Some(&frame))?.frame.clone()).await
        })
    }),
    Native::action("head", |_, args| {
        Box::pin(async move {
            let [frame, rows] = args.bind("head", ["self", "n"], 1)?;
            let frame = this(frame.as_ref())?.frame.clone();
            match rows.filter(|rows| !rows.is_none()) {
                None => first(&frame).await,
                rows => collect(&frame.limit(count(rows, 1, "n")?)).await.map(Value::list),
            }
        })
    }),
    Native::action("count", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("count")?;
            let frame = this(Some(&frame))?.frame.clone();
            frame.count().await.map(Value::Int).map_err(raised)
        })
    }),
    Native::action("isEmpty", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("isEmpty")?;
            let frame = this(Some(&frame))?.frame.clone();
            frame.is_empty().await.map(Value::Bool).map_err(raised)
        })
    }),
    Native::later("isLocal", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("isLocal")?;
            let frame = this(Some(&frame))?.frame.clone();
            frame.is_local().await.map(Value::Bool).map_err(raised)
        })
    }),
    Native::action("toLocalIterator", |_, args| {
        Box::pin(async move {
            let [frame, _] = args.bind("toLocalIterator", ["self", "prefetchPartitions"], 1)?;
            let execution = this(frame.as_ref())?.frame.execute().map_err(raised)?;
            Ok(Value::object(Stream {
                execution: RefCell::new(Some(execution)),
                waiting: RefCell::default(),
            }))
        })
    }),
    Native::action("createTempView", |_, args| {
        Box::pin(view(args, |frame, name| frame.create_temp_view(name)))
    }),
    Native::action("createOrReplaceTempView", |_, args| {
        Box::pin(view(args, |frame, name| frame.create_or_replace_temp_view(name)))
    }),
    Native::action("createGlobalTempView", |_, args| {
        Box::pin(view(args, |frame, name| frame.create_global_temp_view(name)))
    }),
    Native::action("createOrReplaceGlobalTempView", |_, args| {
        Box::pin(view(args, |frame, name| {
            frame.create_or_replace_global_temp_view(name)
        }))
    }),
    Native::action("registerTempTable", |_, args| {
        Box::pin(view(args, |frame, name| frame.create_or_replace_temp_view(name)))
    }),
    Native::later("inputFiles", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("inputFiles")?;
            let frame = this(Some(&frame))?.frame.clone();
            let files = frame.input_files().await.map_err(raised)?;
            Ok(Value::list(files.into_iter().map(Value::text).collect()))
        })
    }),
    Native::later("sameSemantics", |_, args| {
        Box::pin(async move {
            let [frame, right] = args.bind("sameSemantics", ["self", "other"], 2)?;
            let right = super::frame::other(right.as_ref(), "other")?;
            let frame = this(frame.as_ref())?.frame.clone();
            frame
                .same_semantics(&right)
                .await
                .map(Value::Bool)
                .map_err(raised)
        })
    }),
    Native::later("semanticHash", |_, args| {
        Box::pin(async move {
            let [frame] = args.exactly("semanticHash")?;
            let frame = this(Some(&frame))?.frame.clone();
            frame
                .semantic_hash()
                .await
                .map(|hash| Value::Int(hash.into()))
                .map_err(raised)
        })
    }),
    Native::sync("writeTo", |_, args| {
        let [frame, table] = args.bind("writeTo", ["self", "table"], 2)?;
        let table = convert::text(&table.unwrap_or(Value::None), "table")?;
        Ok(super::writer::value_v2(
            this(frame.as_ref())?.frame.write_to(table),
        ))
    }),
];

/// All rows.
pub(super) async fn collect(frame: &DataFrame) -> R<Vec<Value>> {
    let mut execution = frame.execute().map_err(raised)?;
    let mut values = Vec::new();
    while let Some(output) = execution.next().await {
        if let Output::Batch(batch) = output.map_err(raised)? {
            values.extend(rows::rows(&[batch])?);
            crate::limits::check_memory()?;
        }
    }
    Ok(values)
}

async fn first(frame: &DataFrame) -> R<Value> {
    Ok(collect(&frame.limit(1))
        .await?
        .into_iter()
        .next()
        .unwrap_or(Value::None))
}

async fn view(args: Arguments, make: fn(&DataFrame, String) -> Command) -> R<Value> {
    let [frame, name] = args.bind("createTempView", ["self", "name"], 2)?;
    let name = convert::text(&name.unwrap_or(Value::None), "name")?;
    let command = make(&this(frame.as_ref())?.frame, name);
    command.await.map_err(raised)?;
    Ok(Value::None)
}

/// Rows that come while they are asked for.
struct Stream {
    execution: RefCell<Option<Execution>>,
    waiting: RefCell<VecDeque<Value>>,
}

impl Object for Stream {
    fn class(&self) -> &'static Class {
        static STREAM: Class = Class::named("generator", "");
        &STREAM
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok("<generator object DataFrame.toLocalIterator>".to_owned())
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        Ok(Value::Object(self))
    }

    fn next<'a>(self: Rc<Self>, _: &'a mut Vm) -> Option<Answer<'a>> {
        if let Some(row) = self.waiting.borrow_mut().pop_front() {
            return Some(Ok(row).into());
        }
        Some(Answer::Later(Box::pin(async move {
            // Nothing stays borrowed while it waits.
            let Some(mut execution) = self.execution.borrow_mut().take() else {
                return Ok(Value::NotImplemented);
            };
            loop {
                match execution.next().await {
                    None => return Ok(Value::NotImplemented),
                    Some(output) => {
                        if let Output::Batch(batch) = output.map_err(raised)? {
                            let mut values = VecDeque::from(rows::rows(&[batch])?);
                            if let Some(first) = values.pop_front() {
                                *self.waiting.borrow_mut() = values;
                                *self.execution.borrow_mut() = Some(execution);
                                return Ok(first);
                            }
                        }
                    }
                }
            }
        })))
    }
}
