//! What can go wrong with a table, in sentences that say what to do.

use arrow_schema::DataType;

/// Why a table could not be made, grown or copied from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The session's time zone is neither a name of the IANA database nor an offset.
    #[error(
        "The session's time zone {name:?} is not known. Set spark.sql.session.timeZone to a name such as \
         Europe/Berlin or to an offset such as +02:00, and run again."
    )]
    UnknownTimeZone {
        /// The zone as it was given.
        name: String,
    },
    /// A batch has more or fewer columns than the result.
    #[error(
        "A batch came with {found} columns, but the result has {expected}. Run the query again; if it \
         happens once more, the server sends an inconsistent result."
    )]
    ColumnCount {
        /// Columns of the result.
        expected: usize,
        /// Columns of the batch.
        found: usize,
    },
    /// A column of a batch is of another type than the same column of the result.
    #[error(
        "Column {} ({name:?}) of a batch came as {found}, but the result has it as {expected}. Run the query \
         again; if it happens once more, the server sends an inconsistent result.",
        column + 1
    )]
    ColumnType {
        /// The column, counted from 0.
        column: usize,
        /// Its name in the result.
        name: String,
        /// Its type in the result.
        expected: Box<DataType>,
        /// Its type in the batch.
        found: Box<DataType>,
    },
    /// The text of the selected cells would be longer than allowed.
    #[error("The selected cells are longer than {max_bytes} bytes as text. Select fewer rows or columns.")]
    TooLong {
        /// The longest text allowed, in bytes.
        max_bytes: usize,
    },
}
