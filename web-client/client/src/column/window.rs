//! Windows: which rows a function sees, PySpark's `Window` and `WindowSpec`.

use std::fmt;

use super::{Column, IntoColumn};
use crate::{
    functions,
    plan::{Expression, Frame, Kind},
};

/// Starts a window, PySpark's `Window`.
#[derive(Clone, Copy, Debug)]
pub struct Window;

impl Window {
    /// The current row, `Window.currentRow`.
    pub const CURRENT_ROW: i64 = 0;
    /// The first row of the partition, `Window.unboundedPreceding`.
    pub const UNBOUNDED_PRECEDING: i64 = i64::MIN;
    /// The last row of the partition, `Window.unboundedFollowing`.
    pub const UNBOUNDED_FOLLOWING: i64 = i64::MAX;

    /// Rows with equal values form a partition, `Window.partitionBy`.
    pub fn partition_by(cols: impl IntoIterator<Item = impl IntoColumn>) -> WindowSpec {
        WindowSpec::default().partition_by(cols)
    }

    /// The order of the rows, `Window.orderBy`.
    pub fn order_by(cols: impl IntoIterator<Item = impl IntoColumn>) -> WindowSpec {
        WindowSpec::default().order_by(cols)
    }

    /// The rows that each row sees, counted from it, `Window.rowsBetween`.
    pub fn rows_between(start: i64, end: i64) -> WindowSpec {
        WindowSpec::default().rows_between(start, end)
    }

    /// The rows that each row sees, by the distance of their order's value from its own, `Window.rangeBetween`.
    pub fn range_between(start: i64, end: i64) -> WindowSpec {
        WindowSpec::default().range_between(start, end)
    }
}

/// A window, PySpark's `WindowSpec`.
#[derive(Clone, Default)]
pub struct WindowSpec {
    partitions: Vec<Expression>,
    orders: Vec<Expression>,
    frame: Option<Frame>,
}

/// Bounds this far away are no bounds, as PySpark has it.
const THRESHOLD: i64 = i64::MAX;

impl WindowSpec {
    /// Rows with equal values form a partition, `WindowSpec.partitionBy`.
    pub fn partition_by(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Self {
        let partitions = cols.into_iter().map(|col| col.into_column().into_expression());
        Self {
            partitions: partitions.collect(),
            ..self.clone()
        }
    }

    /// The order of the rows, `WindowSpec.orderBy`. A column without an order is in ascending order, nulls first.
    pub fn order_by(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Self {
        let orders = cols
            .into_iter()
            .map(|col| ordered(col.into_column()).into_expression());
        Self {
            orders: orders.collect(),
            ..self.clone()
        }
    }

    /// The rows that each row sees, counted from it, `WindowSpec.rowsBetween`.
    pub fn rows_between(&self, start: i64, end: i64) -> Self {
        self.between(true, start, end)
    }

    /// The rows that each row sees, by the distance of their order's value, `WindowSpec.rangeBetween`.
    pub fn range_between(&self, start: i64, end: i64) -> Self {
        self.between(false, start, end)
    }

    fn between(&self, rows: bool, start: i64, end: i64) -> Self {
        let start = if start <= -THRESHOLD {
            Window::UNBOUNDED_PRECEDING
        } else {
            start
        };
        Self {
            frame: Some(Frame { rows, start, end }),
            ..self.clone()
        }
    }

    pub(super) fn partitions(&self) -> &[Expression] {
        &self.partitions
    }

    pub(super) fn orders(&self) -> &[Expression] {
        &self.orders
    }

    pub(super) fn frame(&self) -> Option<Frame> {
        self.frame
    }
}

/// The column as an order of rows: itself if it is one, otherwise ascending.
pub(crate) fn ordered(column: Column) -> Column {
    match column.expression().kind() {
        Kind::SortOrder { .. } => column,
        _ => functions::asc(column),
    }
}

/// As PySpark's `repr` prints a window.
impl fmt::Display for WindowSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |expressions: &[Expression]| {
            let texts: Vec<String> = expressions.iter().map(Expression::to_string).collect();
            texts.join(", ")
        };
        let mut parts = Vec::new();
        if !self.partitions.is_empty() {
            parts.push(format!("PartitionBy({})", list(&self.partitions)));
        }
        if !self.orders.is_empty() {
            parts.push(format!("OrderBy({})", list(&self.orders)));
        }
        parts.extend(self.frame.map(|frame| frame.to_string()));
        write!(f, "WindowSpec({})", parts.join(", "))
    }
}

impl fmt::Debug for WindowSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
