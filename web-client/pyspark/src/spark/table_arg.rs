//! `TableArg`: a DataFrame as the argument of a table-valued function.

use spark_connect_client::TableArg;

use super::{convert, error::raised, wrapped::wrapped};
use crate::{class::Class, exception::R, value::Value, vm::native::Native};

pub(super) static TABLE_ARG: Class = Class {
    methods: METHODS,
    ..Class::named("TableArg", "pyspark.sql.connect.table_arg")
};

wrapped!(PyTableArg(TableArg), TABLE_ARG);

impl PyTableArg {
    /// The argument as a column.
    pub(super) fn column(&self) -> spark_connect_client::Column {
        self.0.clone().into_column()
    }
}

static METHODS: &[Native] = &[
    Native::sync("partitionBy", |_, args| {
        let columns = convert::columns(convert::rest(&args), "cols")?;
        let this = PyTableArg::this(args.positional.first())?;
        made(this.partition_by(columns))
    }),
    Native::sync("orderBy", |_, args| {
        let columns = convert::columns(convert::rest(&args), "cols")?;
        let this = PyTableArg::this(args.positional.first())?;
        made(this.order_by(columns))
    }),
    Native::sync("withSinglePartition", |_, args| {
        let [this] = args.exactly("withSinglePartition")?;
        made(PyTableArg::this(Some(&this))?.with_single_partition())
    }),
];

fn made(argument: spark_connect_client::Result<TableArg>) -> R<Value> {
    argument.map(PyTableArg::value).map_err(raised)
}
