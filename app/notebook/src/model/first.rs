//! The notebook that a newcomer finds.

use super::{Cell, CellKind, Notebook};

const DESCRIPTION: &str = "Each cell runs on Spark; only its result comes to this page. Click into a cell and press \
                           Ctrl+Enter, or Cmd+Enter on a Mac. The samples database holds a city's taxi trips.";

/// The first one needs no table, so that it runs on any server; the others read the sample data.
const CELLS: [&str; 4] = [
    "-- A million rows without a table: the first ones show while the rest arrives\n\
     SELECT id,\n       \
            date_add(DATE '2026-01-01', CAST(id % 365 AS INT)) AS day,\n       \
            round(rand(42) * 100, 2)                           AS amount,\n       \
            array(id % 7, id % 11)                             AS remainders,\n       \
            named_struct('even', id % 2 = 0, 'text', concat('row ', id)) AS facts\n\
     FROM range(1000000)",
    "-- Over two million trips, a preview first\n\
     SELECT * FROM samples.trips",
    "SELECT hour(pickup_at) AS hour, count(*) AS trips, round(avg(tip / fare), 4) AS tip_rate\n\
     FROM samples.trips\n\
     WHERE fare > 0\n\
     GROUP BY ALL\n\
     ORDER BY hour",
    "DESCRIBE TABLE samples.trips",
];

/// A new notebook with cells that are worth running.
pub(crate) fn first_notebook(id: impl Into<String>) -> Notebook {
    let mut notebook = Notebook::new(id, "Welcome to Spark");
    notebook.description = DESCRIPTION.into();
    for source in CELLS {
        let id = notebook.fresh_id();
        notebook.cells.push(Cell::new(id, CellKind::Sql, source));
    }
    notebook
}
