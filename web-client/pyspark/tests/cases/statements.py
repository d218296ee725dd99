# Statements, functions, modules.
a, b = 1, 2
(c, d), *e = (3, 4), 5, 6
*f, g = "xyz"
[h, i] = [7, 8]
j = k = 9
a, b = b, a
print(a, b, c, d, e, f, g, h, i, j, k)
# ---
a, b = 1
# ---
a, b = [1, 2, 3]
# ---
a, b, c = "ab"
# ---
a, *b, c = [1]
# ---
x = 1
x += 2; x -= 1; x *= 5; x /= 2; x //= 2; x **= 3; x %= 5
l = [1]; m = l; l += [2]; l *= 2
d = {"a": 1}; d["a"] += 5; d["b"] = d.get("b", 0) + 1
s = {1}; s |= {2}; s &= {2, 3}; s -= {3}
print(x, l, m, d, s)
# ---
if (n := 10) > 5:
    print(n)
[y := 1, y + 1], y
# ---
total = 0
for i in range(5):
    if i == 1:
        continue
    if i == 4:
        break
    total += i
else:
    print("no")
print(total)
for i in []:
    pass
else:
    print("else")
while total:
    total -= 1
else:
    print("done")
# ---
for i, (a, b) in enumerate([(1, 2), (3, 4)]):
    print(i, a, b)
