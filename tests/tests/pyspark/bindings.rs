//! The parts of a session and of DataFrames beside queries: catalog, streams, observations, caches, merges, tags.

use anyhow::Result;

use crate::check;

#[tokio::test]
async fn the_catalog() -> Result<()> {
    check(&[
        ("c = spark.catalog\nc.currentCatalog(), c.currentDatabase()", "('spark_catalog', 'default')"),
        ("spark.range(3).createOrReplaceTempView('cells_v')", ""),
        (
            "c.getTable('cells_v')",
            "Table(name='cells_v', catalog=None, namespace=[], description=None, tableType='TEMPORARY', isTemporary=True)",
        ),
        ("t = c.getTable('cells_v'); t.name, t[4], t.database, t == tuple(t), len(t)", "('cells_v', 'TEMPORARY', None, True, 6)"),
        (
            "c.listColumns('cells_v')",
            "[Column(name='id', description=None, dataType='bigint', nullable=False, isPartition=False, isBucket=False, isCluster=False)]",
        ),
        ("c.tableExists('cells_v'), c.tableExists('cells_nothing')", "(True, False)"),
        ("[f.name for f in c.listFunctions(pattern='array_con*')]", "['array_contains']"),
        ("c.functionExists('abs'), c.getFunction('abs').className", "(True, 'org.apache.spark.sql.catalyst.expressions.Abs')"),
        ("c.listCatalogs()", "[CatalogMetadata(name='spark_catalog', description=None)]"),
        ("c.createDatabase('cells_db', ifNotExists=True, properties={'a': 'b'})", ""),
        ("c.databaseExists('cells_db'), c.getDatabase('cells_db').catalog", "(True, 'spark_catalog')"),
        ("c.dropDatabase('cells_db', ifExists=True, cascade=True); c.databaseExists('cells_db')", "False"),
        ("c.dropTable('cells_t', ifExists=True)", ""),
        (
            "_ = c.createTable('cells_t', source='parquet', schema=spark.range(1).schema, description='d', x='y')",
            "",
        ),
        ("c.getTable('cells_t').description, c.getTableProperties('cells_t').get('x')", "('d', None)"),
        ("c.truncateTable('cells_t'); c.analyzeTable('cells_t'); c.refreshTable('cells_t')", ""),
        ("c.getCreateTableString('cells_t').split('(')[0].strip()", "'CREATE TABLE spark_catalog.default.cells_t'"),
        ("c.dropTable('cells_t', ifExists=True); c.tableExists('cells_t')", "False"),
        ("c.cacheTable('cells_v'); was = c.isCached('cells_v'); c.uncacheTable('cells_v'); was, c.isCached('cells_v')", "(True, False)"),
        ("c.dropTempView('cells_v'), c.dropTempView('cells_v'), c.dropGlobalTempView('cells_v')", "(True, False, False)"),
        (
            "c.createTable('t', schema='a INT')",
            "PySparkTypeError: [NOT_EXPECTED_TYPE] Argument `schema` should be of type struct type, got str.",
        ),
    ])
    .await
}

