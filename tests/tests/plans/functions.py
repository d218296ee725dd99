"""Answers for functions.rs: the signatures of all functions of pyspark.sql.functions, and the columns of calls."""

import base64
import inspect
import json
import sys

import pyspark.sql.connect.functions as F
import pyspark.sql.functions as public
from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.types import IntegerType, StructField, StructType


def signatures():
    """Every public function with its parameters: name, kind and default."""
    names = set(public.__all__) | {
        name
        for name, value in vars(F.builtin).items()
        if inspect.isfunction(value) and value.__module__ == F.builtin.__name__ and not name.startswith("_")
    }
    answer = {}
    for name in sorted(names):
        value = getattr(F, name, None) or getattr(public, name)
        if inspect.isclass(value) or not callable(value):
            answer[name] = None
            continue
        parameters = inspect.signature(inspect.unwrap(value)).parameters.values()
        answer[name] = [
            {
                "name": parameter.name,
                "variadic": parameter.kind == parameter.VAR_POSITIONAL,
                "default": None if parameter.default is parameter.empty else repr(parameter.default),
            }
            for parameter in parameters
        ]
    return answer


def value(argument):
    """An argument as functions.rs describes it."""
    kind, content = argument
    if kind == "column":
        return F.col(content)
    if kind == "lambda":
        return {
            1: lambda x: x == 1,
            2: lambda x, y: x + y,
            3: lambda x, y, z: F.concat(x, y, z),
        }[content]
    if kind == "list":
        return [value(element) for element in content]
    if kind == "type":
        return StructType([StructField("a", IntegerType(), True)])
    return content


def call(case):
    function = getattr(F, case["name"])
    positional = [value(argument) for argument in case["positional"]]
    keyword = {name: value(argument) for name, argument in case["keyword"].items()}
    try:
        column = function(*positional, **keyword)
        return {
            "plan": base64.b64encode(column.to_plan(None).SerializeToString()).decode(),
            "repr": repr(column),
        }
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


question = json.load(sys.stdin)
json.dump({"signatures": signatures(), "calls": [call(case) for case in question]}, sys.stdout)
