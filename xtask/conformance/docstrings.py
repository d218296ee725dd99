# Runs the examples in PySpark's own docstrings, read from the installed package, through `spark-connect cells`, and
# judges what is printed as Python's doctest does, with the settings of PySpark's own doctests. Nothing of the
# docstrings is kept. Which examples count is decided by the code in them alone.

import argparse
import ast
import collections
import concurrent.futures
import contextlib
import doctest
import importlib
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import tomllib
import unittest.mock
import warnings

warnings.simplefilter("ignore")
os.environ.setdefault("SPARK_CONNECT_TESTING_REMOTE", "sc://nowhere")
os.environ.setdefault("SPARK_HOME", str(pathlib.Path(importlib.util.find_spec("pyspark").origin).parent))

import pyspark.sql  # noqa: E402 (after the environment is set)

# Those whose doctests PySpark runs over Spark Connect, and the types, which both kinds of session share.
MODULES = [
    "pyspark.sql.connect.functions.builtin",
    "pyspark.sql.connect.functions.partitioning",
    "pyspark.sql.connect.column",
    "pyspark.sql.connect.dataframe",
    "pyspark.sql.connect.group",
    "pyspark.sql.connect.window",
    "pyspark.sql.types",
    "pyspark.sql.connect.session",
    "pyspark.sql.connect.conf",
    "pyspark.sql.connect.catalog",
    "pyspark.sql.connect.readwriter",
    "pyspark.sql.connect.merge",
    "pyspark.sql.connect.tvf",
    "pyspark.sql.connect.observation",
    "pyspark.sql.connect.streaming.query",
    "pyspark.sql.connect.streaming.readwriter",
]
# Names that take Python elsewhere than in the program itself, by what that is.
ELSEWHERE = {
    "a Python worker": (
        "udf udtf pandas_udf arrow_udf arrow_udtf UserDefinedFunction UserDefinedTableFunction PandasUDFType "
        "AnalyzeArgument AnalyzeResult mapInPandas mapInArrow applyInPandas applyInArrow applyInPandasWithState cogroup "
        "foreach foreachPartition foreachBatch transformWithState transformWithStateInPandas StatefulProcessor "
        "DataSource DataSourceReader dataSource addListener StreamingQueryListener profile"
    ),
    "pandas, NumPy, Arrow or a plot": "pandas numpy pyarrow plotly toPandas toArrow pandas_api plot",
    "the driver's JVM or RDDs": "rdd toJSON sparkContext sc SparkContext SparkConf _jvm _jdf _jsparkSession _sc py4j",
}
REASON = {name: reason for reason, names in ELSEWHERE.items() for name in names.split()}
# `spark.udf` itself is also the way to functions in Java.
JAVA = {"registerJavaFunction", "registerJavaUDAF"}
# Where names that a module's examples take for granted are imported from.
SOURCES = ["pyspark.sql", "pyspark.sql.types", "pyspark.sql.functions", "pyspark.errors"]
SKIPPED = "skipped by PySpark's doctests too"
REMOVED = "taken out by PySpark's own doctests over Spark Connect"
# What all sessions of a server share; docstrings with any of it take turns.
SHARED = re.compile(r"(?i)global_?temp|saveAsTable|insertInto|toTable|writeTo|mergeInto|\.catalog\b|create (?!or replace temp|temp)")
TURNS = threading.Lock()
# PySpark runs each module's doctests in a Spark of their own, so that what is left in the catalog is in nobody's way.
TIDY = """
for table in spark.catalog.listTables():
    if not table.isTemporary:
        spark.sql(f"DROP TABLE IF EXISTS {table.name}")
"""
EXPECTED = pathlib.Path(__file__).with_name("docstrings.toml")
# What the documentation says of all this stands between these lines.
BEGIN, END = "<!-- docstrings -->", "<!-- end of docstrings -->"
LEAST = 0.95
# How long a docstring may take, in seconds.
PATIENCE = 300


class Removed(Exception):
    """A module's `_test` did not get to its doctests."""


def settings(module):
    """What a module's `_test` gives to doctest: the module with the docstrings, their globals and flags. It also
    deletes the docstrings that do not hold for Spark Connect."""
    with (
        unittest.mock.patch("doctest.testmod", return_value=(0, 0)) as testmod,
        unittest.mock.patch.object(pyspark.sql.SparkSession.Builder, "getOrCreate"),
        unittest.mock.patch("os.chdir"),
    ):
        module._test()
    if not testmod.called:
        raise Removed(f"{module.__name__}._test() runs no doctests here")
    call = testmod.call_args
    target = call.args[0] if call.args else module
    return target, call.kwargs["globs"], call.kwargs.get("optionflags", 0)


