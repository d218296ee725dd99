//! What an editor asks about cells: completions and plans, without running anything.

use pyspark_cells::{CompletionKind, Interpreter};
use spark_connect_client::{ConnectionString, RetryPolicy, Session, Transport};

/// An interpreter whose session reaches nobody.
async fn interpreter(cell: &str) -> Interpreter {
    let connection = ConnectionString::parse("sc://localhost:1").unwrap();
    let nobody = Transport::from_service(Nobody);
    let session = Session::new(nobody, &connection, RetryPolicy::quick());
    let mut interpreter = Interpreter::new(session);
    interpreter.run(cell, |_| {}).await.unwrap();
    interpreter
}

/// A server that must not be asked.
#[derive(Clone)]
struct Nobody;

impl tower_service::Service<http::Request<tonic::body::Body>> for Nobody {
    type Response = http::Response<tonic::body::Body>;
    type Error = tonic::Status;
    type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let path = request.uri().path().to_owned();
        assert!(path.ends_with("/AnalyzePlan"), "{path} was called");
        std::future::ready(Err(tonic::Status::invalid_argument("nobody is there")))
    }
}

/// The names that are offered at the bar in a text.
async fn offered(interpreter: &Interpreter, text: &str) -> (usize, Vec<String>) {
    let at = text.find('|').unwrap();
    let completions = interpreter.complete(&text.replace('|', ""), at).await;
    let names = completions.items.into_iter().map(|item| item.name);
    (completions.start, names.collect())
}

#[tokio::test]
async fn names_come_from_values() {
    let interpreter = interpreter("taken = [1]\ndef mine(a, b=2):\n    return a").await;
    for (text, offered_there, not_there) in [
        (
            "|",
            &["spark", "taken", "mine", "print", "lambda"][..],
            &["select"][..],
        ),
        ("ta|", &["taken"], &[]),
        ("new = 1\nne|w", &["new"], &[]),
        ("taken.|", &["append", "sort"], &["select", "taken"]),
        ("spark.|", &["sql", "table", "read", "range"], &["select"]),
        (
            "df = spark.range(3)\ndf.fi|",
            &["filter", "fillna", "columns"],
            &["lit"],
        ),
        (
            "spark.range(3).filter('id > 1').groupBy('id').|",
            &["agg", "count"],
            &["filter"],
        ),
        ("(spark\n  .range(3)\n  .|", &["filter"], &["agg "]),
        (
            "from pyspark.sql import functions as F\nF.co|",
            &["col", "count", "coalesce"],
            &["filter "],
        ),
        (
            "from pyspark.sql import functions as F\ndf = spark.range(3)\ndf.select(F.col('id').|)",
            &["alias", "cast"],
            &["select"],
        ),
        ("'text'.|", &["upper", "split"], &[]),
        ("x = {'a': [1]}['a']\nx.|", &["append"], &[]),
        ("for i in []:\n    t|", &["taken"], &[]),
        ("broken = = 1\ntaken.|", &["append"], &[]),
        // Neither asks Spark to run anything, nor goes without what does not need it.
        (
            "n = spark.range(3).count()\ndf = spark.range(3)\ndf.|",
            &["filter"],
            &[],
        ),
        ("taken.append(2)\ntaken.|", &["append"], &[]),
    ] {
        let (_, names) = offered(&interpreter, text).await;
        for name in offered_there {
            assert!(
                names.iter().any(|n| n == name),
                "{text:?} has no {name}: {names:?}"
            );
        }
        for name in not_there {
            assert!(!names.iter().any(|n| n == name), "{text:?} has {name}");
        }
    }
}

#[tokio::test]
async fn nothing_is_offered_where_nothing_can_stand() {
    let interpreter = interpreter("x = 1").await;
    for text in [
        "# no|te",
        "x = 1.|5",
        "'a|'",
        "nothing.|",
        "x = 12|",
        "(lambda y: y.|)",
        "import |",
    ] {
        let (_, names) = offered(&interpreter, text).await;
        assert!(names.is_empty(), "{text:?}: {names:?}");
    }
}

#[tokio::test]
async fn a_rehearsal_leaves_no_trace() {
    let mut interpreter = interpreter("items = [1]\nd = {'k': items}").await;
    let (start, _) = offered(
        &interpreter,
        "items.append(2)\nd['k'].append(3)\nother = 5\nprint('x')\nitems.ap|",
    )
    .await;
    assert_eq!(start, 60);
    let shown = interpreter
        .run("items, 'other' in globals()", |_| {})
        .await
        .unwrap()
        .shown;
    let Some(pyspark_cells::Shown::Text(shown)) = shown else {
        panic!()
    };
    assert_eq!(shown, "([1], False)");
}

#[tokio::test]
async fn functions_come_with_their_parameters() {
    let interpreter =
        interpreter("from pyspark.sql import functions as F\ndef mine(a, b=2):\n    return a").await;
    let items = interpreter.complete("F.substri", 9).await.items;
    let substring = items.iter().find(|item| item.name == "substring").unwrap();
    assert_eq!(
        (substring.kind, &*substring.detail),
        (CompletionKind::Function, "(str, pos, len)")
    );
    let items = interpreter.complete("mi", 2).await.items;
    let mine = items.iter().find(|item| item.name == "mine").unwrap();
    assert_eq!((mine.kind, &*mine.detail), (CompletionKind::Function, "(a, b)"));
}

#[tokio::test]
async fn a_cell_tells_its_plan_before_it_runs() {
    let interpreter = interpreter("known = spark.range(10)").await;
    for (text, expected, step) in [
        (
            "known.filter('id > 1')",
            &["Filter", "Range"][..],
            "known.filter('id > 1')",
        ),
        ("df = known.limit(3)\ndf.show()", &["Limit", "Range"], "df"),
        ("known.limit(3).count()", &["Limit", "Range"], "known.limit(3)"),
        (
            "x = 1\ndf = known.limit(3)\nprint('made')",
            &["Limit", "Range"],
            "df = known.limit(3)",
        ),
        (
            "spark.sql('SELECT 1').limit(1)",
            &["Limit", "SQL"],
            "spark.sql('SELECT 1').limit(1)",
        ),
        (
            "n = known.count()\nknown.limit(2)",
            &["Limit", "Range"],
            "known.limit(2)",
        ),
    ] {
        let planned = interpreter.plan(text).await.unwrap().unwrap();
        let names: Vec<_> = planned
            .frame
            .plan()
            .outline()
            .iter()
            .map(|node| node.name)
            .collect();
        assert_eq!(names, expected, "{text}");
        assert_eq!(&text[planned.span.start..planned.span.end], step);
    }
    assert!(interpreter.plan("1 + 1").await.unwrap().is_none());
    let failure = interpreter.plan("x = 1\nunknown.show()").await.unwrap_err();
    assert_eq!(failure.to_string(), "NameError: name 'unknown' is not defined");
    assert_eq!(failure.span.map(|span| span.start), Some(6));
    assert_eq!(interpreter.plan("x = (").await.unwrap_err().class, "SyntaxError");
}
