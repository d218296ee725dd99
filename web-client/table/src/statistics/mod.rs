//! What a column holds, at a glance: nulls, distinct values, the range and a picture of the distribution.
//!
//! Everything is gathered in one pass that can stop after any row, in memory that does not grow with the
//! rows: 100 KB per column at most, whatever the length of its values, because texts are kept as hashes and
//! as the rows where they stand.

mod bins;
mod column;
mod distinct;
mod hash;
mod number;
mod numbers;
mod texts;

use std::ops::Range;

use arrow_schema::SchemaRef;

use crate::table::Batches;
use column::Column;

/// Distinct values up to which everything is exact.
const EXACT: usize = 1_000;
/// Bins of a histogram.
const BINS: usize = 20;
/// Most frequent values of a histogram.
const TOP: usize = 10;

/// Statistics of some columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Rows that are in so far.
    pub rows: u64,
    /// One for each column that was asked for.
    pub columns: Vec<ColumnStatistics>,
}

/// A column's values, summarised over the rows that are in so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnStatistics {
    /// Rows without a value.
    pub nulls: u64,
    /// Distinct values: exact up to 1,000, above that with a standard error of 1.2 %. Absent for nested
    /// values, variants, calendar intervals and decimals of 256 bits.
    pub distinct: Option<u64>,
    /// The smallest value, formatted as a cell; absent where `distinct` is, and for columns without values.
    pub min: Option<String>,
    /// The largest value. NaN is larger than every number, as it is for Spark.
    pub max: Option<String>,
    /// How the values are spread; absent for columns without a range, and for bytes.
    pub histogram: Option<Histogram>,
}

/// How values are spread.
#[derive(Clone, Debug, PartialEq)]
pub enum Histogram {
    /// Counts of numbers, dates, times and durations in 20 equal steps between the smallest and the largest
    /// finite value; one step if all are equal. Exact up to 1,000 distinct values. Above that the counts
    /// come from 256 to 1,024 finer steps, so that values near a border may be counted on its other side.
    Bins(Vec<u64>),
    /// The ten most frequent texts or booleans with their counts, the most frequent first. Exact up to 1,000
    /// distinct values. Above that counts are lower bounds: short by less than 0.4 % of all rows.
    Top {
        /// Values, formatted as cells, each with its count.
        values: Vec<(String, u64)>,
        /// Rows with any other value.
        other: u64,
    },
}

/// Formats the cell at a row and a column.
pub(crate) type Format<'a> = dyn Fn(u64, usize) -> Option<String> + 'a;

/// The rows summarised so far.
#[derive(Debug)]
pub(crate) struct Summary {
    rows: u64,
    columns: Vec<Column>,
}

impl Summary {
    pub(crate) fn new(schema: &SchemaRef) -> Summary {
        let columns = schema
            .fields()
            .iter()
            .map(|field| Column::new(field.data_type()))
            .collect();
        Summary { rows: 0, columns }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds up to `max_rows` rows, and says whether all are in now.
    pub(crate) fn advance(&mut self, batches: &Batches, max_rows: usize) -> bool {
        let end = batches.rows().min(self.rows.saturating_add(max_rows as u64));
        for (batch, rows) in batches.pieces(self.rows..end) {
            for (place, (column, array)) in self.columns.iter_mut().zip(batch.columns()).enumerate() {
                let value_at = |row: u64| {
                    let (batch, row) = batches.find(row)?;
                    column::bytes(batch.column(place).as_ref(), row)
                };
                column.add(array.as_ref(), rows.clone(), self.rows, &value_at);
            }
            self.rows += rows.len() as u64;
        }
        end == batches.rows()
    }

    pub(crate) fn statistics(&self, columns: Range<usize>, format: &Format<'_>) -> Statistics {
        let start = columns.start;
        let columns = self.columns.get(columns).unwrap_or_default().iter().enumerate();
        Statistics {
            rows: self.rows,
            columns: columns
                .map(|(place, column)| column.statistics(&|row| format(row, start + place)))
                .collect(),
        }
    }
}
