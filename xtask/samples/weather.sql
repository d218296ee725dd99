-- A year of weather, hour by hour: seasons, warm afternoons, fronts that last for hours.

CREATE TABLE IF NOT EXISTS samples.weather (
  observed_at TIMESTAMP COMMENT 'Key; the full hour',
  temperature_c DECIMAL(4, 1) COMMENT 'Degrees Celsius',
  precipitation_mm DECIMAL(4, 1) COMMENT 'Rain, or melted snow, of this hour',
  wind_kmh DECIMAL(4, 1) COMMENT 'Kilometres per hour',
  humidity INT COMMENT 'Per cent; null while the sensor was out of order',
  condition STRING COMMENT 'clear, cloudy, fog, rain, storm or snow'
) USING parquet
LOCATION '${samples}/weather'
COMMENT 'Hourly weather of 2025 at the harbour of Port Marin';

INSERT OVERWRITE samples.weather
WITH hours AS (
  SELECT
    id,
    TIMESTAMP '2025-01-01 00:00:00' + make_dt_interval(0, CAST(id AS INT)) AS observed_at,
    id / 24 AS day,
    id % 24 AS hour,
    id DIV 9 AS front
  FROM range(8760)
),
air AS (
  SELECT
    *,
    -- Fronts follow each other smoothly.
    bell(front, 'front') * (1 - (id % 9) / 9) + bell(front + 1, 'front') * (id % 9) / 9 AS pressure
  FROM hours
),
measured AS (
  SELECT
    *,
    12.4 - 8.6 * cos(2 * pi() * (day - 18) / 365) - 3.1 * cos(2 * pi() * (hour - 3) / 24) + 2.4 * pressure
      + 0.5 * bell(id, 'temperature') AS temperature,
    2.6 * greatest(0, -0.9 - pressure + 0.35 * bell(id, 'rain') + 0.25 * cos(2 * pi() * (day - 330) / 365))
      AS precipitation,
    greatest(0.5, 17 - 5.5 * pressure + 4 * sin(2 * pi() * (hour - 9) / 24) + 3 * bell(id, 'wind')) AS wind
  FROM air
)
SELECT /*+ COALESCE(1) */
  observed_at,
  CAST(temperature AS DECIMAL(4, 1)),
  CAST(precipitation AS DECIMAL(4, 1)),
  CAST(wind AS DECIMAL(4, 1)),
  if(day BETWEEN 201.4 AND 202.9 OR chance(id, 'sensor') < 0.002, NULL,
     CAST(least(100, greatest(28, 88 - 1.5 * temperature + 9 * (precipitation > 0)::INT - 4 * pressure)) AS INT)),
  CASE
    WHEN precipitation >= 0.1 AND temperature < 1.5 THEN 'snow'
    WHEN precipitation >= 2.5 AND wind > 28 THEN 'storm'
    WHEN precipitation >= 0.1 THEN 'rain'
    WHEN wind < 8 AND hour BETWEEN 4 AND 9 AND pressure < 0.8 THEN 'fog'
    WHEN pressure < 0.15 THEN 'cloudy'
    ELSE 'clear'
  END
FROM measured
ORDER BY observed_at;
