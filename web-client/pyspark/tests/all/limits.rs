//! What a cell may not take, and what it may not be.

use pyspark_cells::Interpreter;

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
    ];
    for source in sources {
        fails(&source, "RecursionError").await;
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
