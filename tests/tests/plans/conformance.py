"""Answers for conformance.rs: the public names of PySpark Connect, by class, as the installed package has them."""

import inspect
import json
import sys

import pyspark.sql.functions as functions
import pyspark.sql.types as types
from pyspark.sql.connect.catalog import Catalog
from pyspark.sql.connect.column import Column
from pyspark.sql.connect.conf import RuntimeConf
from pyspark.sql.connect.dataframe import DataFrame, DataFrameNaFunctions, DataFrameStatFunctions
from pyspark.sql.connect.group import GroupedData
from pyspark.sql.connect.merge import MergeIntoWriter
from pyspark.sql.connect.observation import Observation
from pyspark.sql.connect.readwriter import DataFrameReader, DataFrameWriter, DataFrameWriterV2
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.connect.streaming.query import StreamingQuery, StreamingQueryManager
from pyspark.sql.connect.streaming.readwriter import DataStreamReader, DataStreamWriter
from pyspark.sql.connect.table_arg import TableArg
from pyspark.sql.connect.tvf import TableValuedFunction
from pyspark.sql.connect.udf import UDFRegistration
from pyspark.sql.connect.window import Window, WindowSpec
from pyspark.sql.types import Row

CLASSES = [
    DataFrame,
    Column,
    GroupedData,
    DataFrameNaFunctions,
    DataFrameStatFunctions,
    Window,
    WindowSpec,
    DataFrameReader,
    DataFrameWriter,
    DataFrameWriterV2,
    MergeIntoWriter,
    MergeIntoWriter.WhenMatched,
    MergeIntoWriter.WhenNotMatched,
    MergeIntoWriter.WhenNotMatchedBySource,
    Catalog,
    SparkSession,
    SparkSession.Builder,
    RuntimeConf,
    TableValuedFunction,
    TableArg,
    DataStreamReader,
    DataStreamWriter,
    StreamingQuery,
    StreamingQueryManager,
    UDFRegistration,
    Observation,
    Row,
]


def names(kind):
    return [name for name in sorted(dir(kind)) if not name.startswith("_")]


answer = {
    "functions": sorted(functions.__all__),
    "types": sorted(types.__all__),
    "classes": [[kind.__qualname__, names(kind)] for kind in CLASSES],
}
json.dump(answer, sys.stdout)
