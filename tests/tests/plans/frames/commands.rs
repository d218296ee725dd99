//! Sources, writers, the catalog and streams.

use std::collections::BTreeMap;

use anyhow::Result;
use spark_connect_client::{
    functions::{self as f, col, lit},
    proto,
    streaming::Trigger,
    types::{StructType, integer},
};

use super::Cases;

const NONE: [&str; 0] = [];

pub(super) fn add(cases: &mut Cases) -> Result<()> {
    sources(cases)?;
    functions(cases)?;
    writers(cases)?;
    merges(cases)?;
    catalog(cases)?;
    streams(cases)
}

fn sources(cases: &mut Cases) -> Result<()> {
    cases.add("spark.range(5)", |x| x.spark.range(0, 5, 1, None))?;
    cases.add("spark.range(1, 9, 2, 3)", |x| x.spark.range(1, 9, 2, Some(3)))?;
    cases.add("spark.table('a.b')", |x| x.spark.table("a.b"))?;
    cases.add("spark.read.option('k', 'v').table('t')", |x| {
        x.spark.read().option("k", "v").table("t")
    })?;
    cases.add("spark.read.format('x').options(b='2', a='1').load('p')", |x| {
        x.spark
            .read()
            .format("x")
            .options([("b", "2"), ("a", "1")])
            .load(["p"])
    })?;
    cases.add("spark.read.load()", |x| x.spark.read().load(NONE))?;
    cases.add("spark.read.schema('a INT').csv(['p', 'q'], header=True)", |x| {
        x.spark
            .read()
            .schema("a INT")
            .option("header", "true")
            .csv(["p", "q"])
    })?;
    cases.add(
        "spark.read.json('p', StructType([StructField('a', IntegerType())]))",
        |x| {
            let schema = StructType::new().add("a", integer(), true, None).into_data_type();
            x.spark.read().schema(&schema).json(["p"])
        },
    )?;
    cases.add("spark.read.parquet('p')", |x| x.spark.read().parquet(["p"]))?;
    cases.add("spark.read.orc('p')", |x| x.spark.read().orc(["p"]))?;
    cases.add("spark.read.text('p', wholetext=True)", |x| {
        x.spark.read().option("wholetext", "true").text(["p"])
    })?;
    cases.add("spark.read.xml('p', rowTag='r')", |x| {
        x.spark.read().option("rowTag", "r").xml(["p"])
    })?;
    cases.add(
        "spark.read.jdbc('u', 't', predicates=['a', 'b'], properties={'user': 'x'})",
        |x| {
            let predicates = vec!["a".to_owned(), "b".to_owned()];
            x.spark
                .read()
                .option("user", "x")
                .jdbc("u", "t", Some(predicates))
        },
    )?;
    cases.add("spark.read.changes('t')", |x| x.spark.read().changes("t"))?;
    cases.add("spark.read.json(df)", |x| {
        x.spark.read().parse(&x.df, proto::parse::ParseFormat::Json, None)
    })
}

fn functions(cases: &mut Cases) -> Result<()> {
    let a = || col("a");
    cases.add("spark.tvf.range(1, 5)", |x| x.spark.tvf().range(1, 5, 1, None))?;
    cases.add("spark.tvf.explode(F.col('a'))", |x| x.spark.tvf().explode(a()))?;
    cases.add("spark.tvf.explode_outer(F.col('a'))", |x| {
        x.spark.tvf().explode_outer(a())
    })?;
    cases.add("spark.tvf.inline(F.col('a'))", |x| x.spark.tvf().inline(a()))?;
    cases.add("spark.tvf.inline_outer(F.col('a'))", |x| {
        x.spark.tvf().inline_outer(a())
    })?;
    cases.add("spark.tvf.json_tuple(F.col('a'), F.lit('x'))", |x| {
        x.spark.tvf().json_tuple(a(), [lit("x")])
    })?;
    cases.add("spark.tvf.posexplode(F.col('a'))", |x| {
        x.spark.tvf().posexplode(a())
    })?;
    cases.add("spark.tvf.posexplode_outer(F.col('a'))", |x| {
        x.spark.tvf().posexplode_outer(a())
    })?;
    cases.add("spark.tvf.stack(F.lit(2), F.lit(1), F.lit(2))", |x| {
        x.spark.tvf().stack(lit(2), [lit(1), lit(2)])
    })?;
    cases.add("spark.tvf.collations()", |x| x.spark.tvf().collations())?;
    cases.add("spark.tvf.sql_keywords()", |x| x.spark.tvf().sql_keywords())?;
    cases.add("spark.tvf.variant_explode(F.col('a'))", |x| {
        x.spark.tvf().variant_explode(a())
    })?;
    cases.add("spark.tvf.variant_explode_outer(F.col('a'))", |x| {
        x.spark.tvf().variant_explode_outer(a())
    })?;
    cases.add("spark.tvf.python_worker_logs()", |x| {
        x.spark.tvf().python_worker_logs()
    })
}

