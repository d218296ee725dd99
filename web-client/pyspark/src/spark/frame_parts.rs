//! `df.na` and `df.stat`: methods of `DataFrame` under shorter names.

use super::{frame::DATAFRAME, wrapped::wrapped};
use crate::{
    class::Class,
    exception::{R, type_error},
    value::Value,
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

/// A method that is one of the DataFrame's.
macro_rules! part {
    ($kind:ident, $name:literal, $of:ident, $method:literal) => {
        Native::$kind($name, |vm, args| {
            Box::pin(async move {
                let frame = $of::this(args.positional.first())?;
                of_frame(vm, frame, args, $method).await
            })
        })
    };
}

pub(super) static NA: Class = Class {
    methods: &[
        part!(later, "fill", PyNa, "fillna"),
        part!(later, "drop", PyNa, "dropna"),
        part!(later, "replace", PyNa, "replace"),
    ],
    ..Class::named("DataFrameNaFunctions", "pyspark.sql.connect.dataframe")
};

pub(super) static STAT: Class = Class {
    methods: &[
        part!(action, "approxQuantile", PyStat, "approxQuantile"),
        part!(action, "corr", PyStat, "corr"),
        part!(action, "cov", PyStat, "cov"),
        part!(later, "crosstab", PyStat, "crosstab"),
        part!(later, "freqItems", PyStat, "freqItems"),
        part!(later, "sampleBy", PyStat, "sampleBy"),
    ],
    ..Class::named("DataFrameStatFunctions", "pyspark.sql.connect.dataframe")
};

wrapped!(PyNa(Value), NA);
wrapped!(PyStat(Value), STAT);

async fn of_frame(vm: &mut Vm, frame: Value, mut args: Arguments, method: &str) -> R<Value> {
    if let Some(this) = args.positional.first_mut() {
        *this = frame;
    }
    match DATAFRAME.method(method) {
        Some(native) => vm.call(&Value::Native(native), args).await,
        None => Err(type_error(format!("DataFrame has no {method}"))),
    }
}
