//! What a session can be asked and told beside queries: settings, questions about plans, copies, tags, states.

use anyhow::{Context, Result, ensure};
use e2e::{
    environment,
    operation::{self, Heart},
    oracle, over_both_routes,
    route::Route,
};
use spark_connect_client::{
    DataFrame, ErrorKind, ExplainMode, Session, plan,
    proto::{
        StorageLevel, data_type, get_status_response::operation_status::OperationState, relation::RelType,
    },
};

over_both_routes!(
    settings_are_read_and_written,
    plans_are_asked_about,
    results_are_kept_and_forgotten,
    a_copy_has_a_life_of_its_own,
    tags_are_interrupted,
    states_are_told,
    what_the_server_is_too_old_for_is_refused,
);

fn frame(session: &Session, query: &str) -> DataFrame {
    DataFrame::new(session.clone(), plan::sql(query))
}

async fn settings_are_read_and_written(route: Route) -> Result<()> {
    let session = route.session()?;
    let conf = session.conf();
    let partitions = "spark.sql.shuffle.partitions";
    assert_eq!(conf.get(partitions).await?, "8");
    assert_eq!(conf.set(partitions, "3").await?, [""; 0]);
    assert_eq!(conf.get(partitions).await?, "3");
    assert_eq!(conf.get_with_default("e2e.nothing", "9").await?, "9");
    assert_eq!(conf.get_option("e2e.nothing").await?, None);
    conf.set("e2e.one", "1").await?;
    conf.set("e2e.two", "2").await?;
    let keys = ["e2e.one", "e2e.nothing"].map(str::to_owned);
    assert_eq!(
        Vec::from_iter(conf.get_options(&keys).await?),
        [("e2e.one".to_owned(), "1".to_owned())]
    );
    let all = conf.get_all(Some("e2e.")).await?;
    assert_eq!(Vec::from_iter(all.values().map(String::as_str)), ["1", "2"]);
    ensure!(conf.get_all(None).await?.len() > all.len());
    conf.unset(partitions).await?;
    // Spark's own default, not what the server was started with.
    assert_eq!(conf.get(partitions).await?, "200");
    ensure!(conf.is_modifiable(partitions).await?);
    ensure!(!conf.is_modifiable("spark.sql.warehouse.dir").await?);

    let error = conf
        .get("e2e.nothing")
        .await
        .err()
        .context("a setting without value")?;
    assert_eq!(error.error_class(), Some("SQL_CONF_NOT_FOUND"));
    let error = conf.set("spark.sql.warehouse.dir", "x").await.err();
    assert_eq!(error.map(|error| error.kind), Some(ErrorKind::Spark));
    Ok(())
}

async fn plans_are_asked_about(route: Route) -> Result<()> {
    let session = route.session()?;
    let query = frame(&session, "SELECT id, 'x' AS s FROM range(10) WHERE id > 3");
    let schema = query.schema().await?;
    assert_eq!(
        Vec::from_iter(schema.fields.iter().map(|field| field.name.as_str())),
        ["id", "s"]
    );
    assert_eq!(
        query.tree_string(None).await?,
        "root\n |-- id: long (nullable = false)\n |-- s: string (nullable = false)\n"
    );
    ensure!(
        query
            .explain(ExplainMode::Simple)
            .await?
            .contains("== Physical Plan ==")
    );
    let extended = query.explain(ExplainMode::Extended).await?;
    ensure!(extended.contains("== Optimized Logical Plan =="), "{extended}");
    ensure!(!query.is_local().await?);
    ensure!(frame(&session, "VALUES (1)").is_local().await?);
    ensure!(!query.is_streaming().await?);
    ensure!(
        frame(&session, "SELECT * FROM samples.zones")
            .input_files()
            .await?
            .iter()
            .any(|file| file.ends_with(".parquet"))
    );
    let same = frame(&session, "SELECT id, 'x' AS other FROM range(10) WHERE id > 3");
    ensure!(query.same_semantics(&same).await?);
    ensure!(!query.same_semantics(&frame(&session, "SELECT 1")).await?);
    assert_eq!(query.semantic_hash().await?, same.semantic_hash().await?);
    ensure!(query.semantic_hash().await? != frame(&session, "SELECT 1").semantic_hash().await?);

    let parsed = session.ddl_parse("a INT, b ARRAY<STRING>").await?;
    let Some(data_type::Kind::Struct(parsed)) = parsed.kind else {
        anyhow::bail!("{parsed:?}");
    };
    assert_eq!(parsed.fields.len(), 2);
    let json = r#"{"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,"metadata":{}}]}"#;
    assert_eq!(session.json_to_ddl(json).await?, "a INT");
    Ok(())
}