fn writers(cases: &mut Cases) -> Result<()> {
    cases.add("df.createTempView('v')", |x| x.df.create_temp_view("v"))?;
    cases.add("df.createOrReplaceTempView('v')", |x| {
        x.df.create_or_replace_temp_view("v")
    })?;
    cases.add("df.createGlobalTempView('v')", |x| {
        x.df.create_global_temp_view("v")
    })?;
    cases.add("df.createOrReplaceGlobalTempView('v')", |x| {
        x.df.create_or_replace_global_temp_view("v")
    })?;
    cases.add("df.write.save('p')", |x| x.df.write().save(Some("p")))?;
    cases.add(
        "df.write.mode('Overwrite').format('x').option('k', True).partitionBy('a', 'b').save()",
        |x| {
            let writer = x.df.write().mode("Overwrite").format("x").option("k", "true");
            writer.partition_by(["a", "b"]).save(None)
        },
    )?;
    cases.add(
        "df.write.bucketBy(4, 'a', 'b').sortBy('c').saveAsTable('t', mode='append')",
        |x| {
            x.df.write()
                .bucket_by(4, ["a", "b"])
                .sort_by(["c"])
                .mode("append")
                .save_as_table("t")
        },
    )?;
    cases.add("df.write.clusterBy('a').saveAsTable('t')", |x| {
        x.df.write().cluster_by(["a"]).save_as_table("t")
    })?;
    cases.add("df.write.insertInto('t', overwrite=True)", |x| {
        x.df.write().insert_into("t", Some(true))
    })?;
    cases.add("df.write.insertInto('t')", |x| {
        x.df.write().insert_into("t", None)
    })?;
    cases.add("df.write.csv('p', mode='ignore', header=True)", |x| {
        x.df.write().mode("ignore").option("header", "true").csv("p")
    })?;
    cases.add("df.write.json('p')", |x| x.df.write().json("p"))?;
    cases.add("df.write.orc('p')", |x| x.df.write().orc("p"))?;
    cases.add("df.write.parquet('p', mode='error')", |x| {
        x.df.write().mode("error").parquet("p")
    })?;
    cases.add("df.write.text('p')", |x| x.df.write().text("p"))?;
    cases.add("df.write.xml('p', rowTag='r')", |x| {
        x.df.write().option("rowTag", "r").xml("p")
    })?;
    cases.add("df.write.jdbc('u', 't', properties={'user': 'x'})", |x| {
        x.df.write().option("user", "x").jdbc("u", "t")
    })?;
    cases.add("df.writeTo('t').append()", |x| x.df.write_to("t").append())?;
    cases.add(
        "df.writeTo('t').using('x').option('a', 1).tableProperty('p', 'q').partitionedBy('a', \
         F.partitioning.years('b')).create()",
        |x| {
            let writer =
                x.df.write_to("t")
                    .using("x")
                    .option("a", "1")
                    .table_property("p", "q");
            writer.partitioned_by([col("a"), f::years("b")]).create()
        },
    )?;
    cases.add("df.writeTo('t').clusterBy('a', 'b').createOrReplace()", |x| {
        x.df.write_to("t").cluster_by(["a", "b"]).create_or_replace()
    })?;
    cases.add("df.writeTo('t').replace()", |x| x.df.write_to("t").replace())?;
    cases.add("df.writeTo('t').overwrite(F.col('a') > 1)", |x| {
        x.df.write_to("t").overwrite(col("a").gt(1))
    })?;
    cases.add("df.writeTo('t').overwritePartitions()", |x| {
        x.df.write_to("t").overwrite_partitions()
    })
}

