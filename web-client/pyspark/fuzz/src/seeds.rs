//! Cells that mean something, and cells that want too much.

/// Sources to begin with.
pub fn sources() -> Vec<Vec<u8>> {
    let texts = [
        "import pyspark.sql.functions as F\ndf = spark.range(10).filter('id > 1').select(F.col('id') + 1)\ndf.show()",
        "from pyspark.sql import functions as F, Window\nw = Window.partitionBy('a').orderBy(F.desc('b'))\nF.rank().over(w)",
        "def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nprint(f'{f(20):>30,}')",
        "xs = [x ** 2 for x in range(10) if x % 2]\nsorted(xs, key=lambda x: -x)[1:3]",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e\nfinally:\n    pass",
        "a, (b, *c) = 1, (2, 3, 4)\nd = {**{'x': 1}, 'y': [a, b, c]}\nmatch d:\n    case {'x': 1, **rest}: rest",
        "import datetime, decimal\ndatetime.date(2024, 2, 29) + datetime.timedelta(days=366), decimal.Decimal('1.10') * 3",
        "'{:>{w}}|{!r}'.format('a', 'b', w=5) + '%05.1f' % 3.14159",
        "def g():\n    x = yield 1\n    yield from [x, 2]\nlist(g())",
        "from pyspark.sql.types import *\nStructType([StructField('a', ArrayType(IntegerType()))]).simpleString()",
        "with spark as s:\n    s.sql('SELECT {x}', x=1)",
        "F.transform('a', lambda x, i: F.when(x > i, x).otherwise(None))",
        "10**10**10",
        "'a' * 10**12",
        "[0] * 10**12",
        "list(range(10**12))",
        "int('9' * 10**7)",
        "1 << 10**12",
        "x = []\nx.append(x)\nrepr(x)",
        "[[[[a for a in range(99)] for b in range(99)] for c in range(99)] for d in range(99)]",
        "'{:>1000000000000}'.format(1)",
        "f'{f\"{f'{1}'}\"}'",
        "while True: pass",
        "sum(range(10**9))",
        "import pyspark.sql.functions as F\nc = F.lit(1)\nfor i in range(60): c = c + c\nprint(c)\nspark.range(1).select(c)",
        // What is being typed: a bracket is closed for it where a character of several bytes stands.
        "spark.range(1).select(\u{fffd})",
        "df = spark.range(1)\nfor i in range(60): df = df.union(df)\ndf.count()",
        "import pyspark.sql.functions as F\nc = F.lit(1)\nfor i in range(10000): c = c + 1\nspark.range(1).select(c)",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
