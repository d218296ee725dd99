# Waits until a Spark Connect server answers, and makes the database `samples` known to it. With --fill it also
# writes the tables' data, once per machine. Prints what it does, a line each, and "ready" at the end.

import argparse
import os
import pathlib
import socket
import threading
import time
import warnings

warnings.simplefilter("ignore")

from pyspark.sql import SparkSession  # noqa: E402 (imported after warnings are off)
import pyspark.sql.connect.session  # noqa: E402, F401 (takes a second, while Spark starts)

# In the order of their filling: trips are made from the others.
TABLES = ["zones", "holidays", "weather", "drivers", "trips"]
# What people do first; it leaves Spark warm, and its classes in the archive that the next start reads.
EXAMPLE = """
SELECT name, count(*) AS trips, avg(tip / fare) AS tip, max_by(payment.method, total) AS method
FROM samples.trips JOIN samples.zones ON zone_id = pickup_zone_id
WHERE pickup_date < '2025-01-04' GROUP BY name ORDER BY trips DESC LIMIT 10
"""


def statements(text, samples):
    """The statements of a file; the first line of each table's file is a comment."""
    parts = text.replace("${samples}", samples).split(";\n")
    return [part for part in parts if part.strip()]


def end_with_parent():
    """PySpark would go on trying for ten minutes to reach a Spark that ended together with whoever started this."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def wait_for(port):
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("sql", type=pathlib.Path, help="directory of the SQL files")
    parser.add_argument("samples", help="directory of the data")
    parser.add_argument("--fill", action="store_true")
    options = parser.parse_args()

    def read(name):
        return statements((options.sql / f"{name}.sql").read_text(encoding="utf-8"), options.samples)

    end_with_parent()
    wait_for(options.port)
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{options.port}").getOrCreate()
    spark.sql("CREATE DATABASE IF NOT EXISTS samples COMMENT 'A year of taxi trips in a made-up city'")
    if options.fill:
        for statement in read("functions"):
            spark.sql(statement)
    for table in TABLES:
        create, *fill = read(table)
        spark.sql(create)
        if options.fill:
            print(f"writing {table}", flush=True)
            for statement in fill:
                spark.sql(statement)
    if options.fill:
        spark.sql(EXAMPLE).toArrow()
    print("ready", flush=True)
    if not options.fill:
        spark.sql(EXAMPLE).toArrow()
    spark.stop()


main()