fn merges(cases: &mut Cases) -> Result<()> {
    cases.add(
        "df.mergeInto('t', F.expr('t.id = s.id')).whenMatched(F.col('a') > 1).update({'b': F.lit(1)})\
         .whenMatched().delete().whenNotMatched().insertAll()\
         .whenNotMatched(F.col('c')).insert({'a': F.col('x')})\
         .whenNotMatchedBySource().updateAll().whenNotMatchedBySource(F.lit(True)).delete()\
         .withSchemaEvolution().merge()",
        |x| {
            x.df.merge_into("t", f::expr("t.id = s.id"))
                .when_matched(Some(col("a").gt(1)))
                .update([("b", lit(1))])
                .when_matched(None)
                .delete()
                .when_not_matched(None)
                .insert_all()
                .when_not_matched(Some(col("c")))
                .insert([("a", col("x"))])
                .when_not_matched_by_source(None)
                .update_all()
                .when_not_matched_by_source(Some(lit(true)))
                .delete()
                .with_schema_evolution()
                .merge()
        },
    )?;
    cases.add(
        "df.mergeInto('t', F.lit(True)).whenMatched().updateAll().whenNotMatchedBySource().update({'a': F.lit(2)})\
         .merge()",
        |x| {
            x.df.merge_into("t", lit(true))
                .when_matched(None)
                .update_all()
                .when_not_matched_by_source(None)
                .update([("a", lit(2))])
                .merge()
        },
    )
}

fn catalog(cases: &mut Cases) -> Result<()> {
    cases.add("spark.catalog.currentCatalog()", |x| {
        x.spark.catalog().current_catalog()
    })?;
    cases.add("spark.catalog.setCurrentCatalog('c')", |x| {
        x.spark.catalog().set_current_catalog("c")
    })?;
    cases.add("spark.catalog.listCatalogs('p')", |x| {
        x.spark.catalog().list_catalogs(Some("p"))
    })?;
    cases.add("spark.catalog.currentDatabase()", |x| {
        x.spark.catalog().current_database()
    })?;
    cases.add("spark.catalog.setCurrentDatabase('d')", |x| {
        x.spark.catalog().set_current_database("d")
    })?;
    cases.add("spark.catalog.listDatabases()", |x| {
        x.spark.catalog().list_databases(None)
    })?;
    cases.add("spark.catalog.getDatabase('d')", |x| {
        x.spark.catalog().get_database("d")
    })?;
    cases.add("spark.catalog.databaseExists('d')", |x| {
        x.spark.catalog().database_exists("d")
    })?;
    cases.add("spark.catalog.listTables('d', 'p')", |x| {
        x.spark.catalog().list_tables(Some("d"), Some("p"))
    })?;
    cases.add("spark.catalog.getTable('t')", |x| {
        x.spark.catalog().get_table("t")
    })?;
    cases.add("spark.catalog.listFunctions()", |x| {
        x.spark.catalog().list_functions(None, None)
    })?;
    cases.add("spark.catalog.functionExists('f', 'd')", |x| {
        x.spark.catalog().function_exists("f", Some("d"))
    })?;
    cases.add("spark.catalog.getFunction('f')", |x| {
        x.spark.catalog().get_function("f")
    })?;
    cases.add("spark.catalog.listColumns('t')", |x| {
        x.spark.catalog().list_columns("t", None)
    })?;
    cases.add("spark.catalog.tableExists('t')", |x| {
        x.spark.catalog().table_exists("t", None)
    })?;
    cases.add(
        "spark.catalog.createTable('t', 'p', 'x', StructType([StructField('a', IntegerType())]), 'd', k='v')",
        |x| {
            let schema = StructType::new().add("a", integer(), true, None).into_data_type();
            x.spark.catalog().create_table(proto::CreateTable {
                table_name: "t".into(),
                path: Some("p".into()),
                source: Some("x".into()),
                description: Some("d".into()),
                schema: Some(schema),
                options: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
            })
        },
    )?;
    cases.add("spark.catalog.dropTempView('v')", |x| {
        x.spark.catalog().drop_temp_view("v")
    })?;
    cases.add("spark.catalog.dropGlobalTempView('v')", |x| {
        x.spark.catalog().drop_global_temp_view("v")
    })?;
    cases.add("spark.catalog.isCached('t')", |x| {
        x.spark.catalog().is_cached("t")
    })?;
    cases.add("spark.catalog.cacheTable('t', StorageLevel.DISK_ONLY)", |x| {
        let level = proto::StorageLevel {
            use_disk: true,
            replication: 1,
            ..Default::default()
        };
        x.spark.catalog().cache_table("t", Some(level))
    })?;
    cases.add("spark.catalog.uncacheTable('t')", |x| {
        x.spark.catalog().uncache_table("t")
    })?;
    cases.add("spark.catalog.clearCache()", |x| x.spark.catalog().clear_cache())?;
    cases.add("spark.catalog.refreshTable('t')", |x| {
        x.spark.catalog().refresh_table("t")
    })?;
    cases.add("spark.catalog.recoverPartitions('t')", |x| {
        x.spark.catalog().recover_partitions("t")
    })?;
    cases.add("spark.catalog.refreshByPath('p')", |x| {
        x.spark.catalog().refresh_by_path("p")
    })?;
    cases.add("spark.catalog.dropTable('t', True, True)", |x| {
        x.spark.catalog().drop_table("t", true, true)
    })?;
    cases.add("spark.catalog.dropView('v', True)", |x| {
        x.spark.catalog().drop_view("v", true)
    })?;
    cases.add("spark.catalog.createDatabase('d', True, {'k': 'v'})", |x| {
        let properties = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
        x.spark.catalog().create_database("d", true, properties)
    })?;
    cases.add("spark.catalog.dropDatabase('d', True, True)", |x| {
        x.spark.catalog().drop_database("d", true, true)
    })?;
    cases.add("spark.catalog.listPartitions('t')", |x| {
        x.spark.catalog().list_partitions("t")
    })?;
    cases.add("spark.catalog.listViews('d', 'p')", |x| {
        x.spark.catalog().list_views(Some("d"), Some("p"))
    })?;
    cases.add("spark.catalog.getTableProperties('t')", |x| {
        x.spark.catalog().get_table_properties("t")
    })?;
    cases.add("spark.catalog.getCreateTableString('t', True)", |x| {
        x.spark.catalog().get_create_table_string("t", true)
    })?;
    cases.add("spark.catalog.truncateTable('t')", |x| {
        x.spark.catalog().truncate_table("t")
    })?;
    cases.add("spark.catalog.analyzeTable('t', True)", |x| {
        x.spark.catalog().analyze_table("t", true)
    })
}

