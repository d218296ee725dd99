//! Table-valued functions: PySpark's `SparkSession.tvf`.

use crate::{
    Column, DataFrame, Session,
    error::{Error, Result},
    plan::LogicalPlan,
};

/// The table-valued functions of a session, `SparkSession.tvf`.
#[derive(Clone, Debug)]
pub struct TableValuedFunction(Session);

impl Session {
    /// Table-valued functions, `SparkSession.tvf`.
    pub fn tvf(&self) -> TableValuedFunction {
        TableValuedFunction(self.clone())
    }
}

/// Functions without conditions on their arguments.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),*);)*) => {
        $(
            $(#[$doc])*
            pub fn $name(&self, $($argument: Column),*) -> DataFrame {
                self.call(stringify!($name), [$($argument),*])
            }
        )*
    };
}

impl TableValuedFunction {
    functions! {
        /// The collations that Spark knows, `tvf.collations`.
        collations();
        /// A row for each element or entry, `tvf.explode`.
        explode(collection);
        /// A row for each element or entry, and one with nulls where there are none, `tvf.explode_outer`.
        explode_outer(collection);
        /// A row for each struct of an array, `tvf.inline`.
        inline(input);
        /// A row for each struct of an array, and one with nulls where there are none, `tvf.inline_outer`.
        inline_outer(input);
        /// A row for each element, with its place, `tvf.posexplode`.
        posexplode(collection);
        /// A row for each element, with its place, and one with nulls where there are none, `tvf.posexplode_outer`.
        posexplode_outer(collection);
        /// What Python workers of this session wrote, `tvf.python_worker_logs`.
        python_worker_logs();
        /// The words of Spark's SQL, `tvf.sql_keywords`.
        sql_keywords();
        /// A row for each value inside a variant, `tvf.variant_explode`.
        variant_explode(input);
        /// A row for each value inside a variant, and one with nulls where there are none, `tvf.variant_explode_outer`.
        variant_explode_outer(input);
    }

    /// Fields of the object of a JSON text, `tvf.json_tuple`. Fails without fields.
    pub fn json_tuple(&self, input: Column, fields: impl IntoIterator<Item = Column>) -> Result<DataFrame> {
        let arguments: Vec<Column> = std::iter::once(input).chain(fields).collect();
        if arguments.len() < 2 {
            return Err(Error::invalid(
                "[CANNOT_BE_EMPTY] At least one field must be specified.",
            ));
        }
        Ok(self.call("json_tuple", arguments))
    }

    /// Whole numbers, `tvf.range`; see [`Session::range`].
    pub fn range(&self, start: i64, end: i64, step: i64, num_partitions: Option<i32>) -> DataFrame {
        self.0.range(start, end, step, num_partitions)
    }

    /// Values in so many rows, `tvf.stack`.
    pub fn stack(&self, n: Column, fields: impl IntoIterator<Item = Column>) -> DataFrame {
        self.call("stack", std::iter::once(n).chain(fields))
    }

    /// A table-valued function of any name.
    pub fn call(&self, name: &str, arguments: impl IntoIterator<Item = Column>) -> DataFrame {
        let arguments = arguments.into_iter().map(Column::into_expression).collect();
        DataFrame::of(
            self.0.clone(),
            LogicalPlan::table_valued_function(name, arguments),
        )
    }
}
