# Modules of Python's library.
import json
[json.loads(t) for t in ['1', '-0', '1.5', '1e3', '-1.5E-2', 'true', 'false', 'null', '""', '[]', '{}', '123456789012345678901234567890']]
# ---
import json
json.loads(' {"a": [1, {"b": null}], "c": "x\\n\\u00e9\\ud83d\\ude00\\/", "a": 2}\n')
# ---
import json
json.loads(b'[1, "two"]')
# ---
import json
json.loads("NaN"), json.loads("[Infinity, -Infinity]")
# ---
import json
json.loads("")
# ---
import json
json.loads("[1, 2")
# ---
import json
json.loads("[1,\n 2 3]")
# ---
import json
json.loads('{"a" 1}')
# ---
import json
json.loads('{a: 1}')
# ---
import json
json.loads('"abc')
# ---
import json
json.loads('"a\tb"')
# ---
import json
json.loads('"\\q"')
# ---
import json
json.loads("1 2")
# ---
import json
json.loads("-")
# ---
import json
json.loads("01")
# ---
import json
json.loads(None)
# ---
from json import JSONDecodeError, loads
try:
    loads("nope")
except JSONDecodeError as error:
    print(type(error).__name__, error, isinstance(error, ValueError))
# ---
import json
json.dumps({"a": [1, 2.5, None, True], "b": "é\"\\\n\x01😀", 1: (1, 2), None: {}, False: [], 1.5: "x"})
# ---
import json
print(json.dumps({"b": 1, "a": {"c": []}}, indent=2, sort_keys=True))
print(json.dumps([1, [2, {"x": 3}]], indent="--"))
print(json.dumps([1, {"a": 2}], separators=(",", ":")), json.dumps("é", ensure_ascii=False))
# ---
import json
[json.dumps(v) for v in [float("inf"), float("-inf"), 1e100, 0.1, 2**70, "", [], {}, ()]]
# ---
import json, datetime
print(json.dumps({"d": datetime.date(2024, 1, 2)}, default=str))
json.dumps({1, 2})
# ---
import json
json.dumps({(1, 2): 3})
# ---
import json
json.dumps({"b": 1, 2: 3}, sort_keys=True)
# ---
import os
from os import path
[path.join("a", "b"), os.path.join("a/", "b", "c.txt"), os.path.join("a", "/b"), os.path.join("a", ""), path.sep, os.sep]
# ---
import os.path
[(os.path.basename(p), os.path.dirname(p), os.path.split(p), os.path.splitext(p), os.path.isabs(p))
 for p in ["a", "/a/b.txt", "a/b/", "/", "", "//x", "a.b/c", ".bashrc", "x/.a.b", "a//b", "...x"]]
# ---
import sys
sys.maxsize
# ---
import time
start = time.time()
time.sleep(0.001)
[start > 1.6e9, time.time() > start, time.time_ns() > 10**18, time.perf_counter() <= time.perf_counter(), type(time.monotonic())]
# ---
import time
time.sleep(-1)
# ---
import tempfile
with tempfile.TemporaryDirectory(prefix="ab", suffix="z") as d:
    name = d.split("/")[-1]
    print(name.startswith("ab"), name.endswith("z"), d.startswith(tempfile.gettempdir()), type(d))
with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
    print(a == b)
with tempfile.TemporaryDirectory() as outer, tempfile.TemporaryDirectory(dir=outer) as inner:
    print(inner.startswith(outer))
directory = tempfile.TemporaryDirectory()
print(directory.name in repr(directory))
directory.cleanup()
directory.cleanup()
# ---
import tempfile
try:
    tempfile.TemporaryDirectory(dir="/there/is/nothing")
except OSError as error:
    print("no directory")
# ---
x = 1
[name for name in dir() if name == "x"], [name for name in dir([]) if name.startswith("re")]
# ---
class_names = [name for name in dir("") if name.startswith("is")]
class_names[:3]
# ---
len(dir(int)) > 3, "append" in dir(list)
# ---
"{0.real} {d[k]} {0!r:>4}".format(3, d={"k": 5})
