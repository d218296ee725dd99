//! Tables in the words of engine-api: columns, windows, statistics.

use arrow_schema::Schema;
use engine_api::{Cell, CellKind, Column, ColumnKind, ColumnStats, Histogram, Window};
use result_table::Kind;
use spark_connect_client::{proto::data_type as pb, types};

/// The columns of a result. Spark tells their types; a server that does not has its Arrow types shown.
pub(crate) fn columns(arrow: &Schema, spark: Option<&pb::Struct>) -> Vec<Column> {
    let spark = spark
        .map(|s| s.fields.as_slice())
        .filter(|fields| fields.len() == arrow.fields().len());
    let one = |(at, field): (usize, &std::sync::Arc<arrow_schema::Field>)| {
        let typed = spark.and_then(|fields| fields[at].data_type.as_ref());
        Column {
            name: field.name().clone(),
            data_type: typed.map_or_else(|| field.data_type().to_string(), types::simple_string),
            kind: kind(result_table::kind(field)),
            nullable: spark.map_or(field.is_nullable(), |fields| fields[at].nullable),
        }
    };
    arrow.fields().iter().enumerate().map(one).collect()
}

fn kind(kind: Kind) -> ColumnKind {
    match kind {
        Kind::Integer => ColumnKind::Integer,
        Kind::Fractional => ColumnKind::Fractional,
        Kind::Boolean => ColumnKind::Boolean,
        Kind::Text => ColumnKind::Text,
        Kind::Binary => ColumnKind::Binary,
        Kind::Date => ColumnKind::Date,
        Kind::Time => ColumnKind::Time,
        Kind::Interval => ColumnKind::Interval,
        Kind::Array => ColumnKind::Array,
        Kind::Struct => ColumnKind::Struct,
        Kind::Map => ColumnKind::Map,
        Kind::Other => ColumnKind::Other,
    }
}

/// The kind of a column that is known by its Spark type only.
pub(crate) fn spark_kind(data_type: &spark_connect_client::proto::DataType) -> ColumnKind {
    use pb::Kind;
    match &data_type.kind {
        Some(Kind::Byte(_) | Kind::Short(_) | Kind::Integer(_) | Kind::Long(_)) => ColumnKind::Integer,
        Some(Kind::Float(_) | Kind::Double(_) | Kind::Decimal(_)) => ColumnKind::Fractional,
        Some(Kind::Boolean(_)) => ColumnKind::Boolean,
        Some(Kind::String(_) | Kind::Char(_) | Kind::VarChar(_)) => ColumnKind::Text,
        Some(Kind::Binary(_)) => ColumnKind::Binary,
        Some(Kind::Date(_)) => ColumnKind::Date,
        Some(
            Kind::Timestamp(_)
            | Kind::TimestampNtz(_)
            | Kind::TimestampNtzNanos(_)
            | Kind::TimestampLtzNanos(_)
            | Kind::Time(_),
        ) => ColumnKind::Time,
        Some(Kind::CalendarInterval(_) | Kind::YearMonthInterval(_) | Kind::DayTimeInterval(_)) => {
            ColumnKind::Interval
        }
        Some(Kind::Array(_)) => ColumnKind::Array,
        Some(Kind::Struct(_)) => ColumnKind::Struct,
        Some(Kind::Map(_)) => ColumnKind::Map,
        _ => ColumnKind::Other,
    }
}

pub(crate) fn window(window: result_table::Window) -> Window {
    let cell = |cell: result_table::Cell| Cell {
        text: cell.text,
        kind: match cell.kind {
            result_table::CellKind::Whole => CellKind::Whole,
            result_table::CellKind::Cut => CellKind::Cut,
            result_table::CellKind::Null => CellKind::Null,
        },
    };
    Window {
        rows: window.rows,
        columns: window.columns,
        cells: window.cells.into_iter().map(cell).collect(),
    }
}

/// The rows that went into them, and the statistics.
pub(crate) fn statistics(statistics: result_table::Statistics) -> (u64, Vec<ColumnStats>) {
    let one = |column: result_table::ColumnStatistics| ColumnStats {
        nulls: column.nulls,
        distinct: column.distinct,
        min: column.min,
        max: column.max,
        histogram: column.histogram.map(|histogram| match histogram {
            result_table::Histogram::Bins(bins) => Histogram::Bins(bins),
            result_table::Histogram::Top { values, other } => Histogram::Top { values, other },
        }),
    };
    (statistics.rows, statistics.columns.into_iter().map(one).collect())
}
