//! What a cell may not take, and what it may not be.

use pyspark_cells::Interpreter;

use crate::harness;

async fn fails(source: &str, class: &str) -> String {
    match Interpreter::without_spark().run(source, |_| {}).await {
        Err(failure) if failure.class == class => failure.message,
        other => panic!("{source}: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_too_much_is_refused() {
    for source in [
        "'x' * 10**12",
        "[0] * 10**12",
        "list(range(10**12))",
        "10**10**9",
        "1 << 10**12",
        "f'{1:>{10**9}}'",
        "'%1000000000d' % 1",
        "'ab'.ljust(10**10)",
        "x = 'a' * 1000\nwhile True: x += x",
        "x = []\nwhile True: x.append('y' * 1000000)",
        "x = [1]\nwhile True: x = x + x",
        "from itertools import product\nlist(product(range(1000), repeat=10))",
        "from itertools import count\nlist(count())",
        "a, *b = iter(int, 1)",
    ] {
        match Interpreter::without_spark().run(source, |_| {}).await {
            Err(failure) if matches!(failure.class.as_str(), "MemoryError" | "TimeoutError") => {}
            other => panic!("{source}: {other:?}"),
        }
    }
    fails("while True: pass", "TimeoutError").await;
    fails(
        "a = []; b = []\nfor _ in range(100): a = [a, a]; b = [b, b]\na == b",
        "TimeoutError",
    )
    .await;
}

#[tokio::test]
async fn nothing_takes_more_than_it_is_given() {
    let classes = [
        "MemoryError",
        "TimeoutError",
        "OverflowError",
        "ValueError",
        "InvalidOperation",
    ];
    let mut others = Vec::new();
    for source in [
        "10**10**10",
        "int('9' * 10**7)",
        "str(1 << 10**6 - 1) * 10**9",
        "'{:>{w}}'.format(1, w=10**12)",
        "'{:>1000000000000}'.format(1)",
        "'x'.zfill(10**12)",
        "'x'.center(10**12)",
        "b'x' * 10**12",
        "bytes(10**12)",
        "(0,) * 10**12",
        "'a'.replace('a', 'b' * 10**8) * 100",
        "('a' * 10**6).replace('a', 'b' * 10**6)",
        "('a,' * 10**6).join(['x'] * 10**6)",
        "sum(range(10**12))",
        "[[[[a for a in range(999)] for b in range(999)] for c in range(999)] for d in range(999)]",
        "{a: [a] * 1000 for a in range(10**9)}",
        "[x for x in range(10**12)]",
        "set(range(10**12))",
        "tuple(range(10**12))",
        "sorted(range(10**12))",
        "max(range(10**12))",
        "10**12 in iter(range(10**13))",
        "from math import factorial\nfactorial(10**9)",
        "from decimal import Decimal\nDecimal('1e999999') * 10**9",
        "from itertools import permutations\nlist(permutations(range(100)))",
        "pow(7, 10**9)",
        "x = 3\nwhile True: x = x * x",
        "f'{2**100000:>10000000000}'",
        "'%*d' % (10**12, 1)",
        "'a'.expandtabs(10**12) + '\\t'.expandtabs(10**12)",
    ] {
        let mut interpreter = Interpreter::without_spark();
        interpreter.limit_steps(1_000_000);
        match interpreter.run(source, |_| {}).await {
            Err(failure) if classes.contains(&failure.class.as_str()) => {}
            other => others.push(format!("{source}: {other:?}")),
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[tokio::test]
async fn depth_has_an_end() {
    for source in [
        "def f(): return f()\nf()",
        "def f(x): return sorted([1, 2], key=f)\nf(1)",
        "x = []\nfor _ in range(100000): x = [x]\nrepr(x)",
        "x = ()\nfor _ in range(100000): x = (x,)\nhash(x)",
        "x = []; y = []\nfor _ in range(100000): x = [x]; y = [y]\nx == y",
        "x = iter([])\nfor _ in range(100000): x = enumerate(x)\nnext(x)",
        "from functools import partial\nx = len\nfor _ in range(100000): x = partial(x)\nx([])",
        "x = []\nx.append(x)\nrepr(x)",
    ] {
        fails(source, "RecursionError").await;
    }
    for source in [
        "x = []\nfor _ in range(1000000): x = [x]\nx = 1",
        "x = None\nfor _ in range(300000): x = lambda y=x: y\nx = 1",
        "x = slice(None)\nfor _ in range(300000): x = slice(x)\nx = 1",
        "x = ValueError()\nfor _ in range(300000): x = ValueError(x)\nx = 1",
    ] {
        assert!(
            Interpreter::without_spark().run(source, |_| {}).await.is_ok(),
            "{source}"
        );
    }
}

#[tokio::test]
async fn deep_source_is_refused() {
    let sources = [
        "(".repeat(10_000) + "1" + &")".repeat(10_000),
        "-".repeat(10_000) + "1",
        "x".to_owned() + &".y()".repeat(10_000),
        "1".to_owned() + &" + 1".repeat(10_000),
        "lambda: ".repeat(10_000) + "1",
        "[".repeat(10_000) + &"]".repeat(10_000),
        "{1:".repeat(10_000) + "1" + &"}".repeat(10_000),
        "not ".repeat(10_000) + "1",
        "x".to_owned() + &".b".repeat(10_000),
        "x".to_owned() + &"[0]".repeat(10_000),
        "1".to_owned() + &" if x else 1".repeat(10_000),
        "1".to_owned() + &" ** 1".repeat(10_000),
        "1".to_owned() + &" < 1".repeat(10_000),
        "1".to_owned() + &" and 1".repeat(10_000),
        "f'{".repeat(10_000) + "1" + &"}'".repeat(10_000),
        nested_blocks(10_000),
        "x = ".repeat(10_000) + "1",
        "f(".repeat(10_000),
    ];
    for source in &sources {
        match Interpreter::without_spark().run(source, |_| {}).await {
            Err(failure)
                if matches!(
                    failure.class.as_str(),
                    "RecursionError" | "SyntaxError" | "NameError"
                ) => {}
            other => panic!("{}: {other:?}", &source[..20]),
        }
    }
}

fn nested_blocks(depth: usize) -> String {
    let lines = (0..depth).map(|at| format!("{}if 1:\n", " ".repeat(at)));
    lines.collect::<String>() + &" ".repeat(depth) + "pass"
}

/// As much stack as a browser has.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work);
    thread.unwrap().join().unwrap();
}

#[test]
fn nothing_deep_needs_more_stack_than_a_browser_has() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("-", ""),
        ("not ", ""),
        ("lambda: ", ""),
        ("{1: ", "}"),
        ("x if y else ", ""),
        ("1 + ", ""),
        ("x.y().", "z"),
        ("1 and ", ""),
    ] {
        // What is just allowed goes deepest.
        for depth in [10_000, 1_900, 600, 85, 80] {
            let source = format!("lambda: {}1{}", open.repeat(depth), close.repeat(depth));
            on_a_small_stack(move || harness::run(&source));
        }
    }
    for source in [
        "c = F.lit(1)\nfor i in range(10000): c = c + 1\nprint(c)\nspark.range(1).select(c)",
        "df = spark.range(1)\nfor i in range(10000): df = df.filter('true')\ndf",
        "x = []\nfor i in range(10000): x = [x]\nprint(x)",
        "def f(n): return n and f(n - 1)\nf(990)",
        "def f(x): return sorted([1], key=f)\nf(1)",
    ] {
        on_a_small_stack(move || harness::run(&format!("import pyspark.sql.functions as F\n{source}")));
    }
}

#[tokio::test]
async fn what_needs_python_is_named() {
    for (source, expected) in [
        (
            "x = 1\nclass A: pass",
            "A class statement (line 2, column 1) cannot be run without Python; use functions",
        ),
        ("async def f(): pass", "async def (line 1, column 1)"),
        ("x = 1j", "A complex number (line 1, column 5)"),
        ("eval('1')", "text is not evaluated"),
        ("open('x')", "a cell has no files"),
    ] {
        let message = fails(source, "NotImplementedError").await;
        assert!(message.starts_with(expected), "{message}");
    }
    let message = fails("import pandas as pd", "ModuleNotFoundError").await;
    assert!(
        message.starts_with("No module named 'pandas'. Cells run without Python"),
        "{message}"
    );
}

#[tokio::test]
async fn variables_live_on_and_failures_have_a_place() {
    let mut cells = Interpreter::without_spark();
    cells.run("x = 20\ndef f(y): return 1 / y", |_| {}).await.unwrap();
    assert!(cells.run("x + nope", |_| {}).await.is_err());
    let source = "z = f(1)\nf(x - 20)";
    let failure = cells.run(source, |_| {}).await.unwrap_err();
    let span = failure.span.unwrap();
    assert_eq!(&source[span.start..span.end], "f(x - 20)");
}
