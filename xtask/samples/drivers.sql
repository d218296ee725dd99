-- The people who drive: numbered in the order in which they were hired.

CREATE TABLE IF NOT EXISTS samples.drivers (
  driver_id BIGINT COMMENT 'Key; ascends with the day of hiring',
  name STRING,
  hired_on DATE,
  home_zone_id INT COMMENT 'Refers to zones',
  rating DECIMAL(3, 2) COMMENT 'Mean of the ratings of the last year, 1 to 5; null for the newest',
  commission DECIMAL(4, 3) COMMENT 'Share of a fare that the driver keeps',
  languages ARRAY<STRING> COMMENT 'Best first',
  vehicle STRUCT<
    make: STRING, model: STRING, year: INT, electric: BOOLEAN, seats: INT
  > COMMENT 'What they drive',
  certificates MAP<STRING, DATE> COMMENT 'What they are certified for, and until when'
) USING parquet
LOCATION '${samples}/drivers'
COMMENT 'Taxi drivers of Port Marin';

INSERT OVERWRITE samples.drivers
WITH people AS (
  SELECT
    id,
    -- The first 9,500 were there before 2025; the others joined in the course of it.
    if(id <= 9500, date_add(DATE '2024-12-31', -CAST(4700 * pow(1 - id / 9501, 1.4) AS INT)),
       date_add(DATE '2025-01-01', CAST((id - 9501) * 365 DIV 2500 AS INT))) AS hired_on,
    chance(id, 'vehicle') AS car
  FROM range(1, 12001)
),
cars AS (
  SELECT
    *,
    CASE
      WHEN car < 0.27 THEN named_struct('make', 'Toyota', 'model', 'Corolla', 'electric', false, 'seats', 4)
      WHEN car < 0.43 THEN named_struct('make', 'Škoda', 'model', 'Octavia', 'electric', false, 'seats', 4)
      WHEN car < 0.55 THEN named_struct('make', 'Mercedes-Benz', 'model', 'E 200', 'electric', false, 'seats', 4)
      WHEN car < 0.68 THEN named_struct('make', 'Tesla', 'model', 'Model Y', 'electric', true, 'seats', 4)
      WHEN car < 0.79 THEN named_struct('make', 'Hyundai', 'model', 'Ioniq 5', 'electric', true, 'seats', 4)
      WHEN car < 0.88 THEN named_struct('make', 'Dacia', 'model', 'Lodgy', 'electric', false, 'seats', 6)
      WHEN car < 0.95 THEN named_struct('make', 'Volkswagen', 'model', 'Caddy', 'electric', false, 'seats', 6)
      ELSE named_struct('make', 'Nissan', 'model', 'Leaf', 'electric', true, 'seats', 4)
    END AS kind
  FROM people
)
SELECT /*+ COALESCE(1) */
  id,
  pick(array('Amina', 'André', 'Anna', 'Bilal', 'Carlos', 'Chiara', 'Chen', 'Daniel', 'David', 'Elena', 'Émile',
             'Fatima', 'Felix', 'Grace', 'Hannah', 'Ibrahim', 'Ingrid', 'Jan', 'Jasmin', 'João', 'Kofi', 'Lars',
             'Leila', 'Lena', 'Luca', 'Mara', 'Marek', 'Mateo', 'Mei', 'Mohammed', 'Nadia', 'Nikola', 'Noor', 'Olga',
             'Omar', 'Paul', 'Priya', 'Rosa', 'Samuel', 'Sara', 'Søren', 'Tariq', 'Thi Lan', 'Tomás', 'Yusuf', 'Zoë'),
       id, 'first name')
  || ' ' ||
  pick(array('Abebe', 'Ahmed', 'Almeida', 'Andersson', 'Bauer', 'Bianchi', 'Björk', 'Costa', 'Demir', 'Diallo', 'Dubois',
             'Fernández', 'Fischer', 'García', 'Haddad', 'Hansen', 'Hoang', 'Horvat', 'Ivanova', 'Jansen', 'Kaya', 'Khan',
             'Kowalski', 'Kumar', 'Lefèvre', 'Li', 'Lopes', 'Martin', 'Mensah', 'Moreau', 'Müller', 'Nguyen', 'Novák',
             'O''Brien', 'Okafor', 'Owusu', 'Papadopoulos', 'Patel', 'Petrov', 'Popescu', 'Rossi', 'Santos', 'Schmidt',
             'Silva', 'Singh', 'Smith', 'Tanaka', 'Traoré', 'van Dijk', 'Wagner', 'Weber', 'Wójcik', 'Yılmaz', 'Zhang'),
       id, 'last name'),
  hired_on,
  CAST(2 + floor(261 * chance(id, 'home')) AS INT),
  if(id > 11800, NULL, CAST(least(5, 4.72 - 0.9 * pow(chance(id, 'rating'), 3) + 0.12 * bell(id, 'mood')) AS DECIMAL(3, 2))),
  CAST(round(0.55 + 0.15 * (1 - id / 12000) + 0.01 * bell(id, 'commission'), 3) AS DECIMAL(4, 3)),
  array_distinct(array_compact(array(
    'English',
    if(chance(id, 'second') < 0.7,
       pick(array('French', 'Spanish', 'Arabic', 'German', 'Portuguese'), id, 'language'), NULL),
    if(chance(id, 'third') < 0.25,
       pick(array('Polish', 'Hindi', 'Mandarin', 'Turkish', 'French', 'Italian'), id, 'other'), NULL)
  ))),
  named_struct(
    'make', kind.make, 'model', kind.model,
    'year', CAST(least(2025, greatest(2014, 2021 + 2 * bell(id, 'year') + 2 * kind.electric::INT)) AS INT),
    'electric', kind.electric, 'seats', kind.seats),
  map_filter(
    map('taxi licence', date_add(hired_on, 365 * (1 + CAST(datediff(DATE '2025-12-31', hired_on) DIV 365 AS INT))),
        'first aid', if(chance(id, 'first aid') < 0.4,
                        date_add(DATE '2025-06-01', CAST(700 * chance(id, 'aid until') AS INT)), NULL),
        'wheelchairs', if(chance(id, 'wheelchairs') < 0.12,
                          date_add(DATE '2025-09-01', CAST(900 * chance(id, 'chair until') AS INT)), NULL)),
    (kind, until) -> until IS NOT NULL)
FROM cars
ORDER BY id;
