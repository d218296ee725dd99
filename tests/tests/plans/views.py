"""Answers for views.rs: whether code gives, when PySpark runs it, the plan that it was written for. Runs after offline.py."""


class Answering(Client):
    """Takes SQL for a query."""

    def execute_command(self, command, observations=None):
        if command.WhichOneof("command_type") == "sql_command":
            return None, {}, None
        return super().execute_command(command, observations)


def written(code):
    spark = session()
    spark._client = Answering()
    namespace = {"spark": spark}
    # The code imports what users import, and means Spark Connect.
    code = code.replace("from pyspark.sql import", "from pyspark_sql_connect import")
    try:
        exec(compile(code, "code", "exec"), namespace)
    except Sent as sent:
        return sent.args[0]
    plan = proto.Plan()
    frame = namespace["df"]
    plan.root.CopyFrom(frame._plan.plan(frame._session._client))
    return plan


def connect_modules():
    """`pyspark.sql`, as it is when only Spark Connect is used."""
    import types as python_types

    import pyspark.sql.types

    module = python_types.ModuleType("pyspark_sql_connect")
    module.functions = F
    module.Window = Window
    module.types = pyspark.sql.types
    sys.modules["pyspark_sql_connect"] = module


def check(case):
    try:
        theirs = normal(written(case["code"]))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    ours = proto.Plan()
    ours.ParseFromString(base64.b64decode(case["plan"]))
    ours = normal(ours)
    if ours == theirs or ours.SerializeToString(deterministic=True) == theirs.SerializeToString(deterministic=True):
        return None
    return f"plan:\n{ours}\ncode:\n{theirs}"


connect_modules()
json.dump([check(case) for case in json.load(sys.stdin)], sys.stdout)
