-- A year of taxi trips: rush hours, nights out, seasons, rain; what a trip costs follows from where, when and how.

CREATE TABLE IF NOT EXISTS samples.trips (
  trip_id BIGINT COMMENT 'Key; ascends with the pick-up time',
  driver_id BIGINT COMMENT 'Refers to drivers',
  pickup_at TIMESTAMP,
  dropoff_at TIMESTAMP,
  pickup_date DATE COMMENT 'The day of pickup_at in the city',
  pickup_zone_id INT COMMENT 'Refers to zones',
  dropoff_zone_id INT COMMENT 'Refers to zones',
  passengers INT COMMENT 'Null where the driver entered none',
  distance_km DECIMAL(6, 2),
  fare DECIMAL(8, 2) COMMENT 'By distance and time, without extras and tip',
  tip DECIMAL(8, 2) COMMENT 'Null when paid in cash: nobody knows',
  total DECIMAL(9, 2) COMMENT 'Fare, extras and known tip',
  payment STRUCT<
    method: STRING, card: STRING, approved: BOOLEAN
  > COMMENT 'card, app, cash, account or no charge; card is null unless paid by one',
  stops ARRAY<STRING> COMMENT 'Zones on the way at which the taxi stopped; mostly empty',
  extras MAP<STRING, DECIMAL(6, 2)> COMMENT 'Charges by name',
  rating TINYINT COMMENT '1 to 5 stars; null where the passenger gave none',
  comment STRING COMMENT 'What passengers wrote; mostly null'
) USING parquet
LOCATION '${samples}/trips'
COMMENT 'Taxi trips of 2025 in Port Marin';

