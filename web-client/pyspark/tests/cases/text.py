# Strings, bytes and formats.
["aBc".upper(), "aBc".lower(), "abc def".title(), "aBC".capitalize(), "aBc".swapcase(), " a ".strip(), "xxaxx".strip("x"), " a ".lstrip(), " a ".rstrip(), "ß".upper(), "ß".casefold()]
# ---
["a,b,c".split(","), "a b  c".split(), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), " a b ".split(), "".split(), "".split(","), " a  b c".split(None, 1), "a  b ".rsplit(None, 1), "a\nb\r\nc".splitlines(), "a\nb".splitlines(True)]
# ---
[",".join(["a", "b"]), "".join(str(x) for x in range(3)), "-".join("abc"), "a-b".partition("-"), "a-b-c".rpartition("-"), "abc".partition("x"), "abc".rpartition("x")]
# ---
",".join([1])
# ---
"a".split("")
# ---
["abcabc".find("c"), "abcabc".rfind("c"), "abc".find("x"), "abcabc".index("b", 2), "abcabc".count("bc"), "abc".count(""), "abc".startswith("ab"), "abc".endswith(("x", "c")), "abc".startswith("b", 1), "abc".replace("b", "xx"), "aaa".replace("a", "b", 2), "abc".replace("", "-")]
# ---
"abc".index("x")
# ---
["abc".center(7), "abc".center(8, "*"), "ab".center(7, "*"), "abc".ljust(5, "."), "abc".rjust(5), "42".zfill(5), "-42".zfill(5), "+1".zfill(1), "a\tb".expandtabs(4)]
# ---
["abc".isalpha(), "a1".isalnum(), "12".isdigit(), "".isalpha(), " ".isspace(), "Ab".isupper(), "AB1".isupper(), "ab".islower(), "A B".istitle(), "x1".isidentifier(), "²".isdigit(), "½".isnumeric(), "٣".isdecimal(), "abc".isascii(), "a\n".isprintable()]
# ---
["abc".removeprefix("a"), "abc".removesuffix("c"), "abc".translate(str.maketrans("ab", "xy", "c")), "abc".translate({97: None, 98: "ZZ"}), "abc".encode("utf-8").hex(), bytes.fromhex("6162")]
# ---
["%s" % "a", "%d" % 3.7, "%5d|%-5d|%05d" % (1, 2, 3), "%.2f" % 1.005, "%e" % 12345.678, "%g" % 1e-5, "%x %X %o" % (255, 255, 8), "%s %r" % ("a", "a"), "%%", "%c" % 97, "%(a)s %(b)d" % {"a": 1, "b": 2}, "%+d" % 5, "%#x" % 255, "%10.3s|" % "abcdef", "%*d" % (5, 1), "%s" % (1,), "%s" % [1, 2]]
# ---
"%d" % "a"
# ---
"%s %s" % 1
# ---
"%s" % (1, 2)
# ---
"%q" % 1
# ---
"%(a)s" % {"b": 1}
# ---
["{} {}".format(1, "a"), "{1} {0}".format(1, 2), "{a} {b}".format(a=1, b=2), "{:>5}|{:<5}|{:^5}".format(1, 2, 3), "{:,}".format(1234567), "{:_}".format(1234567), "{:.2f}".format(3.14159), "{:08.3f}".format(3.14159), "{:+d}".format(5), "{:x} {:#x} {:b} {:#o}".format(255, 255, 5, 8), "{:e}".format(12345.678), "{:g}".format(0.00001234), "{:.3g}".format(1234567), "{:%}".format(0.25), "{:.1%}".format(0.256), "{!r}".format("a"), "{0[1]} {1[a]}".format([1, 2], {"a": 3}), "{{}}".format(), "{:{w}.{p}f}".format(3.14159, w=8, p=2), "{0.real}".format(5)]
# ---
["{:*^9}".format("ab"), "{:.2}".format("abc"), "{:5}|".format("ab"), "{:5}|".format(1), "{:05}".format(-1), "{:=+6}".format(1), "{:c}".format(97), "{:n}".format(1000), "{:,.2f}".format(1234567.891), "{:012,.2f}".format(1234.5), "{:}".format(1.5), "{:.3}".format(1234.5), "{:10}|".format(True), "{:d}".format(True), "{:s}".format("a"), "{:.0f}".format(0.5), "{:.0f}".format(1.5), "{:#.0f}".format(1.0), "{:G}".format(1e-10), "{:E}".format(1.5), "{:f}".format(float("nan")), "{:5}".format(float("inf")), "{: d}".format(3), "{:_x}".format(0xabcdef12)]
# ---
"{} {1}".format(1, 2)
# ---
"{a}".format()
# ---
"{}".format()
# ---
"{:d}".format("a")
# ---
"{:d}".format(1.5)
# ---
"{:.2d}".format(1)
# ---
"{:zz}".format(1)
# ---
"{".format(1)
# ---
"}".format(1)
# ---
"{:5}".format([1])
# ---
x = 5; name = "a"
[f"{x}", f"{x!r:>4}", f"{name!r}", f"{x:>5}", f"{x + 1}", f"{x=}", f"{x = }", f"{name=!s}", f"{x:{x}}", f"{{{x}}}", f"a{x}b{name}c", f"{x:.2f}", f"{'a' if x else 'b'}", f"{[i for i in range(3)]}", f"{1.0:}", f"{x!a}", rf"\n{x}", f"{x:,}", f"{x=:>5}"]
# ---
f"{1:d}" "b" f"{2}"
# ---
f"{lambda: 1}"
# ---
f"{undefined}"
# ---
format(1234.5, ",.2f"), format("a", ">3"), format(5), format(True, "d"), format(3.0, ""), format(1e10, ".15g"), format(0.1, ".20f"), format(123456.0, "g"), format(1e-7, ".3"), format(100000.0, ".3"), format(0.0, "e")
# ---
[repr("a\\b"), str("a\\b"), "tab\there", 'sq\'s', "dq\"s", "both'\""]
# ---
"abc"[1] = "x"
# ---
["é" < "z", "Z" < "a", "" < "a", "abc" > "abd", "a" * 3 == "aaa", "日本"[::-1], "日本".find("本"), len("😀"), "naïve".upper()]
# ---
["a".__class__, "x".join([]), "aXbX".split("X"), "a b c".title(), "they're bill's".title(), "1a2b".title()]
# ---
b"abc".decode("ascii"), b"abc".upper(), b"abc".startswith(b"a"), b"\xff".decode("latin-1"), b"\xff".decode("utf-8", "replace"), b"ab\xff".decode("utf-8", errors="ignore")
# ---
"abc".nope
# ---
"abc" in 5
# ---
str.upper("a"), str.join(",", ["a"]), list(map(str.strip, [" a "])), sorted(["B", "a"], key=str.casefold)
# ---
"{:>10}".format("日本"), "%5s" % "é", "é".center(5, "·")
# ---
'a\
b'
# ---
"""multi
line"""
# ---
["%.3e" % 0, "%g" % 100000, "%g" % 1000000, "%.10g" % 0.1, "%i" % 5, "%5.1f|" % 2.25, "%-8.2e|" % 1234.5, "% d" % 5, "%s" % None, "%a" % "é", "%05s|" % "a", "%+.1f" % -0.0]
