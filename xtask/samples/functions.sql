-- Helpers for filling the tables: numbers that look random but depend on a row's key only, so that every
-- machine gets the same data.

-- Evenly spread in [0, 1).
CREATE OR REPLACE TEMPORARY FUNCTION chance(id BIGINT, salt STRING) RETURNS DOUBLE
RETURN (xxhash64(id, salt) & 16777215) / 16777216.0D;

-- Bell-shaped around 0 with a standard deviation of 1, never beyond 3.
CREATE OR REPLACE TEMPORARY FUNCTION bell(id BIGINT, salt STRING) RETURNS DOUBLE
RETURN 2 * (chance(id, salt || '1') + chance(id, salt || '2') + chance(id, salt || '3') - 1.5D);

-- One of the choices, each as likely as the others.
CREATE OR REPLACE TEMPORARY FUNCTION pick(choices ARRAY<STRING>, id BIGINT, salt STRING) RETURNS STRING
RETURN element_at(choices, 1 + CAST(floor(size(choices) * chance(id, salt)) AS INT));
