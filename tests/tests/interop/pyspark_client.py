"""PySpark itself against the connection string in the first argument; prints what came back as JSON."""

import json
import os
import sys
import tempfile
import threading
import time

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

# Minutes in which the cores do nothing, should nobody end it. Tasks of a second each: Spark ends none in the middle of its rows.
LONG = "SELECT reflect('java.lang.Thread', 'sleep', bigint(100)) FROM range(0, 6000, 1, 600)"

spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
result = {"rows": len(spark.sql("SELECT id, repeat('x', 1000) FROM range(5000)").collect())}

try:
    spark.sql("SELECT nothing_like_it FROM range(1)").collect()
    sys.exit("the wrong column was found")
except PySparkException as error:
    result["error_class"] = error.getCondition()
    result["sql_state"] = error.getSqlState()
    # Comes with FetchErrorDetails, a call of its own.
    context = error.getQueryContext()[0]
    assert context.fragment() == "nothing_like_it", context.fragment()


def interrupted(interrupt):
    """The class of the error with which a long query ends that is interrupted from another thread."""
    ended = []

    def work():
        spark.addTag("interop")
        try:
            spark.sql(LONG).collect()
        except PySparkException as error:
            ended.append(error.getCondition())

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.5)
        interrupt()
    thread.join(60)
    return ended[0]


result["cancelled"] = interrupted(lambda: spark.interruptTag("interop"))
result["interrupted"] = interrupted(spark.interruptAll)

with tempfile.TemporaryDirectory() as directory:
    # In several chunks, and then as a module that Spark's own Python imports.
    module = os.path.join(directory, "interop_artifact.py")
    with open(module, "w") as file:
        file.write("TEXT = 'hello from an artifact'\n# " + "x" * 200_000 + "\n")
    spark.addArtifacts(module, pyfile=True)

    from pyspark.sql.functions import udf

    @udf("string")
    def text():
        import interop_artifact

        return interop_artifact.TEXT

    result["uploaded"] = spark.range(1).select(text()).first()[0]

spark.stop()
print(json.dumps(result))