INSERT OVERWRITE samples.trips
WITH hours AS (
  SELECT
    observed_at,
    hour(observed_at) AS hour,
    weekday(observed_at) AS weekday,
    datediff(observed_at, DATE '2025-01-01') AS day,
    weekday(observed_at) >= 5 OR coalesce(kind = 'public', false) AS free,
    coalesce(kind = 'festival', false) AS festival,
    condition
  FROM samples.weather
  LEFT JOIN samples.holidays ON day = CAST(observed_at AS DATE)
),
demand AS (
  SELECT
    *,
    element_at(
      if(free,
         array(1.55, 1.40, 1.15, 0.80, 0.45, 0.25, 0.22, 0.28, 0.42, 0.60, 0.80, 0.95,
               1.05, 1.05, 1.05, 1.05, 1.10, 1.20, 1.35, 1.45, 1.45, 1.45, 1.60, 1.70),
         array(0.55, 0.35, 0.22, 0.15, 0.18, 0.42, 0.95, 1.55, 1.75, 1.35, 1.05, 1.00,
               1.05, 1.05, 1.10, 1.20, 1.45, 1.75, 1.80, 1.50, 1.20, 1.05, 0.95, 0.80)), hour + 1)
    * if(weekday = 4 AND hour >= 19, 1.45, 1)
    * if(festival AND hour >= 17, 1.8, 1)
    * (0.97 + 0.11 * cos(2 * pi() * (day - 190) / 365) + 0.06 * (day / 365) + if(day >= 334, 0.12, 0))
    * CASE condition WHEN 'rain' THEN 1.17 WHEN 'storm' THEN 1.24 WHEN 'snow' THEN 0.82 ELSE 1 END
    * (1 + 0.05 * bell(unix_seconds(observed_at), 'demand')) AS level
  FROM hours
),
counted AS (
  SELECT *, CAST(round(268 * level) AS INT) AS trips FROM demand
),
numbered AS (
  SELECT *, sum(trips) OVER (ORDER BY observed_at) - trips AS earlier FROM counted
),
lists AS (
  SELECT
    -- Where people work and go out, and where they live: the most popular first.
    transform(array_sort(collect_list(named_struct('key', centre_km + 2 * chance(zone_id, 'busy'), 'id', zone_id))),
              zone -> zone.id) AS busy,
    transform(array_sort(collect_list(named_struct('key', -coalesce(residents, 0), 'id', zone_id))),
              zone -> zone.id) AS homes,
    transform(array_sort(collect_list(named_struct('key', zone_id, 'name', name))), zone -> zone.name) AS names
  FROM samples.zones
),
trips AS (
  SELECT /*+ REPARTITION_BY_RANGE(8, observed_at) */ *, explode(sequence(1, trips)) AS number FROM numbered
),
placed AS (
  SELECT
    earlier + number AS trip_id,
    trips.* EXCEPT (earlier, number, trips),
    timestampadd(SECOND, CAST(3600 * (number - chance(earlier + number, 'second')) / trips AS INT), observed_at)
      AS pickup_at,
    if(chance(earlier + number, 'from airport') < 0.04, 263,
       element_at(if(chance(earlier + number, 'from busy')
                       < CASE WHEN free THEN 0.6 WHEN hour BETWEEN 5 AND 10 THEN 0.25 ELSE 0.7 END,
                     (SELECT busy FROM lists), (SELECT homes FROM lists)),
                  1 + CAST(floor(263 * pow(chance(earlier + number, 'from'), 2)) AS INT))) AS pickup_zone_id,
    if(chance(earlier + number, 'to airport') < 0.04, 263,
       element_at(if(chance(earlier + number, 'to busy')
                       < if(free AND hour BETWEEN 17 AND 22 OR hour BETWEEN 5 AND 10, 0.75, 0.4),
                     (SELECT busy FROM lists), (SELECT homes FROM lists)),
                  1 + CAST(floor(263 * pow(chance(earlier + number, 'to'), 2)) AS INT))) AS far_zone_id
  FROM trips
),
routed AS (
  SELECT
    *,
    -- In the spiral of zones, neighbours are 8, 13 or 21 numbers apart.
    CASE
      WHEN pickup_zone_id = 263 OR far_zone_id = 263 OR chance(trip_id, 'near') > 0.45 THEN far_zone_id
      ELSE 1 + pmod(pickup_zone_id - 1
                    + element_at(array(-21, -13, -8, 8, 13, 21),
                                 1 + CAST(floor(6 * chance(trip_id, 'neighbour')) AS INT)), 262)
    END AS dropoff_zone_id,
    -- Of three who are free, the keenest takes the trip. Those who are not hired yet cannot.
    9500 + 2500 * day / 365 AS hired,
    1 + CAST(floor(hired * chance(trip_id, 'first driver')) AS BIGINT) AS first,
    1 + CAST(floor(hired * chance(trip_id, 'second driver')) AS BIGINT) AS second,
    1 + CAST(floor(hired * chance(trip_id, 'third driver')) AS BIGINT) AS third,
    array_max(array(
      named_struct('keenness', chance(first, 'keenness'), 'id', first),
      named_struct('keenness', chance(second, 'keenness'), 'id', second),
      named_struct('keenness', chance(third, 'keenness'), 'id', third))).id AS driver_id
  FROM placed
),
measured AS (
  SELECT /*+ BROADCAST(a), BROADCAST(b) */
    routed.*,
    chance(trip_id, 'payment') AS paid,
    CAST(0.5 + 1.2 * chance(trip_id, 'detour')
      + 1.25 * sqrt(pow((a.latitude - b.latitude) * 111.2, 2) + pow((a.longitude - b.longitude) * 77.0, 2))
      AS DECIMAL(6, 2)) AS distance_km,
    greatest(7,
      CASE
        WHEN hour < 6 THEN 34
        WHEN free THEN 25
        WHEN hour BETWEEN 7 AND 9 OR hour BETWEEN 16 AND 18 THEN 16
        ELSE 22
      END
      * CASE condition WHEN 'rain' THEN 0.88 WHEN 'storm' THEN 0.74 WHEN 'snow' THEN 0.6 WHEN 'fog' THEN 0.85 ELSE 1 END
      * (1 + 0.14 * bell(trip_id, 'speed'))) AS speed_kmh
  FROM routed
  JOIN samples.zones a ON a.zone_id = pickup_zone_id
  JOIN samples.zones b ON b.zone_id = dropoff_zone_id
),
priced AS (
  SELECT
    *,
    timestampadd(SECOND, CAST(60 + 3600 * distance_km / speed_kmh AS INT), pickup_at) AS dropoff_at,
    CAST(3.40 + 1.85 * distance_km + 0.42 * (60 * distance_km / speed_kmh) AS DECIMAL(8, 2)) AS fare,
    CASE
      WHEN paid < 0.56 THEN 'card' WHEN paid < 0.80 THEN 'app' WHEN paid < 0.965 THEN 'cash'
      WHEN paid < 0.995 THEN 'account' ELSE 'no charge'
    END AS method,
    CAST(CASE
      WHEN chance(trip_id, 'rated') > 0.38 THEN NULL
      -- Nobody likes traffic jams.
      ELSE 5 - floor(4.6 * pow(chance(trip_id, 'rating'), if(speed_kmh < 13, 2, 4)))
    END AS TINYINT) AS rating,
    map_filter(
      map('airport', CAST(if(pickup_zone_id = 263 OR dropoff_zone_id = 263, 5.50, 0) AS DECIMAL(6, 2)),
          'night', CAST(if(hour < 6, 2.00, 0) AS DECIMAL(6, 2)),
          'rush hour', CAST(if(NOT free AND hour BETWEEN 16 AND 18, 1.50, 0) AS DECIMAL(6, 2)),
          'bridge toll', CAST(if(distance_km > 6 AND chance(trip_id, 'toll') < 0.3, 3.75, 0) AS DECIMAL(6, 2)),
          'cleaning', CAST(if(hour < 5 AND chance(trip_id, 'cleaning') < 0.002, 80, 0) AS DECIMAL(6, 2))),
      (name, amount) -> amount > 0) AS extras
  FROM measured
),
tipped AS (
  SELECT
    *,
    aggregate(map_values(extras), CAST(0 AS DECIMAL(8, 2)), (sum, amount) -> CAST(sum + amount AS DECIMAL(8, 2)))
      AS extra,
    CAST(CASE
      WHEN method = 'cash' THEN NULL
      WHEN method IN ('account', 'no charge') OR chance(trip_id, 'tips') < 0.28 - 0.04 * coalesce(rating, 4) THEN 0
      -- The apps suggest percentages; with a card people round up.
      WHEN method = 'app' THEN
        fare * element_at(array(0.10, 0.15, 0.20, 0.25), 1 + CAST(floor(4 * pow(chance(trip_id, 'suggested'), 1.5)) AS INT))
      ELSE ceil(fare * (1.02 + 0.03 * coalesce(rating, 4) * chance(trip_id, 'generous'))) - fare
    END AS DECIMAL(8, 2)) AS tip
  FROM priced
)
SELECT
  trip_id,
  driver_id,
  pickup_at,
  dropoff_at,
  CAST(pickup_at AS DATE),
  pickup_zone_id,
  dropoff_zone_id,
  if(chance(trip_id, 'no count') < 0.03, NULL, CAST(1 + floor(5.5 * pow(chance(trip_id, 'passengers'), 3)) AS INT)),
  distance_km,
  fare,
  tip,
  CAST(if(method = 'no charge', 0, fare + extra + coalesce(tip, 0)) AS DECIMAL(9, 2)),
  named_struct(
    'method', method,
    'card', if(method = 'card',
               pick(array('Visa', 'Visa', 'Mastercard', 'Mastercard', 'Maestro', 'American Express'), trip_id, 'brand'),
               NULL),
    'approved', NOT (method IN ('card', 'app') AND chance(trip_id, 'declined') < 0.004)),
  array_compact(array(
    if(chance(trip_id, 'stops') < 0.07,
       element_at((SELECT names FROM lists), 1 + CAST(pmod(trip_id * 31, 262) AS INT)), NULL),
    if(chance(trip_id, 'stops') < 0.02,
       element_at((SELECT names FROM lists), 1 + CAST(pmod(trip_id * 57, 262) AS INT)), NULL),
    if(chance(trip_id, 'stops') < 0.004,
       element_at((SELECT names FROM lists), 1 + CAST(pmod(trip_id * 83, 262) AS INT)), NULL)
  )),
  extras,
  rating,
  CASE
    WHEN rating IS NULL OR chance(trip_id, 'wrote') > 0.06 THEN NULL
    WHEN rating = 5 THEN
      pick(array('Perfect, thank you!', 'Très aimable, merci', 'Helped with my luggage', 'Clean car', '¡Muy amable!',
                 '👍'), trip_id, 'comment')
    WHEN rating = 4 THEN pick(array('All fine', 'Good ride, a bit late', 'Nice chat', 'Alles gut'), trip_id, 'comment')
    WHEN rating = 3 THEN pick(array('Took a detour', 'Radio too loud', 'OK'), trip_id, 'comment')
    ELSE pick(array('Waited 20 minutes', 'Card reader "broken"', 'Drove too fast', 'Smelled of smoke'), trip_id, 'comment')
  END
FROM tipped;
