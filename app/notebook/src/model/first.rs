//! The notebook that a newcomer finds.

use super::{Cell, CellKind, Notebook};

const DESCRIPTION: &str = "Cells run on Spark; only their results come to this page. Click into a cell and press \
                           Ctrl+Enter, or ⌘+Enter on a Mac. The samples database holds a year of taxi trips in \
                           Port Marin, a made-up city.";

/// The first one reads no table, so that it runs on any server; the others read the sample data.
const CELLS: [(CellKind, &str); 5] = [
    (CellKind::Sql, "\
-- A million rows without a table, with values of many types. A preview comes first; all rows are one click away.
SELECT
  id,
  date_add(DATE '2025-01-01', CAST(id % 365 AS INT)) AS day,
  CAST(id * 1.25 AS DECIMAL(12, 2)) AS amount,
  if(id % 7 = 0, NULL, concat('row ', id)) AS label,
  array(id % 7, id % 11) AS remainders,
  named_struct('even', id % 2 = 0, 'root', round(sqrt(id), 3)) AS facts
FROM range(1000000)"),
    (CellKind::Sql, "\
-- Over two million taxi trips: amounts, times, a struct, an array and a map in every row
SELECT * FROM samples.trips"),
    (CellKind::Python, "\
# The same table in PySpark, which runs here without Python: a day of the city, hour by hour
from pyspark.sql import functions as F

trips = spark.table(\"samples.trips\")
hours = trips.groupBy(F.hour(\"pickup_at\").alias(\"hour\")).agg(
    F.count(\"*\").alias(\"trips\"),
    F.round(F.avg(\"distance_km\"), 2).alias(\"km\"),
    F.round(F.avg(\"fare\"), 2).alias(\"fare\"),
)
hours.orderBy(\"hour\")"),
    (CellKind::Sql, "\
-- What rain, fog and snow do to the city: trips joined with the weather of their hour
SELECT
  condition,
  count(DISTINCT observed_at) AS hours,
  count(*) DIV hours AS trips_an_hour,
  round(3600 * sum(distance_km) / sum(timestampdiff(SECOND, pickup_at, dropoff_at)), 1) AS km_an_hour,
  round(avg(fare), 2) AS fare
FROM samples.trips
JOIN samples.weather ON observed_at = date_trunc('HOUR', pickup_at)
GROUP BY condition
ORDER BY trips_an_hour DESC"),
    (CellKind::Sql, "\
-- Nested values: one row for each language that a driver speaks
SELECT
  language,
  count(*) AS drivers,
  round(avg(rating), 2) AS rating,
  count_if(vehicle.electric) AS electric,
  sort_array(collect_set(vehicle.make)) AS makes
FROM samples.drivers
LATERAL VIEW explode(languages) AS language
GROUP BY language
ORDER BY drivers DESC"),
];

/// The text of a cell that shows what there is to see, on any server.
pub(crate) fn example() -> &'static str {
    CELLS[0].1
}

/// A new notebook with cells that are worth running.
pub(crate) fn first_notebook(id: impl Into<String>) -> Notebook {
    let mut notebook = Notebook::new(id, "A year of taxi trips");
    notebook.description = DESCRIPTION.into();
    for (kind, source) in CELLS {
        let id = notebook.fresh_id();
        notebook.cells.push(Cell::new(id, kind, source));
    }
    notebook
}
