-- Days of 2025 on which people do not go to work.

CREATE TABLE IF NOT EXISTS samples.holidays (
  day DATE COMMENT 'Key',
  name STRING,
  kind STRING COMMENT 'public, school or festival'
) USING parquet
LOCATION '${samples}/holidays'
COMMENT 'Holidays of 2025 in Port Marin';

INSERT OVERWRITE samples.holidays
SELECT /*+ COALESCE(1) */ * FROM VALUES
  (DATE '2025-01-01', 'New Year''s Day', 'public'),
  (DATE '2025-02-14', 'Lantern Night', 'festival'),
  (DATE '2025-04-18', 'Good Friday', 'public'),
  (DATE '2025-04-21', 'Easter Monday', 'public'),
  (DATE '2025-05-01', 'Labour Day', 'public'),
  (DATE '2025-05-29', 'Ascension Day', 'public'),
  (DATE '2025-06-09', 'Whit Monday', 'public'),
  (DATE '2025-06-21', 'Harbour Festival', 'festival'),
  (DATE '2025-07-14', 'City Day', 'public'),
  (DATE '2025-08-15', 'Assumption Day', 'public'),
  (DATE '2025-09-20', 'Regatta', 'festival'),
  (DATE '2025-10-31', 'Autumn Break', 'school'),
  (DATE '2025-11-01', 'All Saints'' Day', 'public'),
  (DATE '2025-12-24', 'Christmas Eve', 'school'),
  (DATE '2025-12-25', 'Christmas Day', 'public'),
  (DATE '2025-12-26', 'Boxing Day', 'public'),
  (DATE '2025-12-31', 'New Year''s Eve', 'festival')
AS holidays(day, name, kind)
ORDER BY day;