def collect(module):
    """The docstrings of a module with their flags, and the names of those that its own `_test` takes out."""
    target = importlib.import_module(module.__name__.replace(".connect.", "."))
    finder = doctest.DocTestFinder()
    before = {(m.__name__, test.name): len(test.examples) for m in (module, target) for test in finder.find(m)}
    target, globs, flags = settings(module)
    tests = finder.find(target, target.__name__, globs=globs)
    left = {test.name for test in tests}
    removed = sum(n for (owner, name), n in before.items() if owner == target.__name__ and name not in left)
    return [test for test in tests if test.examples], flags, removed


class Words(ast.NodeVisitor):
    """The names in a piece of code: those it reads, also as attributes, those it sets, and those it makes known to
    Spark. Whether it only defines or imports something."""

    def __init__(self, source):
        self.read, self.attributes, self.set, self.registered, self.texts = set(), set(), set(), set(), []
        tree = ast.parse(source)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
        self.defines = all(isinstance(statement, kinds) for statement in tree.body)
        self.visit(tree)

    @property
    def used(self):
        return self.read | self.attributes

    def visit_Name(self, node):
        (self.read if isinstance(node.ctx, ast.Load) else self.set).add(node.id)

    def visit_Attribute(self, node):
        self.attributes.add(node.attr)
        self.generic_visit(node)

    def visit_alias(self, node):
        self.attributes |= set(node.name.split("."))
        self.set.add((node.asname or node.name).split(".")[0])

    def visit_ImportFrom(self, node):
        self.attributes |= set((node.module or "").split("."))
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        outside = self.set | {node.name}
        self.generic_visit(node)
        self.set = outside

    visit_ClassDef = visit_FunctionDef

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.texts.append(node.value)

    def visit_Call(self, node):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if re.search(r"(?i)register|create.*view", name) and node.args and isinstance(node.args[0], ast.Constant):
            self.registered.add(str(node.args[0].value))
        self.generic_visit(node)


def excluded(test):
    """For each example of a docstring why it does not count, or None."""
    words = [Words(example.source) for example in test.examples]
    needs, registered, reasons = {}, {}, []
    for example, word in zip(test.examples, words):
        if example.options.get(doctest.SKIP):
            reasons.append(SKIPPED)
            continue
        reason = next((REASON[name] for name in sorted(word.used) if name in REASON and not word.used & JAVA), None)
        if reason is None:
            # What was made that way can only be used that way.
            said = {name for text in word.texts for name in re.findall(r"\w+", text)}
            found = [needs[name] for name in sorted(word.read) if name in needs]
            found += [registered[name] for name in sorted(said) if name in registered]
            reason = found[0] if found else None
        for names, known in ((word.set, needs), (word.registered, registered)):
            for name in names:
                if reason is not None:
                    known[name] = reason
                else:
                    known.pop(name, None)
        reasons.append(reason)
    # Functions, classes and imports that only examples like those read belong to them.
    for at in reversed(range(len(words))):
        if reasons[at] is None and words[at].defines and not test.examples[at].want:
            readers = {reasons[later] for later in range(at + 1, len(words)) if words[later].read & words[at].set}
            if readers and None not in readers:
                reasons[at] = sorted(readers)[0]
    return reasons


def imports(test, examples):
    """Imports of the names that the examples use without saying where they are from, which doctest gives them."""
    read = set().union(*(Words(example.source).read for example in examples))
    lines = []
    for name in sorted(read & set(test.globs) - {"spark"}):
        value = test.globs[name]
        if inspect.ismodule(value):
            lines.append(f"import {value.__name__} as {name}")
            continue
        for source in SOURCES:
            if name in getattr(importlib.import_module(source), "__all__", ()):
                lines.append(f"from {source} import {name}")
                break
        else:
            home = getattr(value, "__module__", None)
            if home is not None and home.split(".")[0] in sys.stdlib_module_names | {"pyspark"}:
                lines.append(f"from {home} import {name}")
    return lines


def run(options, test, reasons):
    """The examples of a docstring that count, each with the answer to it."""
    examples = [example for example, reason in zip(test.examples, reasons) if reason is None]
    setup = imports(test, examples)
    cells = setup + [example.source for example in examples]
    shares = SHARED.search("".join(cells))
    if shares:
        cells.append(TIDY)
    command = [options.program, "cells", "--language", "python", "--remote", options.remote]
    with TURNS if shares else contextlib.nullcontext():
        try:
            done = subprocess.run(command, input=json.dumps(cells), capture_output=True, text=True, timeout=PATIENCE)
            lines, said = done.stdout.splitlines(), done.stderr.strip()[-300:]
        except subprocess.TimeoutExpired:
            lines, said = [], f"the docstring took more than {PATIENCE} seconds"
    answers = {answer["cell"]: answer for answer in map(json.loads, lines)}
    silent = {"ok": False, "text": "", "error": f"no answer: {said}"}
    return [(example, answers.get(at, silent)) for at, example in enumerate(examples, start=len(setup))]


