//! Spark's values: the session, DataFrames, columns, functions, rows, types.
//!
//! What they mean is the client's business; here they get PySpark's names, arguments and errors.

mod column;
mod column_methods;
mod convert;
mod error;
mod frame;
mod frame_actions;
mod frame_columns;
mod frame_rows;
mod functions;
mod grouped;
mod infer;
mod local;
mod modules;
mod reader;
mod row;
mod rows;
mod session;
mod spatial;
mod type_json;
mod types;
mod variant;
mod window;
mod writer;

use spark_connect_client::proto;

pub use self::error::traceback;
pub(crate) use self::{
    error::{condition, parameters, place, sql_state},
    modules::MODULES,
    session::session,
};
use crate::vm::Vm;

/// Where the step is that is being carried out, for Spark to name in its errors: cell, line, first and last byte.
fn origin(vm: &Vm, fragment: &str) -> Option<proto::Origin> {
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