fn streams(cases: &mut Cases) -> Result<()> {
    cases.add(
        "spark.readStream.format('rate').option('rowsPerSecond', 5).load()",
        |x| {
            x.spark
                .read_stream()
                .format("rate")
                .option("rowsPerSecond", "5")
                .load(None)
        },
    )?;
    cases.add("spark.readStream.name('s').schema('a INT').json('p')", |x| {
        x.spark.read_stream().name("s")?.schema("a INT").json("p")
    })?;
    cases.add("spark.readStream.table('t')", |x| {
        x.spark.read_stream().table("t")
    })?;
    cases.add("spark.readStream.changes('t')", |x| {
        x.spark.read_stream().changes("t")
    })?;
    cases.add(
        "df.writeStream.format('memory').queryName('q').outputMode('append').trigger(processingTime='1 second')\
         .option('k', 'v').partitionBy('a').start()",
        |x| {
            let writer = x.df.write_stream().format("memory").query_name("q")?.output_mode("append");
            let writer = writer.trigger(Trigger::ProcessingTime("1 second".into()))?;
            writer.option("k", "v").partition_by(["a"]).plan(None, None)
        },
    )?;
    cases.add(
        "df.writeStream.trigger(availableNow=True).clusterBy('a').toTable('t')",
        |x| {
            let writer = x.df.write_stream().trigger(Trigger::AvailableNow)?;
            writer.cluster_by(["a"]).plan(None, Some("t"))
        },
    )?;
    cases.add("df.writeStream.trigger(once=True).start('p')", |x| {
        x.df.write_stream().trigger(Trigger::Once)?.plan(Some("p"), None)
    })?;
    cases.add("df.writeStream.trigger(continuous='1 second').start('p')", |x| {
        let trigger = Trigger::Continuous("1 second".into());
        x.df.write_stream().trigger(trigger)?.plan(Some("p"), None)
    })?;
    cases.add("df.writeStream.trigger(realTime='1 minute').start('p')", |x| {
        let trigger = Trigger::RealTime("1 minute".into());
        x.df.write_stream().trigger(trigger)?.plan(Some("p"), None)
    })
}
