//! Plans to look at.

#![allow(clippy::unwrap_used)] // Helpers of tests may fail the test.

use spark_connect_client::{
    ConnectionString, DataFrame, Session, functions as f,
    plan::{JoinOn, OutlineNode},
};

fn outline(build: impl FnOnce(&Session) -> DataFrame) -> String {
    let session = Session::connect(&ConnectionString::parse("sc://localhost:1").unwrap()).unwrap();
    let line = |node: &OutlineNode| {
        let properties = node
            .properties
            .iter()
            .map(|(word, text)| format!(" {word}:{text}"));
        let indent = "  ".repeat(node.level as usize);
        format!("{indent}{}{}\n", node.name, properties.collect::<String>())
    };
    build(&session).plan().outline().iter().map(line).collect()
}

#[tokio::test]
async fn a_plan_from_the_top_down() {
    let drawn = outline(|session| {
        let trips = session.table("trips").filter(f::col("fare").gt(10));
        let zones = session
            .range(0, 5, 1, None)
            .select(vec![f::col("id").alias("zone")]);
        trips
            .join(&zones, JoinOn::Columns(vec!["zone".into()]), None)
            .unwrap()
            .group_by(["zone"])
            .agg([f::sum(f::col("fare")).alias("fares")])
            .unwrap()
            .sort([f::col("fares").desc()])
            .limit(3)
    });
    insta::assert_snapshot!(drawn);
}

#[tokio::test]
async fn an_endless_plan_is_cut() {
    let session = Session::connect(&ConnectionString::parse("sc://localhost:1").unwrap()).unwrap();
    let frame = (0..5_000).fold(session.range(0, 5, 1, None), |frame, _| frame.limit(1));
    let nodes = frame.plan().outline();
    assert_eq!((nodes.len(), nodes[1_999].level), (2_000, 1_999));
}
