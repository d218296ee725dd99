"""Answers for types.rs: what PySpark prints of types that came as messages."""

import base64
import json
import sys

import pyspark.sql.connect.proto as proto
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type


def describe(text):
    message = proto.DataType()
    message.ParseFromString(base64.b64decode(text))
    data_type = proto_schema_to_pyspark_data_type(message)
    tree = getattr(data_type, "treeString", None)
    return {
        "json": data_type.json(),
        "repr": repr(data_type),
        "simple": data_type.simpleString(),
        "trees": [tree(), tree(1), tree(2)] if tree else None,
    }


json.dump([describe(text) for text in json.load(sys.stdin)], sys.stdout)
