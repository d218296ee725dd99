# Values and their operators.
None
# ---
[True, False, None, ..., NotImplemented]
# ---
[1, -1, 0, 10**18, 2**63, 2**63 - 1, -2**63, -2**63 - 1, 2**100, 1_000]
# ---
[0x1F, 0o17, 0b101, 0xFFFFFFFFFFFFFFFFFF]
# ---
[1.0, -0.0, 0.1, 1e16, 1e15, 123456789.123, 1e-5, 0.0001, 1e22, 1e100, 5e-324, 1.7976931348623157e308, 3.14]
# ---
[float("inf"), float("-inf"), float("nan"), 1e400]
# ---
["a", "it's", '"', "it's \"both\"", "\n\t\r\\", "\x00\x7f\x1f", "é", "日本", "\u200b", "😀", "\xa0", "\u0301"]
# ---
[b"a", b"'", b'"', b"\x00\xff\n", b""]
# ---
[(), (1,), (1, 2), [], [1], {}, {1: 2}, set(), {1}, frozenset(), frozenset([1])]
# ---
{"a": [1, {"b": (2, 3)}], 1.5: None, (1, 2): "x"}
# ---
[range(3), range(1, 10), range(0, 10, 2), slice(1, 2), slice(None)]
# ---
[int, str, float, list, ValueError, type(None), type(1), type("a")]
# ---
[1 == 1.0, True == 1, 1 is 1, None is None, "a" == "b", [1] == [1], (1, 2) == (1, 2.0), {1: 2} == {1.0: 2}]
# ---
[1 < 2 < 3, 1 < 3 < 2, 3 > 2 >= 2, "a" < "b", (1, 2) < (1, 3), [1] < [1, 2], {1} < {1, 2}, 2**70 > 1.5, 1.5 < 2**70]
# ---
[7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 % -3, 7 / 2, 2**10, 2**-1, 0**0, (-2)**3, divmod(-7, 3), divmod(7.5, 2)]
# ---
[7.5 // 2, -7.5 // 2, -7.5 % 2, 7.5 % -2, 1e300 * 1e10, 0.1 + 0.2, 1 / 3, 2 / 3, 10 / 5]
# ---
[5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 70, -1 >> 3, (1 << 70) >> 68, True & False, True | 1, True + True]
# ---
[10**30 // 7, -10**30 // 7, 10**30 % 7, 10**30 / 10**29, 10**400 / 10**399, (10**30) ** 2, -(2**64), abs(-2**64)]
# ---
1 / 0
# ---
1 // 0
# ---
1 % 0
# ---
1.0 / 0
# ---
1.5 // 0
# ---
1.5 % 0
# ---
0 ** -1
# ---
2.0 ** 10000
# ---
10**400 / 3
# ---
float(10**400)
# ---
["a" + "b", "a" * 3, 3 * "ab", [1] + [2], [0] * 3, (1,) + (2,), (1,) * 2, b"a" + b"b", b"a" * 2, "a" * -1]
# ---
"a" + 1
# ---
1 + "a"
# ---
[1] + (2,)
# ---
"a" * "b"
# ---
None + 1
# ---
-"a"
# ---
1 < "a"
# ---
[1] < 1
# ---
{1, 2} | {3}, {1, 2} & {2}, {1, 2} - {2}, {1, 2} ^ {2, 3}
# ---
{"a": 1} | {"b": 2, "a": 3}
# ---
["abc"[0], "abc"[-1], "abc"[1:], "abc"[::-1], "abcdef"[1:5:2], "héllo"[1], "日本語"[1:], [1, 2, 3][-2:], (1, 2, 3)[::2]]
# ---
[range(10)[2], range(10)[-1], range(10)[2:5], range(10)[::-1], range(0, 10, 3)[1:], b"abc"[0], b"abc"[1:]]
# ---
"abc"[5]
# ---
[1, 2][2]
# ---
(1,)[1]
# ---
{}["a"]
# ---
{1: 2}[(1, 2)]
# ---
"abc"["a"]
# ---
[1]["a"]
# ---
1[0]
# ---
{[1]: 2}
# ---
{[1]}
# ---
{(1, [2])}
# ---
[1 in [1, 2], "b" in "abc", 3 not in (1, 2), "a" in {"a": 1}, 5 in range(10), 5 in range(0, 10, 2), 1.0 in range(3), 2 in {1, 2}]
# ---
1 in 1
# ---
1 in "a"
# ---
[not 1, not "", 1 and 2, 0 and 2, 1 or 2, 0 or "x", None or [], not []]
# ---
[1 if True else 2, "a" if 0 else "b"]
# ---
[int("12"), int(" -12 "), int("ff", 16), int("0x1f", 0), int("0b11", 2), int(3.9), int(-3.9), int(True), int("1_000"), int()]
# ---
int("a")
# ---
int("1.5")
# ---
int(None)
# ---
int(float("nan"))
# ---
int(float("inf"))
# ---
[float("1.5"), float(" 1e3 "), float("-inf"), float("nan"), float(3), float("1_0.5"), float(), float(True)]
# ---
float("abc")
# ---
float([])
# ---
[str(1), str(1.0), str("a"), str(None), str([1, "a"]), str(), str(b"a"), str(b"abc", "utf-8"), str(True)]
# ---
[bool(0), bool(""), bool([]), bool({}), bool(1), bool("a"), bool(), bool(0.0), bool(range(0))]
# ---
[list("abc"), list((1, 2)), list(range(3)), list({1: 2}), tuple([1]), tuple("ab"), set([1, 1]), list(), dict(), dict(a=1), dict([(1, 2)]), dict({"a": 1}, b=2)]
# ---
dict([1])
# ---
dict([(1, 2, 3)])
# ---
list(1)
# ---
[bytes(3), bytes([1, 2]), bytes("é", "utf-8"), b"\xc3\xa9".decode(), "é".encode(), "é".encode("latin-1"), "ab".encode("utf-16-le")]
# ---
b"\xff".decode()
# ---
"é".encode("ascii")
# ---
[round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234.5678, -2), round(1234, -2), round(5), round(1.5, 0), round(0.15, 1), round(25, -1), round(1e20), round(2.5, None)]
# ---
[abs(-1), abs(-1.5), abs(True), pow(2, 3), pow(2, 3, 5), pow(2, -1), pow(3, -1, 7), min(1, 2), max([1, 3, 2]), min("b", "a"), max("abc"), min([], default=5), max([1, 2], key=lambda x: -x)]
# ---
max([])
# ---
min()
# ---
[sum([1, 2]), sum([1.5, 2]), sum([[1], [2]], []), sum(range(10)), sum((), 5), any([0, 1]), all([]), all([1, 0]), any([])]
# ---
sum(["a"])
# ---
[sorted([3, 1, 2]), sorted("bca"), sorted([3, 1, 2], reverse=True), sorted(["b", "A", "c"], key=str.lower), sorted({"b": 1, "a": 2}), sorted([(1, "b"), (1, "a")], key=lambda p: p[0])]
# ---
sorted([(1, "b"), (0, "x"), (1, "a")], key=lambda p: p[0], reverse=True)
# ---
sorted([1, "a"])
# ---
[list(reversed([1, 2, 3])), list(reversed("abc")), list(reversed(range(5))), list(reversed(range(0, 10, 3))), list(reversed({1: 2, 3: 4}))]
# ---
[list(zip([1, 2], "ab")), list(zip()), list(zip([1], [2], [3])), list(enumerate("ab")), list(enumerate("ab", 1)), list(map(str, [1, 2])), list(map(lambda a, b: a + b, [1, 2], [3, 4])), list(filter(None, [0, 1, 2])), list(filter(lambda x: x > 1, [1, 2]))]
# ---
list(zip([1, 2], [1], strict=True))
# ---
[isinstance(1, int), isinstance(True, int), isinstance("a", (int, str)), isinstance(1, float), issubclass(bool, int), callable(len), callable(1), type(1) is int, type(1.0) == float, isinstance(None, type(None)), isinstance(1, object)]
# ---
[chr(97), ord("a"), hex(255), oct(8), bin(5), hex(-255), ascii("é"), repr("a"), len("日本"), hash(1) == hash(1.0), hash((1, 2)) == hash((1, 2))]
# ---
[next(iter([1])), next(iter([]), "d"), list(iter(lambda: 1, 1)), getattr("a", "upper")(), hasattr("a", "nope"), getattr(1, "nope", 5)]
# ---
next(iter([]))
# ---
(1).nope
# ---
"a".nope()
# ---
int.nope
# ---
[(255).bit_length(), (5).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "big"), (1.5).is_integer(), (2.0).is_integer(), (0.5).as_integer_ratio(), (10).bit_count(), (3).real, (3).denominator]
# ---
[1, 2] is [1, 2]
# ---
nope
# ---
len(5)
# ---
len()
# ---
abs("a")
# ---
print(1, "a", None, 1.5, [1], sep="-", end="!\n")
# ---
print()
# ---
print("a", "b", sep="")
# ---
print(*[1, 2, 3])
# ---
print("x"); print("y")
3
# ---
{1: "a", True: "b", 1.0: "c"}
# ---
len({1, True, 1.0, "1"}), 1.0 in {True}, "1" in {1}
# ---
[0.1 + 0.7, 1e21, 123456789012345678.0, 1.5e-7, 100000.0, 1e5, -1e-10, 9007199254740993.0]
# ---
x = []
x.append(x) if False else None
x
# ---
[10 ** 20 == 1e20, 2**53 + 1 == float(2**53 + 1), hash(2**61), -1 % 5, -1.5 % 1]
# ---
str(10**4400)
# ---
int("1" * 5000)
# ---
[divmod(10, 3), divmod(-10, 3), divmod(10.5, 3), 10 .__class__]
# ---
{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items()
# ---
[{1: 2}.keys() & {1, 3}, {1: 2}.keys() == {1}, list({1: 2}.items())[0], len({1: 2}.values()), 1 in {1: 2}.keys(), (1, 2) in {1: 2}.items()]
# ---
not_defined_function(1)
# ---
'%'
# ---
("a"
 "b"), "c" 'd'
# ---
r"\n", rb"\n", "\N{BULLET}", "\u00e9\U0001F600\x41\101"
# ---
1 if [] else 2 if () else 3
# ---
lambda: 0
1
# ---
[2 ** 3 ** 2, -2 ** 2, (-2) ** 2, 2 ** -1, not 1 == 2, 1 + 2 * 3, (1 + 2) * 3, 7 - 2 - 1, 2 * 3 % 4]
# ---
1000000 is 1000000, "ab" is "ab"
# ---
(1).__class__.__name__, [].__class__