def plain(text):
    """The last line of a traceback, its class without the module, which cells do not print."""
    return re.sub(r"\A\w+\.[\w.]*?(\w+)(?=:|\s*\Z)", r"\1", text)


def matches(example, answer, flags):
    """Whether doctest would pass the example."""
    checker = doctest.OutputChecker()
    for option, on in example.options.items():
        flags = flags | option if on else flags & ~option
    if example.exc_msg is None:
        return answer["ok"] and checker.check_output(example.want, answer["text"], flags)
    if answer["ok"]:
        return False
    wanted, got = plain(example.exc_msg), answer["error"] + "\n"
    if checker.check_output(wanted, got, flags):
        return True
    detail = doctest._strip_exception_details
    return bool(flags & doctest.IGNORE_EXCEPTION_DETAIL) and checker.check_output(detail(wanted), detail(got), flags)


def indented(text):
    return text.rstrip().replace("\n", "\n          ")


def expected():
    """The examples that are known to fail, each with its reason."""
    causes = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["cause"]
    return {example: cause["reason"] for cause in causes for example in cause["examples"]}


def rendered(sums, out, failures):
    """What the documentation says of all this."""
    passed, total = (sum(column) for column in zip(*sums.values()))
    lines = [
        f"Of {total:,} examples that need no Python elsewhere, {passed:,} print what the docstring says"
        f" ({passed / total:.1%}). The others:",
        "",
        "| examples | why they differ |",
        "|---|---|",
    ]
    lines += [f"| {count} | {reason} |" for reason, count in collections.Counter(failures.values()).most_common()]
    lines += ["", "| not counted | because of |", "|---|---|"]
    lines += [f"| {count} | {reason} |" for reason, count in out.most_common()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", help="the command line")
    parser.add_argument("remote", help="a connection string")
    parser.add_argument("--only", default="", help="docstrings whose names contain this")
    parser.add_argument("--documentation", type=pathlib.Path, help="the file that is to say how many examples pass")
    parser.add_argument("--write", action="store_true", help="make it say so")
    options = parser.parse_args()
    sums, out, jobs = {}, collections.Counter(), []
    known = expected()
    failures, surprises = {}, 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name in MODULES:
            tests, flags, removed = collect(importlib.import_module(name))
            out[REMOVED] += removed
            for test in tests:
                if options.only not in test.name:
                    continue
                reasons = excluded(test)
                out.update(reason for reason in reasons if reason is not None)
                if None in reasons:
                    jobs.append((name, test, flags, pool.submit(run, options, test, reasons)))
        for name, test, flags, work in jobs:
            passed, total = sums.get(name, (0, 0))
            for example, answer in work.result():
                total += 1
                place = f"{test.name}:{example.lineno + 1}"
                if matches(example, answer, flags):
                    passed += 1
                    if known.pop(place, None):
                        surprises += 1
                        print(f"{place} passes; take it out of {EXPECTED.name}")
                    continue
                failures[place] = known.pop(place, None)
                if failures[place] is None:
                    surprises += 1
                    print(f"{place} fails")
                    print("  source: " + indented(example.source))
                    print("  wanted: " + indented(example.want))
                    print("  got:    " + indented(answer["text"] + (answer["error"] or "")), flush=True)
            sums[name] = (passed, total)
    if not options.only:
        for place in known:
            surprises += 1
            print(f"{place} is no example that counts; take it out of {EXPECTED.name}")
    for name, (passed, total) in sums.items():
        print(f"{name}: {passed}/{total}")
    for reason, count in out.most_common():
        print(f"not counted, {reason}: {count}")
    passed, total = (sum(column) for column in zip(*sums.values())) if sums else (0, 0)
    if options.documentation and not surprises:
        now = options.documentation.read_text(encoding="utf-8")
        text = f"{BEGIN}\n{rendered(sums, out, failures)}{END}\n"
        if options.write:
            now = re.sub(f"{BEGIN}\n.*{END}\n", lambda _: text, now, flags=re.S)
            options.documentation.write_text(now, encoding="utf-8")
        if text not in now:
            surprises += 1
            print(f"{options.documentation.name} should say:\n\n{text}")
    print(f"examples {passed}/{total}, surprises {surprises}")
    enough = total and (options.only or passed >= LEAST * total)
    sys.exit(0 if enough and not surprises else 1)


main()
