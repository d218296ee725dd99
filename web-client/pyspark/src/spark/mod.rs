//! Spark's values: the session, DataFrames, columns, functions, rows, types.
//!
//! What they mean is the client's business; here they get PySpark's names, arguments and errors.

mod catalog;
mod column;
mod column_methods;
mod convert;
mod entry;
mod error;
mod frame;
mod frame_actions;
mod frame_columns;
mod frame_kept;
mod frame_parts;
mod frame_properties;
mod frame_rows;
mod functions;
mod grouped;
mod infer;
mod json;
mod local;
mod members;
mod merge;
mod modules;
mod observation;
mod reader;
mod row;
mod rows;
mod session;
mod spatial;
mod storage;
mod stream_query;
mod stream_reader;
mod stream_writer;
mod table_arg;
mod tvf;
mod type_json;
mod types;
mod udf;
mod unsupported;
mod variant;
mod window;
mod wrapped;
mod writer;

use spark_connect_client::{DataFrame, proto};

pub use self::error::traceback;
pub(crate) use self::{
    column::written_here,
    error::{condition, parameters, place, raised, sql_state},
    members::{parameters_of, schema_of},
    modules::MODULES,
    session::session,
    unsupported::{all as unsupported, find as refused},
};
use crate::{class::Class, value::Value, vm::Vm};

/// The DataFrame that a value is.
pub(crate) fn frame_of(value: &Value) -> Option<DataFrame> {
    value
        .downcast::<frame::PyFrame>()
        .map(|frame| frame.frame.clone())
}

/// The classes whose names are PySpark's.
pub(crate) fn classes() -> impl Iterator<Item = &'static Class> {
    const CLASSES: &[&Class] = &[
        &catalog::CATALOG,
        &column::COLUMN,
        &frame::DATAFRAME,
        &frame_parts::NA,
        &frame_parts::STAT,
        &grouped::GROUPED,
        &merge::MERGE,
        &merge::WHEN_MATCHED,
        &merge::WHEN_NOT_MATCHED,
        &merge::WHEN_NOT_MATCHED_BY_SOURCE,
        &observation::OBSERVATION,
        &reader::READER,
        &row::ROW,
        &session::BUILDER,
        &session::CONF,
        &session::SESSION,
        &storage::STORAGE_LEVEL,
        &stream_query::MANAGER,
        &stream_query::QUERY,
        &stream_reader::STREAM_READER,
        &stream_writer::STREAM_WRITER,
        &table_arg::TABLE_ARG,
        &tvf::TVF,
        &udf::UDF,
        &window::SPEC,
        &window::WINDOW,
        &writer::WRITER,
        &writer::WRITER_V2,
    ];
    CLASSES.iter().copied()
}

/// Whether `pyspark.sql.functions` has a name that runs.
pub(crate) fn has_function(name: &str) -> bool {
    functions::has(name)
}

/// Whether `pyspark.sql.types` has a name.
pub(crate) fn has_type(name: &str) -> bool {
    types::get(name).is_some()
}

/// Where the step is that is being carried out, for Spark to name in its errors: cell, line, first and last byte.
fn origin(vm: &Vm, fragment: &str) -> Option<proto::Origin> {
    // What is only planned is known again wherever it stands.
    if vm.is_planning {
        return None;
    }
    let place = vm.place()?;
    let (start, end) = (usize::from(place.range.start()), usize::from(place.range.end()));
    let line = place.source.text.get(..start)?.matches('\n').count() + 1;
    Some(proto::Origin {
        function: Some(proto::origin::Function::PythonOrigin(proto::PythonOrigin {
            fragment: fragment.to_owned(),
            call_site: format!("cell {}:{line}:{start}-{end}", place.source.number),
        })),
    })
}
