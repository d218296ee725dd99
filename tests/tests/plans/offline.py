"""PySpark without a server, and its plans in a form that can be compared: plan ids are counted by the order in which they
appear, for PySpark counts on and on; origins are left out.
"""

import base64
import datetime
import decimal
import json
import sys

import pyspark.sql.connect.functions as F
import pyspark.sql.connect.proto as proto
from pyspark import StorageLevel
from pyspark.sql.connect.client import SparkConnectClient
from pyspark.sql.connect.column import Column
from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.connect.table_arg import TableArg
from pyspark.sql.connect.window import Window
from pyspark.sql.types import *


class Sent(Exception):
    """A plan that would have gone to the server."""


class Client:
    """Stands where the client of a session stands, and sends nothing."""

    is_closed = True

    def _set_relation_in_plan(self, plan, relation):
        plan.root.CopyFrom(relation)

    def execute_command(self, command, observations=None):
        plan = proto.Plan()
        plan.command.CopyFrom(command)
        raise Sent(plan)

    def to_table(self, plan, observations=None):
        raise Sent(plan)

    def to_table_as_iterator(self, plan, observations=None):
        raise Sent(plan)

    def register_java(self, name, javaClassName, return_type=None, aggregate=False):
        SparkConnectClient.register_java(self, name, javaClassName, return_type, aggregate)

    def _execute_plan_request_with_metadata(self):
        return proto.ExecutePlanRequest()

    def _execute(self, request):
        raise Sent(request.plan)

    def _analyze(self, **question):
        raise AssertionError("the server was asked")

    def close(self):
        pass


def session():
    mock = object.__new__(SparkSession)
    mock._client = Client()
    mock._session_id = "one"
    return mock


def normal(message):
    """The message with its plan ids counted from 0, and without origins."""
    names = {}
    lambdas = {}

    def walk(message):
        for field, value in message.ListFields():
            if field.name in ("plan_id",):
                setattr(message, field.name, names.setdefault(value, len(names)))
            elif field.name == "origin":
                message.ClearField("origin")
            elif field.name == "common" and [part.name for part, _ in value.ListFields()] == ["origin"]:
                message.ClearField("common")
            elif field.name == "name_parts":
                parts = [lambdas.setdefault(part, f"v{len(lambdas)}") for part in value]
                del value[:]
                value.extend(parts)
            elif field.message_type is not None:
                if field.message_type.GetOptions().map_entry:
                    if field.message_type.fields_by_name["value"].message_type is not None:
                        for key in sorted(value):
                            walk(value[key])
                elif hasattr(value, "add"):
                    for part in value:
                        walk(part)
                else:
                    walk(value)

    walk(message)
    return message
