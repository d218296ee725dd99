//! Orders of rows, and windows, as code.

use spark_connect_client::proto::expression::{
    ExprType, SortOrder, Window,
    literal::LiteralType,
    sort_order::{NullOrdering, SortDirection},
    window::{
        WindowFrame,
        window_frame::{FrameBoundary, FrameType, frame_boundary::Boundary},
    },
};

use super::{Writer, expression::Piece, no_code};
use crate::{Result, error::ViewError};

impl Writer<'_> {
    pub(super) fn window(&mut self, message: &Window, parts: &[Piece]) -> Result<Piece> {
        let Some((function, rest)) = parts.split_first() else {
            return Err(ViewError::missing("Window", "function"));
        };
        let (partitions, orders) = rest.split_at(message.partition_spec.len().min(rest.len()));
        let mut text = "Window".to_owned();
        if !partitions.is_empty() {
            let columns = message.partition_spec.iter().zip(partitions);
            let columns: Vec<String> = columns
                .map(|(message, piece)| self.named_column(message, piece))
                .collect();
            text += &format!(".partitionBy({})", columns.join(", "));
        }
        if !orders.is_empty() {
            text += &format!(
                ".orderBy({})",
                self.orders(&message.order_spec, orders)?.join(", ")
            );
        }
        if let Some(frame) = &message.frame_spec {
            text += &window_frame(frame)?;
        }
        if text == "Window" {
            // A window of everything: PySpark begins one with no partition.
            text += ".partitionBy()";
        }
        self.uses.window = true;
        Ok(Self::method(
            function,
            "over",
            &text,
            &rest.iter().collect::<Vec<_>>(),
        ))
    }

    /// Orders of rows, for `sort` and its kin: ascending ones without a word.
    pub(super) fn orders(&self, orders: &[SortOrder], parts: &[Piece]) -> Result<Vec<String>> {
        let order = |(order, piece): (&SortOrder, &Piece)| {
            let method = order_method(order)?;
            let child = order.child.as_deref();
            // An order of an order would be taken for the order itself.
            let is_order = matches!(
                child.and_then(|c| c.expr_type.as_ref()),
                Some(ExprType::SortOrder(_))
            );
            Ok(match (method, child) {
                ("asc", Some(child)) if !is_order => self.named_column(child, piece),
                _ => Self::method(piece, method, "", &[]).text,
            })
        };
        orders.iter().zip(parts).map(order).collect()
    }
}

pub(super) fn order_method(order: &SortOrder) -> Result<&'static str> {
    let direction = SortDirection::try_from(order.direction);
    let nulls = NullOrdering::try_from(order.null_ordering);
    match (direction, nulls) {
        (Ok(SortDirection::Ascending), Ok(NullOrdering::SortNullsFirst)) => Ok("asc"),
        (Ok(SortDirection::Ascending), Ok(NullOrdering::SortNullsLast)) => Ok("asc_nulls_last"),
        (Ok(SortDirection::Descending), Ok(NullOrdering::SortNullsLast)) => Ok("desc"),
        (Ok(SortDirection::Descending), Ok(NullOrdering::SortNullsFirst)) => Ok("desc_nulls_first"),
        _ => Err(ViewError::unknown("SortOrder", "direction or order of nulls")),
    }
}

fn window_frame(frame: &WindowFrame) -> Result<String> {
    let (method, is_rows) = match FrameType::try_from(frame.frame_type) {
        Ok(FrameType::Row) => ("rowsBetween", true),
        Ok(FrameType::Range) => ("rangeBetween", false),
        _ => return Err(ViewError::unknown("Window", "kind of frame")),
    };
    let start = bound(frame.lower.as_deref(), is_rows, "Window.unboundedPreceding")?;
    let end = bound(frame.upper.as_deref(), is_rows, "Window.unboundedFollowing")?;
    Ok(format!(".{method}({start}, {end})"))
}

fn bound(bound: Option<&FrameBoundary>, is_rows: bool, unbounded: &str) -> Result<String> {
    let boundary = bound.and_then(|bound| bound.boundary.as_ref());
    match boundary.ok_or_else(|| ViewError::missing("Window", "bound of its frame"))? {
        Boundary::CurrentRow(_) => Ok("Window.currentRow".to_owned()),
        Boundary::Unbounded(_) => Ok(unbounded.to_owned()),
        Boundary::Value(value) => {
            let literal = match &value.expr_type {
                Some(ExprType::Literal(literal)) => literal.literal_type.as_ref(),
                _ => None,
            };
            match literal {
                Some(LiteralType::Integer(value)) if is_rows && *value != 0 => Ok(value.to_string()),
                Some(LiteralType::Long(value)) if !is_rows && *value != 0 => Ok(value.to_string()),
                _ => Err(no_code(
                    "Window",
                    "PySpark takes whole numbers for the bounds of a frame",
                )),
            }
        }
    }
}
