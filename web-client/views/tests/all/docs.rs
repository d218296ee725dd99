//! The table of docs/views.md is what the views do.

use plan_views::{Reason, builder::from_plan, code::code, sql::sql};
use spark_connect_client::{
    plan::{
        AsOfJoin, DataSource, Dedup, Expression, Grouping, JoinOn, JoinType, Kind, Literal, LogicalPlan,
        Named, NearestByJoin, SqlArguments, SubqueryRole,
    },
    proto::{self as pb, catalog::CatType, parse::ParseFormat, relation::RelType, set_operation::SetOpType},
    types,
};

use crate::plans::of;

const DOCS: &str = include_str!("../../../../docs/views.md");

/// A plan of each relation, in its plainest form.
fn examples() -> Vec<(&'static str, LogicalPlan)> {
    let t = LogicalPlan::named_table("t", Vec::new(), false);
    let u = LogicalPlan::named_table("u", Vec::new(), false);
    let a = || Expression::column("a");
    let one = || Expression::literal(1);
    let order = || {
        let kind = Kind::SortOrder {
            ascending: true,
            nulls_first: true,
        };
        Expression::new(kind, vec![a()])
    };
    let names = || vec!["a".to_owned()];
    let count = || vec![Expression::function("count", vec![one()])];
    let file = DataSource {
        format: Some("csv".into()),
        schema: Some(String::new()),
        options: Vec::new(),
        paths: vec!["p".into()],
        predicates: Vec::new(),
        source_name: None,
    };
    let window = Kind::Window {
        partitions: 1,
        frame: None,
    };
    let rank = Expression::new(window, vec![Expression::function("rank", Vec::new()), a()]);
    let with = |expression| {
        t.with_columns(vec![Named {
            name: "a".into(),
            expression,
            metadata: None,
        }])
    };
    let exists = Expression::new(
        Kind::Subquery {
            plan: u.clone(),
            role: SubqueryRole::Exists,
        },
        Vec::new(),
    );
    let set = |operation, by_name| t.set_operation(&u, operation, true, by_name, false);
    let pivot = Grouping::Pivot {
        column: of(&t, "b"),
        values: vec![Literal::string("x")],
    };
    let as_of = AsOfJoin {
        left_as_of: a(),
        right_as_of: a(),
        on: JoinOn::Nothing,
        join_type: "inner".into(),
        tolerance: None,
        allow_exact_matches: true,
        direction: "backward".into(),
    };
    let nearest = NearestByJoin {
        ranking: a(),
        num_results: 1,
        join_type: "inner".into(),
        mode: "exact".into(),
        direction: "distance".into(),
    };
    let schema = types::StructType::new()
        .add("a", types::integer(), true, None)
        .into_data_type();
    vec![
        ("Read, a table", t.clone()),
        ("Read, files", LogicalPlan::data_source(file, false)),
        (
            "RelationChanges",
            LogicalPlan::relation_changes("t", Vec::new(), false),
        ),
        ("Range", LogicalPlan::range(0, 9, 1, None)),
        (
            "SQL",
            LogicalPlan::sql("SELECT 1", SqlArguments::default(), Vec::new()),
        ),
        ("LocalRelation", crate::builder::rows()),
        ("CachedLocalRelation", LogicalPlan::cached_local_relation("h")),
        ("CachedRemoteRelation", LogicalPlan::cached_remote_relation("r")),
        (
            "UnresolvedTableValuedFunction",
            LogicalPlan::table_valued_function("explode", vec![a()]),
        ),
        (
            "Catalog",
            LogicalPlan::catalog(CatType::CurrentDatabase(pb::CurrentDatabase {})),
        ),
        ("Project", t.project(vec![a()])),
        ("Filter", t.filter(a())),
        ("Filter by a subquery", t.filter(exists)),
        ("WithColumns, one", with(one())),
        ("WithColumns, a window", with(rank)),
        (
            "WithColumnsRenamed",
            t.with_columns_renamed(vec![("a".into(), "b".into())]),
        ),
        ("ToDF", t.to_df(names())),
        ("ToSchema", t.to_schema(schema)),
        ("Drop", t.drop_columns(Vec::new(), names())),
        ("Join", t.join(&u, JoinOn::Columns(names()), JoinType::Inner)),
        ("LateralJoin", t.lateral_join(&u, None, JoinType::Inner)),
        ("AsOfJoin", t.as_of_join(&u, as_of)),
        ("NearestByJoin", t.nearest_by_join(&u, nearest)),
        ("Zip", t.zip(&u)),
        ("SetOperation, union", set(SetOpType::Union, false)),
        ("SetOperation, union by name", set(SetOpType::Union, true)),
        (
            "SetOperation, intersect and except",
            set(SetOpType::Intersect, false),
        ),
        ("Aggregate", t.aggregate(Grouping::By, vec![a()], count())),
        (
            "Aggregate, rollup, cube, grouping sets",
            t.aggregate(Grouping::Cube, vec![a()], count()),
        ),
        ("Aggregate, pivot", t.aggregate(pivot, vec![a()], count())),
        ("Sort", t.sort(vec![order()], true)),
        ("Sort inside partitions", t.sort(vec![order()], false)),
        ("Limit", t.limit(1)),
        ("Offset", t.offset(1)),
        ("Tail", t.tail(1)),
        ("Deduplicate, all columns", t.deduplicate(Dedup::All, false)),
        (
            "Deduplicate, some columns",
            t.deduplicate(Dedup::Columns(names()), false),
        ),
        ("Sample", t.sample(0.0..0.5, false, 7, false)),
        ("SubqueryAlias", t.subquery_alias("x")),
        ("Hint", t.hint("broadcast", Vec::new())),
        ("Repartition", t.repartition(2, true)),
        (
            "RepartitionByExpression",
            t.repartition_by_expression(vec![a()], None),
        ),
        (
            "Unpivot",
            t.unpivot(vec![a()], Some(vec![Expression::column("b")]), "k", "v"),
        ),
        ("Transpose", t.transpose(Vec::new())),
        ("Parse", t.parse(ParseFormat::Json, None, Vec::new())),
        ("WithWatermark", t.with_watermark("a", "1 minute")),
        ("CollectMetrics", t.collect_metrics("m", count())),
        ("NAFill", t.fill_na(Vec::new(), vec![Literal::long(0)])),
        ("NADrop", t.drop_na(Vec::new(), None)),
        (
            "NAReplace",
            t.replace_values(Vec::new(), vec![(Literal::double(1.0), Literal::double(2.0))]),
        ),
        ("StatSummary", t.summary(names())),
        ("StatDescribe", t.describe(names())),
        ("StatCrosstab", t.crosstab("a", "b")),
        ("StatCov", t.cov("a", "b")),
        ("StatCorr", t.corr("a", "b", "pearson")),
        ("StatApproxQuantile", t.approx_quantile(names(), vec![0.5], 0.1)),
        ("StatFreqItems", t.freq_items(names(), 0.1)),
        (
            "StatSampleBy",
            t.sample_by(a(), vec![(Literal::integer(1), 0.5)], 7),
        ),
        ("ShowString", t.show_string(20, 20, false)),
        ("HtmlString", t.html_string(20, 20)),
        (
            "Extension",
            LogicalPlan::message(pb::Relation {
                common: None,
                rel_type: Some(RelType::Extension(Default::default())),
            }),
        ),
    ]
}

#[test]
fn the_table_is_true() {
    let mut table = String::from("| relation | PySpark code | SQL | builder |\n|---|---|---|---|\n");
    for (name, plan) in examples() {
        let relation = plan.to_relation().unwrap();
        let mut needs = false;
        let without = sql(&relation, &|_| None);
        if let Err(error) = &without {
            needs = error.reason == Reason::UnknownColumns;
        }
        let query = match sql(&relation, &|_| Some(vec!["a".into(), "b".into()])).is_ok() {
            true if needs => "knowing the columns",
            true => "yes",
            false => "no",
        };
        let yes = |yes: bool| if yes { "yes" } else { "no" };
        let (code, steps) = (yes(code(&relation).is_ok()), yes(from_plan(&relation).is_ok()));
        table += &format!("| {name} | {code} | {query} | {steps} |\n");
    }
    assert!(DOCS.contains(&table), "docs/views.md wants this table:\n{table}");
}
