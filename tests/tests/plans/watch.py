"""Notes which public methods of PySpark's classes are called. Runs after offline.py."""

import functools
import inspect

import pyspark.sql.connect.readwriter as readwriter
import pyspark.sql.connect.streaming.readwriter as streaming
from pyspark.sql.connect.catalog import Catalog
from pyspark.sql.connect.dataframe import DataFrameNaFunctions, DataFrameStatFunctions
from pyspark.sql.connect.group import GroupedData
from pyspark.sql.connect.merge import MergeIntoWriter
from pyspark.sql.connect.tvf import TableValuedFunction
from pyspark.sql.connect.udf import UDFRegistration
from pyspark.sql.connect.window import WindowSpec

CALLED = set()
WATCHED = [
    Catalog,
    Column,
    DataFrame,
    DataFrameNaFunctions,
    DataFrameStatFunctions,
    GroupedData,
    MergeIntoWriter,
    MergeIntoWriter.WhenMatched,
    MergeIntoWriter.WhenNotMatched,
    MergeIntoWriter.WhenNotMatchedBySource,
    SparkSession,
    TableArg,
    TableValuedFunction,
    UDFRegistration,
    Window,
    WindowSpec,
    readwriter.DataFrameReader,
    readwriter.DataFrameWriter,
    readwriter.DataFrameWriterV2,
    streaming.DataStreamReader,
    streaming.DataStreamWriter,
]


def watch(kind):
    """Has every public method of a class note that it was called."""

    def noting(function, name):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            CALLED.add((kind.__qualname__, name))
            return function(*args, **kwargs)

        return inner

    for name, value in list(vars(kind).items()):
        if name.startswith("_"):
            continue
        if isinstance(value, property):
            setattr(kind, name, property(noting(value.fget, name)))
        elif isinstance(value, functools.cached_property):
            setattr(kind, name, property(noting(value.func, name)))
        elif isinstance(value, staticmethod):
            setattr(kind, name, staticmethod(noting(value.__func__, name)))
        elif callable(value) and not inspect.isclass(value):
            setattr(kind, name, noting(value, name))


for kind in WATCHED:
    watch(kind)