# ---
def f(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, kw
print(f(1, c=3), f(1, 2, 3, 4, c=5, e=6), f(*[1, 2], **{"c": 3, "z": 9}))
# ---
def f(a, /, b, *, c): return a, b, c
print(f(1, 2, c=3), f(1, b=2, c=3))
f(a=1, b=2, c=3)
# ---
def f(a, b): pass
f(1)
# ---
def f(a, b, c): pass
f()
# ---
def f(a): pass
f(1, 2)
# ---
def f(): pass
f(1)
# ---
def f(a, b=1): pass
f(1, 2, 3)
# ---
def f(a): pass
f(1, a=2)
# ---
def f(a): pass
f(b=1)
# ---
def f(*, a, b): pass
f()
# ---
def f(a): pass
f(**{1: 2})
# ---
def outer():
    x = 1
    def inner():
        nonlocal x
        x += 1
        return x
    inner()
    return inner() + x
outer()
# ---
counter = 0
def bump():
    global counter
    counter += 1
bump(); bump()
counter
# ---
def f():
    print(z)
    z = 1
f()
# ---
fs = [lambda: i for i in range(3)]
gs = [lambda i=i: i for i in range(3)]
[f() for f in fs], [g() for g in gs]
# ---
def make(n):
    return lambda x: x + n
make(1)(2), [make(i)(10) for i in range(3)]
# ---
def fact(n): return 1 if n < 2 else n * fact(n - 1)
fact(20), fact(30)
# ---
def f(x, acc=[]):
    acc.append(x)
    return acc
f(1), f(2)
# ---
[x * 2 for x in range(5) if x % 2], {x: x ** 2 for x in range(3)}, {x % 3 for x in range(10)}, [(a, b) for a in range(3) for b in range(a)], [[j for j in range(i)] for i in range(3)]
# ---
x = "outer"
[x for x in range(3)]
x
# ---
g = (x * x for x in range(4))
print(next(g), list(g), list(g), sum(x for x in range(5)))
# ---
def gen(n):
    for i in range(n):
        got = yield i
        print("got", got)
    return "end"
for v in gen(2): print(v)
print(list(gen(1)), list(x for x in gen(1)))
# ---
def inner():
    yield 1
    yield 2
def outer():
    yield 0
    yield from inner()
    yield from [3, 4]
list(outer()), dict(zip("ab", outer())), max(outer()), sorted(outer(), reverse=True)
# ---
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
from itertools import islice
list(islice(fib(), 10))
# ---
def bad():
    yield 1
    raise ValueError("in generator")
list(bad())
# ---
try:
    1 / 0
except ZeroDivisionError as e:
    print("caught", e, type(e).__name__, repr(e), e.args)
else:
    print("else")
finally:
    print("finally")
# ---
try:
    print("body")
except Exception:
    print("no")
else:
    print("else")
finally:
    print("finally")
# ---
try:
    {}["x"]
except (ValueError, KeyError) as e:
    print(e, str(e), repr(e))
e
# ---
try:
    try:
        raise ValueError("a")
    except ValueError:
        raise KeyError("b")
except KeyError as e:
    print(repr(e.__context__), e.__cause__)
# ---
try:
    raise ValueError("a") from TypeError("b")
except ValueError as e:
    print(repr(e.__cause__))
# ---
def f():
    try:
        return "try"
    finally:
        print("cleanup")
print(f())
def g():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: break
            print("body", i)
        finally:
            print("fin", i)
    return "end"
print(g())
def h():
    try:
        raise ValueError
    except ValueError:
        return "handled"
    finally:
        print("h fin")
print(h())
def k():
    try:
        return 1
    finally:
        return 2
print(k())
# ---
def nested():
    for x in [1, 2]:
        for y in [3]:
            try:
                try:
                    return x + y
                finally:
                    print("inner")
            finally:
                print("outer")
nested()
# ---
while True:
    try:
        raise KeyError
    except KeyError:
        break
print("out")
# ---
try:
    raise
except RuntimeError as e:
    print(e)
# ---
try:
    try:
        raise ValueError("x")
    except ValueError:
        raise
except ValueError as e:
    print("again", e)
# ---
raise ValueError
# ---
raise ValueError("a", 1)
# ---
raise KeyError("a")
# ---
raise 5
# ---
raise Exception()
# ---
assert 1 == 1
assert 1 == 2, "message"
# ---
assert []
# ---
l = [1, 2, 3, 4, 5]
del l[0], l[-1]
d = {"a": 1, "b": 2}
del d["a"]
l2 = list(range(10))
del l2[2:8:2]
l3 = [1, 2, 3]
l3[1:2] = ["x", "y"]
l3[::2] = [0, 0]
x = 1
del x
print(l, d, l2, l3)
x
# ---
del nope
# ---
l = [1, 2]
l[5] = 1
# ---
t = (1, 2)
t[0] = 5
# ---
l = [3, 1, 2]
l.sort(); l.append(4); l.extend("ab"); l.insert(1, "x"); l.remove("x"); l.reverse()
print(l, l.pop(), l.pop(0), l.index(4), l.count("a"), l.copy(), l)
l.clear()
l
# ---
[1].remove(2)
# ---
[].pop()
# ---
[1].index(5)
# ---
d = {"a": 1}
d.update(b=2); d.update({"c": 3}); d.update([("d", 4)])
print(d.pop("a"), d.pop("z", 0), d.setdefault("e", 5), d.popitem(), d.get("zz"), d, list(d), len(d), dict.fromkeys("ab", 0), d.copy() == d)
for k, v in d.items(): print(k, v)
# ---
{}.pop("a")
# ---
d = {1: 2}
for k in d: d[k + 1] = 0
# ---
s = {3}
s.add(4); s.update([5], [6]); s.discard(9); s.remove(3)
print(sorted(s), s.issubset({4, 5, 6, 7}), s.union([1]) == {1, 4, 5, 6}, s.isdisjoint({9}), s.intersection({4}), len(s))
s.remove(100)
# ---
match [1, 2, 3]:
    case [1, *rest]:
        print(rest)
match {"a": 1, "b": 2}:
    case {"a": x, **others}:
        print(x, others)
match 5:
    case 1 | 2: print("small")
    case int(n) if n > 3: print("int", n)
match (1, (2, 3)):
    case (a, (b, c)): print(a, b, c)
match "x":
    case "y": print("y")
    case _: print("other")
match None:
    case None: print("none")
match [1, 2, 3, 4]:
    case [a, *_, z]: print(a, z)
# ---
def deco(f):
    def wrapped(*args, **kw):
        return ("wrapped", f(*args, **kw))
    return wrapped
@deco
def f(x): return x
f(1)
# ---
import math, functools, operator, itertools, string
from functools import reduce, partial
print(math.sqrt(16), math.pi, math.floor(1.5), math.ceil(1.2), math.gcd(12, 18), math.factorial(10), math.log(math.e), math.inf, math.isnan(math.nan), math.hypot(3, 4), math.comb(5, 2), math.fsum([0.1] * 10), math.prod([2, 3]))
print(reduce(lambda a, b: a + b, [1, 2, 3]), reduce(operator.add, [], 5), partial(int, base=2)("101"), operator.itemgetter(1)([1, 2]), operator.itemgetter(0, 1)("ab"), string.digits)
print(list(itertools.chain([1], "a")), list(itertools.product("ab", [1, 2])), list(itertools.combinations("abc", 2)), list(itertools.permutations("ab")), list(itertools.accumulate([1, 2, 3])), list(itertools.islice(itertools.count(5, 2), 3)), list(itertools.zip_longest("ab", "c")), list(itertools.takewhile(lambda x: x < 2, range(5))), list(itertools.dropwhile(lambda x: x < 3, range(5))), list(itertools.repeat(1, 2)), [(k, list(g)) for k, g in itertools.groupby("aab")], list(itertools.islice(itertools.cycle("ab"), 5)), list(itertools.starmap(pow, [(2, 3)])), list(itertools.islice("abcdef", 1, 6, 2)), list(itertools.chain.from_iterable([[1], [2]])) if False else None)
# ---
math.sqrt(-1) if False else None
import math
math.sqrt(-1)
# ---
import math
math.log(0)
# ---
x: int = 5
y: "str"
def f(a: int, b: list[int] = None) -> int:
    """Doc."""
    return a
f(x)
# ---
print((lambda *a, **k: (a, k))(1, b=2), (lambda x, y=2: x + y)(1))
# ---
def f():
    return
print(f())
pass
# ---
x = [1, 2, 3]
y = x[:]
y[0] = 99
print(x, y, *x, [*x, *y], {**{"a": 1}, "b": 2}, (*x,), {*x})
# ---
def f(n):
    return f(n + 1)
f(0)
# ---
if True: pass
elif False: pass
else: pass
1
# ---
1 +
# ---
for
# ---
x = = 1
# ---
def f(:
# ---
"unterminated
# ---
return 5
# ---
break
# ---
for x in 5: pass
# ---
a.b = 1
# ---
a = [1, 2, 3]
for x in a:
    if x < 3: a.append(x + 10) if len(a) < 6 else None
print(a)
# ---
d = {}
d["x"] = d
print(len(d)) or print("ok")
# ---
print([i for i in range(10) if i % 2 == 0 if i > 3], [y for x in [[1, 2], [3]] for y in x], [(lambda v: v * 2)(z) for z in range(3)])
# ---
try:
    x = undefined_name
except NameError as err:
    print(err)
try:
    None.foo
except AttributeError as err:
    print(err)
try:
    int("x")
except ValueError as err:
    print(err)
try:
    [].foo()
except Exception as err:
    print(type(err), err)
# ---
def f():
    x = 1
    def g():
        return x
    del x
    return g()
f()
# ---
class_ = "not a class"
class_
# ---
(yield_ := 3)
# ---
print(type(x for x in []), type(lambda: 0), type(print), type(range(1)), type(map(str, [])), type({}.keys()))