#[tokio::test]
async fn streams() -> Result<()> {
    check(&[
        (
            "r = spark.readStream.format('rate').option('rowsPerSecond', 5).load()\nr.isStreaming, r",
            "(True, DataFrame[timestamp: timestamp, value: bigint])",
        ),
        (
            "q = (r.select('value').writeStream.format('memory').queryName('cells_q').outputMode('append')\n  \
             .trigger(processingTime='100 milliseconds').start())\n\
             q.name, q.isActive, q.id != q.runId",
            "('cells_q', True, True)",
        ),
        ("sorted(q.status)", "['isDataAvailable', 'isTriggerActive', 'message']"),
        ("[a.name for a in spark.streams.active], spark.streams.get(q.id).name", "(['cells_q'], 'cells_q')"),
        ("q.processAllAvailable(); p = q.lastProgress\np['name'], type(p['batchId']).__name__, p == q.recentProgress[-1] or True", "('cells_q', 'int', True)"),
        ("q.awaitTermination(0.2), spark.streams.awaitAnyTermination(timeout=0.2)", "(False, False)"),
        ("q.awaitTermination(0)", "PySparkValueError: [VALUE_NOT_POSITIVE] Value for `timeout` must be positive, got 'int'."),
        ("q.stop(); q.isActive, q.exception(), spark.streams.active", "(False, None, [])"),
        ("q.awaitTermination(); spark.streams.resetTerminated()", ""),
        (
            "r.writeStream.trigger(once=True, availableNow=True)",
            "PySparkValueError: [ONLY_ALLOW_SINGLE_TRIGGER] Only a single trigger is allowed.",
        ),
        (
            "b = (r.select((r.value / 0).alias('x')).writeStream.format('memory').queryName('cells_b')\n  \
             .trigger(processingTime='100 milliseconds').start())\n\
             try:\n  b.awaitTermination()\n\
             except Exception as e:\n  print(type(e).__name__)\n\
             type(b.exception()).__name__",
            "StreamingQueryException\n'StreamingQueryException'",
        ),
    ])
    .await
}

#[tokio::test]
async fn table_valued_functions() -> Result<()> {
    check(&[
        (
            "import pyspark.sql.functions as sf\nspark.tvf.range(1, 4, 2).collect()",
            "[Row(id=1), Row(id=3)]",
        ),
        (
            "spark.tvf.explode(sf.array(sf.lit(1), sf.lit(2))).collect()",
            "[Row(col=1), Row(col=2)]",
        ),
        (
            "spark.tvf.stack(sf.lit(2), sf.lit(1), sf.lit(2)).collect()",
            "[Row(col0=1), Row(col0=2)]",
        ),
        (
            "spark.tvf.json_tuple(sf.lit('{\"a\": 1}'), sf.lit('a')).collect()",
            "[Row(c0='1')]",
        ),
        (
            "spark.tvf.json_tuple(sf.lit('{}'))",
            "PySparkValueError: [CANNOT_BE_EMPTY] At least one field must be specified.",
        ),
        ("spark.tvf.sql_keywords().columns", "['keyword', 'reserved']"),
    ])
    .await
}

#[tokio::test]
async fn what_is_kept_and_observed() -> Result<()> {
    check(&[
        ("from pyspark import StorageLevel\nfrom pyspark.sql import Observation, functions as sf\ndf = spark.range(10)", ""),
        ("df.storageLevel, df.is_cached", "(StorageLevel(False, False, False, False, 1), False)"),
        ("df.persist(StorageLevel.DISK_ONLY).storageLevel, str(df.storageLevel)", "(StorageLevel(True, False, False, False, 1), 'Disk Serialized 1x Replicated')"),
        ("df.unpersist(blocking=True).is_cached", "False"),
        ("o = Observation('cells')\no.get", "PySparkAssertionError: [NO_OBSERVE_BEFORE_GET] Should observe by calling `DataFrame.observe` before `get`."),
        ("x = df.observe(o, sf.count(sf.lit(1)).alias('rows'), sf.max('id'), sf.avg('id'))\nx.collect()[0], o.get", "(Row(id=0), {'rows': 10, 'max(id)': 9, 'avg(id)': 4.5})"),
        ("df.observe(o, sf.count('id'))", "PySparkAssertionError: [REUSE_OBSERVATION] An Observation can be used with a DataFrame only once."),
        ("df.observe('named', sf.count('id').alias('n')).count()", "10"),
        ("df.localCheckpoint(eager=False).count(), df.localCheckpoint(storageLevel=StorageLevel.MEMORY_ONLY).count()", "(10, 10)"),
    ])
    .await
}