async fn results_are_kept_and_forgotten(route: Route) -> Result<()> {
    let session = route.session()?;
    let query = frame(&session, "SELECT id FROM range(7) WHERE id <> 2");
    let nowhere = StorageLevel {
        replication: 1,
        ..StorageLevel::default()
    };
    let in_memory = StorageLevel {
        use_memory: true,
        ..nowhere
    };
    assert_eq!(query.storage_level().await?, nowhere);
    query.persist(Some(in_memory)).await?;
    assert_eq!(query.storage_level().await?, in_memory);
    query.unpersist(true).await?;
    assert_eq!(query.storage_level().await?, nowhere);
    Ok(())
}

async fn a_copy_has_a_life_of_its_own(route: Route) -> Result<()> {
    let session = route.session()?;
    session
        .sql("CREATE TEMPORARY VIEW mine AS SELECT 'before' AS v")
        .await?;
    session.conf().set("e2e.key", "before").await?;
    let copy = session.clone_session().await;
    if !environment::spark_is_at_least((4, 1))? {
        let error = copy.err().context("copied by a server that cannot")?;
        assert_eq!(error.kind, ErrorKind::Unimplemented);
        ensure!(error.message.contains("Spark 4.1 or later"), "{error}");
        return Ok(());
    }
    let copy = copy?;
    ensure!(copy.session_id() != session.session_id());
    assert_eq!(oracle::value(&copy, "SELECT v FROM mine").await?, "before");
    copy.conf().set("e2e.key", "after").await?;
    assert_eq!(session.conf().get("e2e.key").await?, "before");
    copy.release().await?;
    assert_eq!(oracle::value(&session, "SELECT v FROM mine").await?, "before");
    Ok(())
}

async fn tags_are_interrupted(route: Route) -> Result<()> {
    let (session, witness, heart) = (route.session()?, route.session()?, Heart::new());
    let tagged = session.with_tags(["nightly", "reports"])?;
    let running = tagged.execute(plan::root(plan::sql(&heart.query())));
    let operation = running.operation_id().to_owned();
    let reader = tokio::spawn(running.collect());
    heart.beats(&witness).await?;
    assert_eq!(session.interrupt_tag("daily").await?, [""; 0]);
    assert_eq!(session.interrupt_tag("reports").await?, [operation.as_str()]);
    assert_eq!(
        reader.await?.err().map(|error| error.kind),
        Some(ErrorKind::Cancelled)
    );
    heart.stops(&witness).await?;

    let heart = Heart::new();
    let running = session.execute(plan::root(plan::sql(&heart.query())));
    let operation = running.operation_id().to_owned();
    let reader = tokio::spawn(running.collect());
    heart.beats(&witness).await?;
    assert_eq!(session.interrupt_all().await?, [operation]);
    ensure!(reader.await?.is_err());
    heart.stops(&witness).await?;
    Ok(())
}

async fn states_are_told(route: Route) -> Result<()> {
    let (session, witness, heart) = (route.session()?, route.session()?, Heart::new());
    let running = session.execute(plan::root(plan::sql(&heart.query())));
    let operation = running.operation_id().to_owned();
    let reader = tokio::spawn(running.collect());
    heart.beats(&witness).await?;
    let states = session.operation_states(&[&operation]).await;
    if environment::spark_is_at_least(operation::STATES)? {
        assert_eq!(states?, [(operation.clone(), OperationState::Running)]);
    } else {
        let error = states.err().context("told by a server that cannot")?;
        assert_eq!(error.kind, ErrorKind::Unimplemented);
        ensure!(error.message.contains("Spark 4.2 or later"), "{error}");
    }
    session.interrupt_operation(&operation).await?;
    ensure!(reader.await?.is_err());
    heart.stops(&witness).await?;
    Ok(())
}

async fn what_the_server_is_too_old_for_is_refused(route: Route) -> Result<()> {
    let session = route.session()?;
    let zip = |left: &str, right: &str| {
        let zip = spark_connect_client::proto::Zip {
            left: Some(Box::new(plan::sql(left))),
            right: Some(Box::new(plan::sql(right))),
        };
        spark_connect_client::proto::Relation {
            common: None,
            rel_type: Some(RelType::Zip(Box::new(zip))),
        }
    };
    let zipped = DataFrame::new(session, zip("SELECT 1 AS a", "SELECT 1 AS a"));
    let (rows, schema) = (zipped.collect().await, zipped.schema().await);
    if environment::spark_is_at_least((4, 3))? {
        // Whether two relations can be zipped is for Spark to say, as long as it has understood the question.
        for error in rows.err().into_iter().chain(schema.err()) {
            assert_eq!(error.kind, ErrorKind::Spark, "{error}");
        }
        return Ok(());
    }
    for error in [rows.err(), schema.err()] {
        let error = error.context("zipped by a server that cannot")?;
        assert_eq!(error.kind, ErrorKind::Unimplemented);
        let version = environment::spark_version()?;
        assert_eq!(
            error.message,
            format!("DataFrame.zip needs a server with Spark 4.3 or later; this one is {version}.")
        );
    }
    Ok(())
}
