//! Plans as SQL: Spark gives the query the columns and the rows of the plan.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use anyhow::{Context, Result};
use e2e::{oracle, route::Route};
use plan_views::{
    Reason, ViewError,
    builder::{Model, Number, Step, Value, ValueType},
    sql::sql,
};
use prost::Message;
use spark_connect_client::{
    Column, DataFrame, Session, Window,
    functions::{self as f, Argument, Default, Lambda, ParameterKind, col, expr, lit},
    plan::{Dedup, Kind, Literal},
    proto as pb, types,
};

/// The query of a plan, with the columns of relations asked of the server where they matter.
async fn query_of(frame: &DataFrame) -> Result<std::result::Result<String, ViewError>> {
    let relation = frame.relation()?;
    let mut known: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
    loop {
        let asked: RefCell<Option<pb::Relation>> = RefCell::new(None);
        let columns = |relation: &pb::Relation| {
            let columns = known.get(&relation.encode_to_vec()).cloned();
            if columns.is_none() {
                *asked.borrow_mut() = Some(relation.clone());
            }
            columns
        };
        match sql(&relation, &columns) {
            Err(error) if error.reason == Reason::UnknownColumns => {
                let relation = asked.take().context("nothing was asked for")?;
                let schema = DataFrame::new(frame.session().clone(), relation.clone())
                    .schema()
                    .await?;
                let names = schema.fields.into_iter().map(|field| field.name).collect();
                known.insert(relation.encode_to_vec(), names);
            }
            other => return Ok(other),
        }
    }
}

/// Names and types of columns, and the rows as texts, in an order of their own.
async fn seen(frame: &DataFrame) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let schema = frame.schema().await?;
    let field = |field: &pb::data_type::StructField| {
        let data_type = field.data_type.as_ref().map(types::simple_string);
        format!("{}: {}", field.name, data_type.unwrap_or_default())
    };
    let columns = schema.fields.iter().map(field).collect();
    let mut rows = Vec::new();
    for batch in frame.collect().await? {
        rows.extend(oracle::texts(&batch)?);
    }
    rows.sort();
    Ok((columns, rows))
}

async fn tables(spark: &Session) -> Result<()> {
    let orders = "SELECT id, id % 7 AS customer, CAST(id * 1.5 AS DECIMAL(10, 2)) AS amount, \
                  IF(id % 5 = 0, NULL, concat('n', id % 3)) AS name, \
                  DATE'2024-01-01' + CAST(id AS INT) AS day, array(id, id + 1, 3L) AS parts, \
                  named_struct('x', id, 'y', named_struct('z', 'deep')) AS s, id % 2 = 0 AS even, \
                  CAST(id AS DOUBLE) / 3 AS share, 'it''s' AS `odd name` FROM range(40)";
    spark
        .sql(orders)
        .await?
        .create_or_replace_temp_view("orders")
        .await?;
    let customers = "SELECT id, concat('c', id) AS customer_name, id % 2 AS region FROM range(3, 12)";
    spark
        .sql(customers)
        .await?
        .create_or_replace_temp_view("customers")
        .await?;
    Ok(())
}

const NONE: [&str; 0] = [];