#[tokio::test]
async fn statistics() -> Result<()> {
    check(&[
        ("df = spark.range(10)\ndf.approxQuantile('id', [0.5], 0.0), df.stat.approxQuantile(['id'], (0.0, 1.0), 0)", "([4.0], [[0.0, 9.0]])"),
        ("df.approxQuantile('id', [2.0], 0.0)", "PySparkTypeError: [NOT_EXPECTED_TYPE] Argument `probabilities` should be a list of numbers from 0 to 1."),
        ("df.stat.freqItems(['id'], 0.9).columns, df.stat.crosstab('id', 'id').columns[0]", "(['id_freqItems'], 'id_id')"),
        ("df.sampleBy('id', {1: 1.0, 2: 0.0}, seed=0).collect(), df.stat.sampleBy(df.id, {5: 1.0}).collect()", "([Row(id=1)], [Row(id=5)])"),
        ("df.stat.corr('id', 'id'), df.stat.cov('id', 'id') > 9", "(1.0, True)"),
        ("n = spark.createDataFrame([(1, None), (None, 'a')], 'x INT, y STRING')\nn.na.fill({'x': 0}).na.drop().na.replace('a', 'b').collect()", "[Row(x=0, y='b')]"),
        ("df.hint('broadcast').limit(1).count()", "1"),
        ("df.limit(2).zipWithIndex().collect()", "[Row(id=0, index=0), Row(id=1, index=1)]"),
    ])
    .await
}

#[tokio::test]
async fn the_session() -> Result<()> {
    check(&[
        ("spark.addTag('a'); spark.addTag('b'); spark.removeTag('a'); spark.getTags()", "{'b'}"),
        ("spark.clearTags(); spark.getTags()", "set()"),
        ("spark.interruptAll(), spark.interruptTag('x')", "([], [])"),
        ("spark.range(1).createTempView('cells_s')\nspark.cloneSession().catalog.tableExists('cells_s'), spark.newSession().catalog.tableExists('cells_s')", "(True, False)"),
        ("spark.cloneSession('x')", "PySparkValueError: \"x\" is no UUID, which the id of a session must be."),
        ("spark.is_stopped", "False"),
        ("from pyspark.sql import SparkSession\nSparkSession.active().session_id == spark.session_id", "True"),
        ("spark.emptyDataFrame('a INT').collect(), spark.emptyDataFrame('a INT')", "([], DataFrame[a: int])"),
        ("spark.conf.set('e2e.x', '1'); spark.conf.getAll['e2e.x']", "'1'"),
        (
            "spark.udf.registerJavaFunction('f', 'no.such.Class')",
            "AnalysisException: Can not load class no.such.Class, please make sure it is on the classpath.",
        ),
    ])
    .await
}

#[tokio::test]
async fn what_is_refused_says_why() -> Result<()> {
    let worker = "It runs Python code in Spark's Python workers, and there is no Python here to pickle it. Use built-in \
                  functions, or call_function for one that is registered on the server.";
    let pandas =
        "It needs pandas, which is a library of Python. Use collect() for rows, or export the result.";
    check(&[
        ("from pyspark.sql.functions import udf, pandas_udf\ndf = spark.range(1)", ""),
        ("@udf\ndef f(x): return x", &format!("NotImplementedError: functions.udf is not there. {worker}")),
        ("df.toPandas()", &format!("NotImplementedError: DataFrame.toPandas is not there. {pandas}")),
        ("df.plot.bar()", &format!("NotImplementedError: DataFrame.plot is not there. {pandas}")),
        ("df.groupBy('id').applyInPandas(max, 'a INT')", &format!("NotImplementedError: GroupedData.applyInPandas is not there. {worker}")),
        ("spark.udf.register('f', max)", &format!("NotImplementedError: UDFRegistration.register is not there. {worker}")),
        ("df.writeStream.foreachBatch(max)", &format!("NotImplementedError: DataStreamWriter.foreachBatch is not there. {worker}")),
        ("df.toArrow()", "NotImplementedError: DataFrame.toArrow is not there. Cells have no pyarrow. Use collect() for rows, or export the result."),
    ])
    .await
}
