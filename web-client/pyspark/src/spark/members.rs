//! What editors ask about Spark's values: what functions take, which columns DataFrames have.

use std::rc::Rc;

use spark_connect_client::{functions::ParameterKind, proto::data_type::Struct};

use super::{frame::PyFrame, functions::Function};
use crate::value::Value;

/// The parameters of a function of columns, as Python writes them: `(col, format)`.
pub(crate) fn parameters_of(value: &Value) -> Option<String> {
    let signature = value.downcast::<Function>()?.0;
    let one = |parameter: &spark_connect_client::functions::Parameter| {
        let star = if parameter.kind.is_variadic() { "*" } else { "" };
        let default = parameter
            .default
            .python()
            .filter(|_| parameter.kind != ParameterKind::Options);
        match default {
            Some(default) => format!("{star}{}={default}", parameter.name),
            None => format!("{star}{}", parameter.name),
        }
    };
    let parameters: Vec<_> = signature.parameters.iter().map(one).collect();
    Some(format!("({})", parameters.join(", ")))
}

/// The schema of a DataFrame, if the value is one and Spark can tell.
pub(crate) async fn schema_of(value: &Value) -> Option<Rc<Struct>> {
    let frame = value.downcast::<PyFrame>()?;
    frame.schema().await.ok()
}
