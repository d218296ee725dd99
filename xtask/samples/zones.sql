-- The city: 263 taxi zones in a spiral around the centre, and the airport outside.

CREATE TABLE IF NOT EXISTS samples.zones (
  zone_id INT COMMENT 'Key; small numbers are near the centre, 263 is the airport',
  name STRING,
  district STRING COMMENT 'One of seven parts of the city',
  latitude DOUBLE COMMENT 'Degrees north',
  longitude DOUBLE COMMENT 'Degrees east',
  centre_km DOUBLE COMMENT 'Distance from the centre, in kilometres',
  area_km2 DECIMAL(7, 3) COMMENT 'Square kilometres',
  residents INT COMMENT 'Null where nobody lives',
  landmarks ARRAY<STRING> COMMENT 'Places worth a taxi ride; often empty'
) USING parquet
LOCATION '${samples}/zones'
COMMENT 'Taxi zones of Port Marin, a made-up city';

INSERT OVERWRITE samples.zones
WITH places AS (
  SELECT
    CAST(id AS INT) AS zone_id,
    (id * 97) % 280 AS number,
    if(id = 263, 13.5D, 8 * sqrt(id / 263)) AS centre_km,
    if(id = 263, 0.6D, id * 2.39996D) AS angle
  FROM range(1, 264)
),
named AS (
  SELECT
    *,
    pmod(angle, 2 * pi()) / (2 * pi()) AS turn,
    element_at(
      array('Abbey', 'Almond', 'Anchor', 'Beacon', 'Bishop', 'Bridge', 'Canal', 'Castle', 'Cedar', 'Chapel',
            'Copper', 'Dock', 'Falcon', 'Garden', 'Granary', 'Harbour', 'Juniper', 'King''s', 'Lantern', 'Market',
            'Mill', 'Orchard', 'Priory', 'Queen''s', 'Rope', 'Saint Anne', 'Tanner', 'Willow'),
      1 + CAST(number % 28 AS INT))
    || ' ' ||
    element_at(
      array('Street', 'Quarter', 'Hill', 'Gate', 'Square', 'Park', 'Wharf', 'Green', 'Fields', 'Heights'),
      1 + CAST(number DIV 28 AS INT)) AS usual_name
  FROM places
)
SELECT /*+ COALESCE(1) */
  zone_id,
  CASE zone_id WHEN 263 THEN 'Marin International Airport' WHEN 1 THEN 'Central Station' ELSE usual_name END,
  CASE
    WHEN zone_id = 263 THEN 'Airport'
    WHEN centre_km < 2 THEN 'Old Town'
    ELSE element_at(array('Harbour', 'Northside', 'Westfield', 'Southbank', 'Eastgate'),
                    1 + CAST(floor(turn * 5) AS INT))
  END,
  round(46.16D + centre_km * sin(angle) / 111.2D, 5),
  round(-1.15D + centre_km * cos(angle) / 77.0D, 5),
  round(centre_km, 2),
  CAST(if(zone_id = 263, 11.4, 0.3 + 0.05 * centre_km + 0.4 * chance(zone_id, 'area')) AS DECIMAL(7, 3)),
  CASE
    WHEN zone_id IN (1, 263) OR usual_name LIKE '% Park' THEN NULL
    ELSE CAST(900 + 6200 * chance(zone_id, 'residents') * exp(-pow((centre_km - 3.5) / 3.5, 2)) AS INT)
  END,
  CASE
    WHEN zone_id = 263 THEN array('Terminal 1', 'Terminal 2', 'Car Rental')
    WHEN zone_id = 1 THEN array('Clock Tower', 'Ferry Steps')
    WHEN chance(zone_id, 'landmarks') < 0.35 THEN array_distinct(array(
      pick(array('Theatre', 'Museum', 'University', 'Hospital', 'Stadium', 'Cathedral'), zone_id, 'first'),
      pick(array('Fish Market', 'Theatre', 'Lighthouse', 'Library', 'Town Hall', 'Botanic Garden'), zone_id, 'second')))
    ELSE array()
  END
FROM named
ORDER BY zone_id;
