//! `spark.tvf`: table-valued functions.

use spark_connect_client::{DataFrame, TableValuedFunction};

use super::{convert, error::raised, frame::PyFrame, session, wrapped::wrapped};
use crate::{class::Class, value::Value, vm::native::Native};

pub(super) static TVF: Class = Class {
    methods: METHODS,
    ..Class::named("TableValuedFunction", "pyspark.sql.connect.tvf")
};

wrapped!(PyTvf(TableValuedFunction), TVF);

/// A function of no column.
macro_rules! nothing {
    ($name:ident) => {
        Native::sync(stringify!($name), |vm, args| {
            let [this] = args.exactly(stringify!($name))?;
            let frame = PyTvf::this(Some(&this))?.$name();
            Ok(PyFrame::of_step(vm, stringify!($name), frame))
        })
    };
}

/// A function of one column.
macro_rules! one {
    ($name:ident, $parameter:literal) => {
        Native::sync(stringify!($name), |vm, args| {
            let [this, column] = args.bind(stringify!($name), ["self", $parameter], 2)?;
            let column = convert::column(&column.unwrap_or(Value::None), $parameter)?;
            let frame = PyTvf::this(this.as_ref())?.$name(column);
            Ok(PyFrame::of_step(vm, stringify!($name), frame))
        })
    };
}

static METHODS: &[Native] = &[
    nothing!(collations),
    nothing!(python_worker_logs),
    nothing!(sql_keywords),
    one!(explode, "collection"),
    one!(explode_outer, "collection"),
    one!(inline, "input"),
    one!(inline_outer, "input"),
    one!(posexplode, "collection"),
    one!(posexplode_outer, "collection"),
    one!(variant_explode, "input"),
    one!(variant_explode_outer, "input"),
    Native::sync("json_tuple", |vm, args| {
        args.no_names("json_tuple")?;
        let columns = convert::each(convert::rest(&args), "fields")?;
        let mut columns = columns.into_iter();
        let this = PyTvf::this(args.positional.first())?;
        let frame: Option<DataFrame> = columns
            .next()
            .map(|input| this.json_tuple(input, columns))
            .transpose()
            .map_err(raised)?;
        match frame {
            Some(frame) => Ok(PyFrame::of_step(vm, "json_tuple", frame)),
            None => Err(missing("json_tuple", "input")),
        }
    }),
    Native::sync("stack", |vm, args| {
        args.no_names("stack")?;
        let mut columns = convert::each(convert::rest(&args), "fields")?.into_iter();
        let this = PyTvf::this(args.positional.first())?;
        match columns.next() {
            Some(n) => Ok(PyFrame::of_step(vm, "stack", this.stack(n, columns))),
            None => Err(missing("stack", "n")),
        }
    }),
    Native::sync("range", |vm, args| {
        let [this, start, end, step, partitions] =
            args.bind("range", ["self", "start", "end", "step", "numPartitions"], 2)?;
        let (start, end, step, partitions) = session::bounds(start, end, step, partitions)?;
        let frame = PyTvf::this(this.as_ref())?.range(start, end, step, partitions);
        Ok(PyFrame::of_step(vm, "range", frame))
    }),
];

fn missing(name: &str, parameter: &str) -> crate::exception::Raised {
    crate::exception::type_error(format!(
        "{name}() missing 1 required positional argument: '{parameter}'"
    ))
}