/// Plans that have a query.
fn corpus(spark: &Session) -> Result<Vec<(&'static str, DataFrame)>> {
    let (o, c) = (spark.table("orders"), spark.table("customers"));
    let amount = || col("amount");
    let window = Window::partition_by(["customer"]).order_by([col("day").desc()]);
    let joined = o.join(&c, o.col("customer").eq(c.col("id")), Some("left"))?;
    let inner = c.alias("i").filter(col("i.id").eq(col("o.customer").outer()));
    Ok(vec![
        ("table", o.clone()),
        (
            "project",
            o.select([
                col("id"),
                (amount() * 2).alias("twice"),
                amount() + 1,
                col("s.y.z"),
            ]),
        ),
        ("star", o.select([col("*"), lit(1).alias("one")])),
        ("star of a struct", o.select([col("s.*")])),
        (
            "filters",
            o.filter(amount().gt(3))
                .filter(col("name").is_not_null() & !col("even")),
        ),
        (
            "filter on a projection",
            o.select([amount().alias("x")]).filter(col("x").lt(20)),
        ),
        (
            "sql texts",
            o.filter("amount > 3")
                .select_expr(["id AS i", "upper(name) -- shout"]),
        ),
        (
            "sort, limit",
            o.sort([col("name").asc_nulls_last(), col("id").desc()]).limit(7),
        ),
        (
            "limit, sort, offset",
            o.sort(["id"]).limit(20).sort([col("id").desc()]).offset(15),
        ),
        ("offset, limit", o.sort(["id"]).offset(5).limit(3)),
        ("limit, filter", o.sort(["id"]).limit(9).filter(col("id").gt(4))),
        (
            "distinct",
            o.select(["customer", "even"]).distinct().sort(["customer"]),
        ),
        (
            "distinct of duplicates",
            o.select(["customer"]).drop_duplicates(Dedup::All),
        ),
        (
            "group",
            o.group_by(["customer"])
                .agg([f::sum("amount"), f::max("day").alias("last")])?,
        ),
        (
            "group by an expression",
            o.group_by([(col("id") % 4).alias("k"), col("even")]).count(),
        ),
        (
            "all rows",
            o.agg([
                f::count(lit(1)),
                f::avg("share"),
                f::count_distinct("customer", NONE),
            ])?,
        ),
        ("all rows without an aggregate", o.agg([lit("x")])?),
        (
            "group, filter",
            o.group_by(["customer"])
                .count()
                .filter(col("count").gt(5))
                .sort(["customer"]),
        ),
        (
            "rollup",
            o.rollup(["even", "name"]).agg([f::sum("amount").alias("s")])?,
        ),
        ("cube", o.cube(["even", "name"]).count()),
        (
            "grouping sets",
            o.grouping_sets(
                vec![vec![col("even")], vec![col("name"), col("even")], vec![]],
                ["even", "name"],
            )
            .agg([f::count(lit(1)).alias("n")])?,
        ),
        (
            "pivot",
            o.group_by(["customer"])
                .pivot("name", ["n0", "n1"])?
                .agg([f::sum("amount")])?,
        ),
        (
            "pivot of two",
            o.group_by(["even"])
                .pivot("name", ["n0", "n2"])?
                .agg([f::sum("amount").alias("s"), f::max("id").alias("m")])?,
        ),
        (
            "join on a condition",
            joined.select([o.col("id"), c.col("id").alias("cid"), c.col("customer_name")]),
        ),
        (
            "join, filter, sort",
            joined
                .filter(c.col("region").eq(1))
                .select([o.col("day"), c.col("id")])
                .sort(["day"]),
        ),
        (
            "join using",
            o.select(["id", "even"]).join(&c, "id", Some("full"))?,
        ),
        (
            "semi join",
            o.join(&c, o.col("customer").eq(c.col("id")), Some("semi"))?
                .select(["id"]),
        ),
        ("anti join", o.join(&c, "id", Some("anti"))?.select(["id"])),
        (
            "cross join",
            c.select(["id"])
                .cross_join(&spark.range(0, 2, 1, None).to_df(["n"]))?,
        ),
        (
            "join of joins",
            o.alias("a")
                .join(&c.alias("b"), col("a.customer").eq(col("b.id")), None)?
                .join(&o.alias("d"), col("d.id").eq(col("b.id")), None)?
                .select([col("a.id"), col("b.customer_name"), col("d.amount")]),
        ),
        (
            "a table with itself",
            o.alias("l")
                .join(&o.alias("r"), col("l.id").eq(col("r.customer")), None)?
                .filter(col("l.even"))
                .select([col("l.id"), col("r.id").alias("other")]),
        ),
        (
            "alias",
            o.alias("x")
                .filter(col("x.id").gt(3))
                .sort(["x.id"])
                .select([col("x.id"), col("x.s.x")]),
        ),
        (
            "drop of a side",
            joined.drop_columns([c.col("id")], NONE).select(["id", "region"]),
        ),
        ("with a new column", o.with_column("twice", amount() * 2)),
        (
            "with a column replaced",
            o.with_column("AMOUNT", amount() * 2)
                .with_column("id", col("id") + 1),
        ),
        (
            "with columns",
            o.with_columns([("a", lit(1)), ("even", !col("even"))]),
        ),
        (
            "renamed",
            o.with_columns_renamed([("id", "number"), ("number", "no"), ("nothing", "x")]),
        ),
        ("toDF", c.to_df(["a", "b", "c d"]).filter(col("`c d`").eq(1))),
        ("drop", o.drop(["s", "parts", "nothing", "ODD NAME"])),
        ("union", c.select(["id"]).union(&o.select(["customer"]))?),
        (
            "union by name",
            c.union_by_name(
                &o.select([col("id"), lit("x").alias("customer_name"), lit(9).alias("region")]),
                false,
            )?,
        ),
        (
            "union with missing columns",
            c.union_by_name(&o.select(["id", "even"]), true)?,
        ),
        ("intersect", o.select(["customer"]).intersect(&c.select(["id"]))?),
        (
            "intersect all",
            o.select(["customer"]).intersect_all(&c.select(["id"]))?,
        ),
        (
            "subtract",
            o.select(["customer"])
                .subtract(&c.select(["id"]))?
                .sort(["customer"]),
        ),
        (
            "except all",
            o.select(["customer"]).except_all(&c.select(["id"]))?,
        ),
        (
            "window",
            o.select([
                col("id"),
                f::row_number().over(&window).alias("n"),
                f::sum("amount")
                    .over(&window.rows_between(-2, 0))
                    .alias("running"),
                f::max("id").over(&Window::partition_by(["even"])),
            ]),
        ),
        (
            "window, filter",
            o.with_column("n", f::row_number().over(&window))
                .filter(col("n").eq(1))
                .select(["id", "n"]),
        ),
        (
            "higher-order functions",
            o.select([
                f::transform("parts", Lambda::unary(|x| x * col("id"))).alias("t"),
                f::filter("parts", Lambda::binary(|x, i| x.gt(i) & col("even"))).alias("f"),
                f::aggregate("parts", lit(Literal::long(0)), |a, x| a + x, None).alias("a"),
                f::exists("parts", |x| x.eq(3)).alias("e"),
            ]),
        ),
        (
            "cases",
            o.select([f::when(amount().gt(30), "much")
                .when(amount().gt(10), "some")?
                .otherwise("few")?
                .alias("how")]),
        ),
        (
            "casts",
            o.select([
                col("id").cast("string"),
                amount().cast(types::double()).alias("d"),
                col("name").try_cast("int").alias("t"),
            ]),
        ),
        (
            "operators",
            o.select([
                (col("id") - -1) * (col("id") + 2) % 7,
                -col("id"),
                col("id").bitwise_and(3),
                amount() / 3,
                col("name").like("n%"),
                col("name").is_in(["n1", "n2"]),
                col("name").eq_null_safe(Literal::null()),
                col("id").between(3, 9),
                col("parts").get_item(0),
                col("s").get_field("x"),
                col("name").contains("1"),
                col("name").starts_with("n"),
                col("name").substr(1, 1),
                col("share").is_nan(),
                col("id").pow(2),
            ]),
        ),
        (
            "literals",
            spark.range(0, 1, 1, None).select(
                literals()
                    .into_iter()
                    .enumerate()
                    .flat_map(|(at, literal)| {
                        let column = lit(literal);
                        let kind = f::call_function("typeof", [column.clone()]);
                        [
                            column.cast("string").alias(format!("l{at}")),
                            kind.alias(format!("t{at}")),
                        ]
                    })
                    .collect::<Vec<Column>>(),
            ),
        ),
        (
            "functions",
            o.select([
                f::upper("name"),
                f::trim("name", lit("n")),
                f::first("id", false).over(&window),
                f::date_add("day", 3),
                f::coalesce([col("name"), lit("?")]),
                f::r#struct([col("id").alias("i"), col("name")]).alias("st"),
                f::to_json(f::r#struct(["id"]), &[]),
                f::concat([col("name"), lit("\\'$${x}")]).alias("q"),
            ]),
        ),
        (
            "generators",
            o.select([col("id"), f::explode("parts").alias("p")]),
        ),
        (
            "two columns of a generator",
            o.select([f::posexplode("parts").alias_all(["i", "p"])]),
        ),
        ("exists", o.alias("o").filter(inner.exists())),
        (
            "in a subquery",
            o.filter(col("customer").is_in_rows_of(c.select(["id"]).plan()))
                .select(["id"]),
        ),
        (
            "scalar",
            o.select([col("id"), c.agg([f::max("id")])?.scalar().alias("m")]),
        ),
        (
            "lateral",
            c.alias("c").lateral_join(
                &o.filter(col("customer").eq(col("c.id").outer()))
                    .select(["amount"]),
                None,
                None,
            )?,
        ),
        (
            "hint",
            o.hint("broadcast", NONE)
                .join(&c, "id", None)?
                .select(["id", "region"]),
        ),
        ("repartition", o.repartition(Some(3), NONE)?.select(["id"])),
        (
            "repartition by a column",
            o.repartition(Some(3), ["customer"])?.select(["id"]),
        ),
        ("unpivot", o.unpivot(["even"], Some(["customer", "id"]), "k", "v")),
        ("range", spark.range(2, 20, 3, Some(2)).filter(col("id").gt(5))),
        (
            "values",
            DataFrame::new(spark.clone(), values().to_plan()?.to_relation()?)
                .filter(col("n").is_not_null())
                .select([col("n"), col("s"), col("d").alias("x"), col("t").cast("string")]),
        ),
        ("tvf", spark.tvf().explode(f::array([lit(1), lit(2)]))),
        (
            "sql",
            DataFrame::new(
                spark.clone(),
                spark_connect_client::plan::sql("SELECT * FROM customers; "),
            )
            .filter(expr("id > 4")),
        ),
        (
            "strange names",
            o.select([
                col("`odd name`"),
                col("id").alias("back`tick"),
                col("id").alias("a.b"),
            ]),
        ),
    ])
}

/// Rows inside a plan.
fn values() -> Model {
    let row = |n, s: &str, d, t| {
        vec![
            Value::Long(n),
            Value::String(s.into()),
            Value::Double(Number(d)),
            Value::Timestamp(t),
        ]
    };
    let nulls = vec![Value::Null, Value::Null, Value::Null, Value::Null];
    Model::new(vec![Step::Values {
        columns: vec![
            ("n".into(), ValueType::Long),
            ("s".into(), ValueType::String),
            ("d".into(), ValueType::Double),
            ("t".into(), ValueType::Timestamp),
        ],
        rows: vec![
            row(1, "it's", 0.1, -1),
            row(-2, "\\", f64::NAN, 1_700_000_000_000_001),
            nulls,
        ],
    }])
}

fn literals() -> Vec<Literal> {
    vec![
        Literal::null(),
        Literal::null_of(types::integer()),
        Literal::boolean(true),
        Literal::byte(-7),
        Literal::short(300),
        Literal::integer(i32::MIN),
        Literal::long(i64::MIN),
        Literal::float(1.1),
        Literal::double(-2.5e-7),
        Literal::double(f64::NAN),
        Literal::double(f64::NEG_INFINITY),
        Literal::decimal("-12.340", 10, 0),
        Literal::string("it's \\ a \"test\"\n${spark.app.name} ä 🎉"),
        Literal::binary(b"a'\\\n".to_vec()),
        Literal::date(-1),
        Literal::date(19_000),
        Literal::timestamp(-1),
        Literal::timestamp(1_700_000_000_123_456),
        Literal::timestamp_ntz(1_700_000_000_000_001),
        Literal::time(3_723_000_001_000, 6),
        Literal::year_month_interval(-14),
        Literal::day_time_interval(-90_061_000_001),
        Literal::calendar_interval(1, -2, 3_000_004),
        Literal::array(types::integer(), [Literal::integer(1), Literal::integer(2)]),
        Literal::array(types::date(), []),
        Literal::map(types::integer(), types::long(), [(7.into(), Literal::long(1))]),
        Literal::structure(
            types::StructType::new()
                .add("a", types::integer(), true, None)
                .add("b c", types::long(), true, None)
                .into_data_type(),
            [Literal::integer(1), Literal::long(2)],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_give_what_plans_give() -> Result<()> {
    let spark = Route::Grpc.session()?;
    spark.conf().set("spark.sql.timeType.enabled", "true").await?;
    tables(&spark).await?;
    let mut wrong = Vec::new();
    let corpus = corpus(&spark)?;
    let count = corpus.len();
    for (name, frame) in corpus {
        let text = match query_of(&frame).await? {
            Ok(text) => text,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let expected = seen(&frame).await.with_context(|| name.to_owned());
        let given = match spark.sql(&text).await {
            Ok(frame) => seen(&frame).await,
            Err(error) => Err(error.into()),
        };
        match (expected, given) {
            (Ok(expected), Ok(given)) if expected == given => (),
            (Ok(expected), given) => {
                wrong.push(format!("{name}:\n{text}\nplan:  {expected:?}\nquery: {given:?}"))
            }
            (Err(error), _) => wrong.push(format!("{name}: the plan itself fails: {error:#}")),
        }
    }
    anyhow::ensure!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    println!("queries {count}");
    Ok(())
}

/// Functions of PySpark that no SQL can name are refused, and no others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_have_the_names_that_spark_knows() -> Result<()> {
    let spark = Route::Grpc.session()?;
    let known: BTreeSet<String> = oracle::rows(&spark, "SHOW FUNCTIONS")
        .await?
        .into_iter()
        .flatten()
        .map(|name| name.rsplit('.').next().unwrap_or_default().to_owned())
        .collect();
    let range = spark.range(0, 1, 1, None);
    let mut wrong = Vec::new();
    let mut count = 0;
    // These two call whatever they are told.
    let fixed = f::signatures().filter(|signature| !signature.name.starts_with("call_"));
    for signature in fixed {
        let required = signature
            .parameters
            .iter()
            .filter(|p| p.default == Default::Required);
        let arguments = required.map(|parameter| match parameter.kind {
            ParameterKind::Lambda => Argument::Lambda(Lambda::unary(|x| x)),
            _ => Argument::Literal(Literal::string("a")),
        });
        let Ok(column) = signature.call(arguments.collect(), Vec::new(), || 7) else {
            continue;
        };
        let Kind::Function { name, .. } = column.expression().kind() else {
            continue;
        };
        let name = name.clone();
        count += 1;
        let is_known = known.contains(&name.to_lowercase());
        match sql(&range.select([column]).relation()?, &|_| None) {
            Ok(_) if is_known => (),
            Err(error) if !is_known && error.reason == Reason::NoForm => (),
            other => wrong.push(format!("{name}: known {is_known}, {other:?}")),
        }
    }
    anyhow::ensure!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!("functions {count}");
    Ok(())
}
