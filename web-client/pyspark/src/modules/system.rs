//! `time`, `sys`, and the part of `os` that computes with paths.

use std::time::Duration;

use super::module;
use crate::{
    clock,
    exception::{R, value_error},
    types::{self, arithmetic},
    value::Value,
    vm::native::{Arguments, Native},
};

module!(TIME, "time", TIMES, &[], |_| None);

static TIMES: &[Native] = &[
    Native::sync("time", |_, args| {
        args.exactly::<0>("time")?;
        Ok(Value::Float(clock::now() as f64 / 1e6))
    }),
    Native::sync("time_ns", |_, args| {
        args.exactly::<0>("time_ns")?;
        Ok(Value::Int(clock::now().saturating_mul(1000)))
    }),
    Native::sync("perf_counter", |_, args| elapsed(args, "perf_counter")),
    Native::sync("monotonic", |_, args| elapsed(args, "monotonic")),
    Native::later("sleep", |_, args| {
        Box::pin(async move {
            let [seconds] = args.exactly("sleep")?;
            let seconds = arithmetic::float(&seconds)?;
            if seconds < 0.0 {
                return Err(value_error("sleep length must be non-negative"));
            }
            let duration = Duration::try_from_secs_f64(seconds)
                .map_err(|_| value_error("sleep length is too long for a clock"))?;
            spark_connect_client::platform::sleep(duration).await;
            Ok(Value::None)
        })
    }),
];

/// Seconds since some moment.
fn elapsed(args: Arguments, name: &str) -> R<Value> {
    args.exactly::<0>(name)?;
    Ok(Value::Float(spark_connect_client::platform::now() / 1e3))
}

module!(SYS, "sys", &[], &[], |name| match name {
    "maxsize" => Some(Value::Int(i64::MAX)),
    _ => None,
});

module!(OS, "os", &[], &[], separator);

module!(PATH, "os.path", PATHS, &[], separator);

/// Paths are Spark's: its servers have slashes.
fn separator(name: &str) -> Option<Value> {
    (name == "sep").then(|| Value::text("/"))
}

static PATHS: &[Native] = &[
    Native::sync("join", |_, args| {
        args.no_names("join")?;
        let mut path = String::new();
        for part in &args.positional {
            let part = types::string(part, "join() argument")?;
            if part.starts_with('/') {
                path.clear();
            } else if !path.is_empty() && !path.ends_with('/') {
                path.push('/');
            }
            path.push_str(part);
        }
        Ok(Value::text(path))
    }),
    Native::sync("basename", |_, args| {
        split(args, "basename").map(|(_, tail)| Value::text(tail))
    }),
    Native::sync("dirname", |_, args| {
        split(args, "dirname").map(|(head, _)| Value::text(head))
    }),
    Native::sync("split", |_, args| {
        split(args, "split").map(|(head, tail)| Value::tuple(vec![Value::text(head), Value::text(tail)]))
    }),
    Native::sync("splitext", |_, args| {
        let [path] = args.exactly("splitext")?;
        let path = types::string(&path, "path")?;
        let name = path.rfind('/').map_or(0, |at| at + 1);
        let leading = path[name..].len() - path[name..].trim_start_matches('.').len();
        let dot = path[name + leading..].rfind('.').map(|at| name + leading + at);
        let (root, extension) = path.split_at(dot.unwrap_or(path.len()));
        Ok(Value::tuple(vec![Value::text(root), Value::text(extension)]))
    }),
    Native::sync("isabs", |_, args| {
        let [path] = args.exactly("isabs")?;
        Ok(Value::Bool(types::string(&path, "path")?.starts_with('/')))
    }),
];

/// Everything before the last slash, and what is after it.
fn split(args: Arguments, name: &str) -> R<(String, String)> {
    let [path] = args.exactly(name)?;
    let path = types::string(&path, "path")?;
    let (head, tail) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let head = match head.trim_end_matches('/') {
        "" => head,
        trimmed => trimmed,
    };
    Ok((head.to_owned(), tail.to_owned()))
}
