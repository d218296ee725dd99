//! What Spark says: small questions, answered as text, and checksums that Spark and we compute of the same rows.

use anyhow::{Context, Result, ensure};
use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use spark_connect_client::Session;

/// How many rows there are, and the sum of the CRC-32 of each row's cells joined by `|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    /// Rows.
    pub rows: u64,
    /// The sum of the rows' CRC-32.
    pub sum: u64,
}

impl Checksum {
    /// Spark's own of a query. `columns` are those of the query, as SQL writes them; no cell may be null.
    pub async fn by_spark(session: &Session, query: &str, columns: &[&str]) -> Result<Self> {
        let row = format!("concat_ws('|', {})", columns.join(", "));
        let question = format!("SELECT count(*), sum(crc32(encode({row}, 'utf-8'))) FROM ({query})");
        let answer = rows(session, &question).await?;
        let [rows, sum] = answer.first().context("Spark gave no checksum")?.as_slice() else {
            anyhow::bail!("Spark gave {answer:?} for a checksum");
        };
        Ok(Self {
            rows: rows.parse()?,
            sum: if sum.is_empty() { 0 } else { sum.parse()? },
        })
    }

    /// Adds a row.
    pub fn add<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let mut hasher = crc32fast::Hasher::new();
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                hasher.update(b"|");
            }
            hasher.update(cell.as_bytes());
        }
        self.rows += 1;
        self.sum += u64::from(hasher.finalize());
    }

    /// Adds the rows of a batch.
    pub fn add_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        for row in texts(batch)? {
            self.add(row.iter().map(String::as_str));
        }
        Ok(())
    }
}

/// The rows of a query, each cell as text; null is the empty text.
pub async fn rows(session: &Session, query: &str) -> Result<Vec<Vec<String>>> {
    let batches = session.sql(query).await?.collect().await?;
    let mut rows = Vec::new();
    for batch in &batches {
        rows.extend(texts(batch)?);
    }
    Ok(rows)
}

/// The only cell of a query's only row.
pub async fn value(session: &Session, query: &str) -> Result<String> {
    let mut rows = rows(session, query).await?;
    ensure!(
        rows.len() == 1 && rows[0].len() == 1,
        "{query} gives {rows:?}, not one cell"
    );
    Ok(rows.remove(0).remove(0))
}

/// The cells of a batch, row by row.
pub fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>> {
    let options = FormatOptions::default();
    let columns = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    Ok((0..batch.num_rows())
        .map(|row| {
            columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect()
        })
        .collect())
}

/// How many rows batches have.
pub fn count(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// The values of a column of 64-bit integers.
pub fn longs(batch: &RecordBatch, column: usize) -> Result<&[i64]> {
    let array = batch.columns().get(column).context("no such column")?;
    let array = array.as_any().downcast_ref::<arrow_array::Int64Array>();
    let array = array.context("not a column of 64-bit integers")?;
    ensure!(array.null_count() == 0, "a null among the integers");
    Ok(array.values())
}
