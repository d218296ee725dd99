"""Answers for frames.rs: whether the plans of PySpark's snippets are those that came with them. It also
tells which public methods the snippets call, by class. Runs after offline.py and watch.py.
"""


def plan_of(snippet, environment):
    try:
        value = eval(snippet, environment)
    except Sent as sent:
        return sent.args[0]
    plan = proto.Plan()
    if isinstance(value, TableArg):
        value = Column(value._subquery_expr)
    if isinstance(value, Column):
        value = environment["df"].select(value)
    plan.root.CopyFrom(value._plan.plan(value._session._client))
    return plan


def check(case):
    spark = session()
    environment = dict(globals())
    environment.update(
        spark=spark,
        df=spark.range(10),
        df2=spark.table("t"),
    )
    try:
        theirs = normal(plan_of(case["snippet"], environment))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    ours = proto.Plan()
    ours.ParseFromString(base64.b64decode(case["plan"]))
    ours = normal(ours)
    if ours == theirs:
        return None
    return f"here:\n{ours}\nthere:\n{theirs}"


differences = [check(case) for case in json.load(sys.stdin)]
json.dump({"differences": differences, "called": sorted(CALLED)}, sys.stdout)
