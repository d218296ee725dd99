//! DataFrames and columns.

use anyhow::Result;
use spark_connect_client::{
    AsOf, Column, DropNa, Window,
    functions::{self as f, col, lit},
    plan::{Dedup, JoinOn, Literal},
};

use super::{Cases, Given};

const NONE: [&str; 0] = [];

pub(super) fn add(cases: &mut Cases) -> Result<()> {
    columns(cases)?;
    columns_of_frames(cases)?;
    windows(cases)?;
    selections(cases)?;
    rows(cases)?;
    joins(cases)?;
    groups(cases)?;
    missing(cases)?;
    subqueries(cases)
}

fn columns(cases: &mut Cases) -> Result<()> {
    let a = || col("a");
    cases.add("F.col('a') + 1", |_| a() + 1)?;
    cases.add("1 - F.col('a')", |_| 1 - a())?;
    cases.add("F.col('a') * F.col('b') / 2.5 % 3", |_| a() * col("b") / 2.5 % 3)?;
    cases.add("F.col('a') ** 2", |_| a().pow(2))?;
    cases.add("-F.col('a')", |_| -a())?;
    cases.add(
        "(F.col('a') > 1) & (F.col('b') < 2) | ~(F.col('c') == 'x')",
        |_| a().gt(1) & col("b").lt(2) | !col("c").eq("x"),
    )?;
    cases.add("(F.col('a') >= 1) | (F.col('b') <= 2)", |_| {
        a().ge(1) | col("b").le(2)
    })?;
    cases.add("F.col('a') != None", |_| a().ne(Literal::null()))?;
    cases.add("F.col('a').eqNullSafe(1)", |_| a().eq_null_safe(1))?;
    cases.add("F.col('a').bitwiseAND(1).bitwiseOR(2).bitwiseXOR(3)", |_| {
        a().bitwise_and(1).bitwise_or(2).bitwise_xor(3)
    })?;
    cases.add("F.col('a').contains('x')", |_| a().contains("x"))?;
    cases.add("F.col('a').startswith('x')", |_| a().starts_with("x"))?;
    cases.add("F.col('a').endswith(F.col('b'))", |_| a().ends_with(col("b")))?;
    cases.add("F.col('a').like('x%')", |_| a().like("x%"))?;
    cases.add("F.col('a').ilike('x%')", |_| a().ilike("x%"))?;
    cases.add("F.col('a').rlike('x.*')", |_| a().rlike("x.*"))?;
    cases.add("F.col('a').isNull()", |_| a().is_null())?;
    cases.add("F.col('a').isNotNull()", |_| a().is_not_null())?;
    cases.add("F.col('a').isNaN()", |_| a().is_nan())?;
    cases.add("F.col('a').between(1, 2)", |_| a().between(1, 2))?;
    cases.add("F.col('a').isin(1, 2, 3)", |_| a().is_in([1, 2, 3]))?;
    cases.add("F.col('a').isin(['x', 'y'])", |_| a().is_in(["x", "y"]))?;
    cases.add("F.col('a').substr(1, 2)", |_| a().substr(1, 2))?;
    cases.add("F.col('a')[1:3]", |_| a().substr(1, 3))?;
    cases.add("F.col('a')[0]", |_| a().get_item(0))?;
    cases.add("F.col('a').getItem('k')", |_| a().get_item("k"))?;
    cases.add("F.col('a').getField('k')", |_| a().get_field("k"))?;
    cases.add("F.col('a').withField('b', F.lit(1))", |_| {
        a().with_field("b", lit(1))
    })?;
    cases.add("F.col('a').dropFields('b', 'c')", |_| a().drop_fields(["b", "c"]))?;
    cases.add("F.col('a').alias('b')", |_| a().alias("b"))?;
    cases.add("F.posexplode('a').alias('b', 'c')", |_| {
        f::posexplode("a").alias_all(["b", "c"])
    })?;
    cases.add("F.col('a').alias('b', metadata={'k': 1})", |_| {
        a().alias_with_metadata("b", r#"{"k": 1}"#)
    })?;
    cases.add("F.col('a').cast('int')", |_| a().cast("int"))?;
    cases.add("F.col('a').astype(ArrayType(DecimalType(10, 2)))", |_| {
        a().cast(decimals())
    })?;
    cases.add("F.col('a').try_cast('double')", |_| a().try_cast("double"))?;
    cases.add("F.col('a').asc()", |_| a().asc())?;
    cases.add("F.col('a').asc_nulls_last()", |_| a().asc_nulls_last())?;
    cases.add("F.col('a').desc()", |_| a().desc())?;
    cases.add("F.col('a').desc_nulls_first()", |_| a().desc_nulls_first())?;
    cases.add(
        "F.when(F.col('a') == 1, 'x').when(F.col('a') == 2, 'y').otherwise('z')",
        |_| f::when(a().eq(1), "x").when(a().eq(2), "y")?.otherwise("z"),
    )?;
    cases.add("F.lit([1, 2])", |_| lit([1, 2]))?;
    cases.add("F.lit(datetime.date(2024, 1, 2))", |_| lit(Literal::date(19_724)))?;
    cases.add("F.lit(datetime.timedelta(days=1, seconds=2))", |_| {
        lit(Literal::day_time_interval(86_402_000_000))
    })?;
    cases.add("F.lit(datetime.time(1, 2, 3))", |_| {
        lit(Literal::time(3_723_000_000_000, 6))
    })?;
    cases.add("F.lit(decimal.Decimal('1.50'))", |_| {
        lit(Literal::decimal("1.50", 10, 0))
    })?;
    cases.add("F.lit(b'xy')", |_| lit(b"xy".to_vec()))?;
    cases.add("F.lit(1 << 40)", |_| lit(Literal::whole(1 << 40)))?;
    cases.add(
        "F.transform('a', lambda x: F.transform(x, lambda y, i: x + y * i))",
        |_| {
            f::transform(
                "a",
                f::Lambda::unary(|x| {
                    let outer = x.clone();
                    f::transform(x, f::Lambda::binary(|y, i| outer + y * i))
                }),
            )
        },
    )
}

fn decimals() -> spark_connect_client::proto::DataType {
    use spark_connect_client::types::{array, decimal};
    array(decimal(10, 2), true)
}

fn columns_of_frames(cases: &mut Cases) -> Result<()> {
    cases.add("df['id']", |x| x.df.col("id"))?;
    cases.add("df.id + df['*']", |x| x.df.col("id") + x.df.col("*"))?;
    cases.add("df.metadataColumn('m')", |x| x.df.metadata_column("m"))?;
    cases.add("df.colRegex('`i.*`')", |x| x.df.col_regex("`i.*`"))?;
    cases.add("df.select(df.id, df2.id)", |x| {
        x.df.select([x.df.col("id"), x.df2.col("id")])
    })?;
    cases.add("df[df.id > 1]", |x| x.df.filter(x.df.col("id").gt(1)))?;
    cases.add("df[['id']]", |x| x.df.select(["id"]))
}

fn windows(cases: &mut Cases) -> Result<()> {
    cases.add(
        "F.sum('a').over(Window.partitionBy('b', F.col('c')).orderBy('d', F.col('e').desc()))",
        |_| {
            let window = Window::partition_by([col("b"), col("c")]).order_by([col("d"), col("e").desc()]);
            f::sum("a").over(&window)
        },
    )?;
    cases.add(
        "F.rank().over(Window.orderBy('a').rowsBetween(Window.unboundedPreceding, Window.currentRow))",
        |_| {
            let window =
                Window::order_by(["a"]).rows_between(Window::UNBOUNDED_PRECEDING, Window::CURRENT_ROW);
            f::rank().over(&window)
        },
    )?;
    cases.add("F.rank().over(Window.orderBy('a').rowsBetween(-3, 2))", |_| {
        f::rank().over(&Window::order_by(["a"]).rows_between(-3, 2))
    })?;
    cases.add(
        "F.max('a').over(Window.partitionBy('b').rangeBetween(-7, Window.unboundedFollowing))",
        |_| f::max("a").over(&Window::partition_by(["b"]).range_between(-7, Window::UNBOUNDED_FOLLOWING)),
    )
}

fn selections(cases: &mut Cases) -> Result<()> {
    cases.add("df.select('a', F.col('b') + 1, '*')", |x| {
        x.df.select([col("a"), col("b") + 1, col("*")])
    })?;
    cases.add("df.selectExpr('a + 1', 'b AS c')", |x| {
        x.df.select_expr(["a + 1", "b AS c"])
    })?;
    cases.add("df.withColumn('a', F.lit(1))", |x| x.df.with_column("a", lit(1)))?;
    cases.add("df.withColumns({'a': F.lit(1), 'b': F.col('id')})", |x| {
        x.df.with_columns([("a", lit(1)), ("b", col("id"))])
    })?;
    cases.add("df.withMetadata('id', {'k': 'v'})", |x| {
        x.df.with_metadata("id", r#"{"k": "v"}"#)
    })?;
    cases.add("df.withColumnRenamed('a', 'b')", |x| {
        x.df.with_column_renamed("a", "b")
    })?;
    cases.add("df.withColumnsRenamed({'a': 'b', 'c': 'd'})", |x| {
        x.df.with_columns_renamed([("a", "b"), ("c", "d")])
    })?;
    cases.add("df.toDF('a', 'b')", |x| x.df.to_df(["a", "b"]))?;
    cases.add(
        "df.to(StructType([StructField('id', IntegerType(), False)]))",
        |x| x.df.to(integer_id().into_data_type()),
    )?;
    cases.add("df.drop('a', 'b')", |x| x.df.drop(["a", "b"]))?;
    cases.add("df.drop('a', F.col('b'))", |x| {
        x.df.drop_columns([col("b")], ["a"])
    })?;
    cases.add("df.alias('x')", |x| x.df.alias("x"))?;
    cases.add("df.unpivot('id', ['a', 'b'], 'k', 'v')", |x| {
        x.df.unpivot(["id"], Some(["a", "b"]), "k", "v")
    })?;
    cases.add("df.melt(['id'], None, 'k', 'v')", |x| {
        x.df.unpivot(["id"], None::<[&str; 0]>, "k", "v")
    })?;
    cases.add("df.transpose()", |x| x.df.transpose(None))?;
    cases.add("df.transpose('id')", |x| x.df.transpose(Some(col("id"))))?;
    cases.add("df.toJSON()", |x| x.df.to_json())?;
    cases.add("df.zipWithIndex('n')", |x| x.df.zip_with_index("n"))
}

fn integer_id() -> spark_connect_client::types::StructType {
    use spark_connect_client::types::{StructType, integer};
    StructType::new().add("id", integer(), false, None)
}

fn rows(cases: &mut Cases) -> Result<()> {
    cases.add("df.filter('id > 1')", |x| x.df.filter("id > 1"))?;
    cases.add("df.where(F.col('id') > 1)", |x| x.df.filter(col("id").gt(1)))?;
    cases.add("df.limit(3)", |x| x.df.limit(3))?;
    cases.add("df.offset(3)", |x| x.df.offset(3))?;
    cases.add("df.tail(3)", |x| x.df.tail_frame(3))?;
    cases.add("df.count()", |x| x.df.count_frame())?;
    cases.add("df.show(5, False, True)", |x| x.df.show_frame(5, 0, true))?;
    cases.add("df.sort('a', F.col('b').desc())", |x| {
        x.df.sort([col("a"), col("b").desc()])
    })?;
    cases.add("df.orderBy(F.desc('a'))", |x| x.df.sort([f::desc("a")]))?;
    cases.add("df.sortWithinPartitions('a')", |x| {
        x.df.sort_within_partitions(["a"])
    })?;
    cases.add("df.distinct()", |x| x.df.distinct())?;
    cases.add("df.dropDuplicates()", |x| x.df.drop_duplicates(Dedup::All))?;
    cases.add("df.drop_duplicates(['a', 'b'])", |x| {
        x.df.drop_duplicates(Dedup::Columns(vec!["a".into(), "b".into()]))
    })?;
    cases.add("df.dropDuplicatesWithinWatermark(['a'])", |x| {
        x.df.drop_duplicates_within_watermark(Dedup::Columns(vec!["a".into()]))
    })?;
    cases.add("df.sample(True, 0.5, 7)", |x| x.df.sample(true, 0.5, 7))?;
    cases.add("df.sample(0.25, 7)", |x| x.df.sample(false, 0.25, 7))?;
    cases.add("df.randomSplit([1.0, 2.0, 0.5], 7)[1]", |x| {
        x.df.random_split(&[1.0, 2.0, 0.5], 7)
            .map(|splits| splits[1].clone())
    })?;
    cases.add("df.union(df2)", |x| x.df.union(&x.df2))?;
    cases.add("df.unionByName(df2, True)", |x| x.df.union_by_name(&x.df2, true))?;
    cases.add("df.intersect(df2)", |x| x.df.intersect(&x.df2))?;
    cases.add("df.intersectAll(df2)", |x| x.df.intersect_all(&x.df2))?;
    cases.add("df.subtract(df2)", |x| x.df.subtract(&x.df2))?;
    cases.add("df.exceptAll(df2)", |x| x.df.except_all(&x.df2))?;
    cases.add("df.coalesce(2)", |x| x.df.coalesce(2))?;
    cases.add("df.repartition(2)", |x| x.df.repartition(Some(2), NONE))?;
    cases.add("df.repartition(2, 'a')", |x| x.df.repartition(Some(2), ["a"]))?;
    cases.add("df.repartition('a', F.col('b'))", |x| {
        x.df.repartition(None, [col("a"), col("b")])
    })?;
    cases.add("df.repartitionByRange(2, 'a')", |x| {
        x.df.repartition_by_range(Some(2), ["a"])
    })?;
    cases.add("df.repartitionByRange('a')", |x| {
        x.df.repartition_by_range(None, ["a"])
    })?;
    cases.add("df.repartitionById(2, 'a')", |x| x.df.repartition_by_id(2, "a"))?;
    cases.add("df.hint('skew', 'a', 1, 2.5)", |x| {
        x.df.hint("skew", [lit("a"), lit(1), lit(2.5)])
    })?;
    cases.add("F.broadcast(df)", |x| x.df.broadcast())?;
    cases.add("df.withWatermark('t', '1 minute')", |x| {
        x.df.with_watermark("t", "1 minute")
    })?;
    cases.add("df.observe('m', F.count(F.lit(1)).alias('n'))", |x| {
        x.df.observe("m", [f::count(lit(1)).alias("n")])
    })
}

fn joins(cases: &mut Cases) -> Result<()> {
    cases.add("df.join(df2)", |x| x.df.join(&x.df2, (), None))?;
    cases.add("df.join(df2, 'id')", |x| x.df.join(&x.df2, "id", None))?;
    cases.add("df.join(df2, ['id', 'k'], 'left_outer')", |x| {
        x.df.join(&x.df2, ["id", "k"], Some("left_outer"))
    })?;
    cases.add("df.join(df2, df.id == df2.id, 'FULL')", |x| {
        x.df.join(&x.df2, x.df.col("id").eq(x.df2.col("id")), Some("FULL"))
    })?;
    cases.add("df.join(df2, [df.id == df2.id, df.k == df2.k], 'right')", |x| {
        let on = |name| x.df.col(name).eq(x.df2.col(name));
        x.df.join(&x.df2, vec![on("id"), on("k")], Some("right"))
    })?;
    cases.add("df.join(df2, 'id', 'semi')", |x| {
        x.df.join(&x.df2, "id", Some("semi"))
    })?;
    cases.add("df.join(df2, 'id', 'leftanti')", |x| {
        x.df.join(&x.df2, "id", Some("leftanti"))
    })?;
    cases.add("df.join(df, df.id == df.id)", |x| {
        x.df.join(&x.df, x.df.col("id").eq(x.df.col("id")), None)
    })?;
    cases.add("df.crossJoin(df2)", |x| x.df.cross_join(&x.df2))?;
    cases.add("df.lateralJoin(df2, df.id == df2.id, 'left')", |x| {
        x.df.lateral_join(&x.df2, Some(x.df.col("id").eq(x.df2.col("id"))), Some("left"))
    })?;
    cases.add(
        "df.nearestByJoin(df2, df.id - df2.id, 3, 'exact', 'distance', joinType='leftouter')",
        |x| {
            let ranking = x.df.col("id") - x.df2.col("id");
            x.df.nearest_by_join(&x.df2, ranking, 3, "exact", "distance", "leftouter")
        },
    )?;
    cases.add("df.zip(df2)", |x| x.df.zip(&x.df2))?;
    cases.add(
        "df._joinAsOf(df2, 'id', 'id', on='k', how='left', tolerance=F.lit(1), allowExactMatches=False, \
         direction='nearest')",
        |x: &Given| {
            let join = AsOf {
                on: JoinOn::from("k"),
                how: "left".into(),
                tolerance: Some(lit(1)),
                allow_exact_matches: false,
                direction: "nearest".into(),
            };
            x.df.join_as_of(&x.df2, x.df.col("id"), x.df2.col("id"), join)
        },
    )
}

fn groups(cases: &mut Cases) -> Result<()> {
    cases.add(
        "df.groupBy('a', F.col('b')).agg(F.sum('c'), F.max('d').alias('m'))",
        |x| {
            x.df.group_by([col("a"), col("b")])
                .agg([f::sum("c"), f::max("d").alias("m")])
        },
    )?;
    cases.add("df.groupBy('a').agg({'b': 'sum', 'c': 'max'})", |x| {
        x.df.group_by(["a"]).agg_by_name([("b", "sum"), ("c", "max")])
    })?;
    cases.add("df.groupBy('a').count()", |x| x.df.group_by(["a"]).count())?;
    cases.add("df.agg(F.sum('a'))", |x| x.df.agg([f::sum("a")]))?;
    cases.add("df.rollup('a', 'b').count()", |x| x.df.rollup(["a", "b"]).count())?;
    cases.add("df.cube('a', 'b').count()", |x| x.df.cube(["a", "b"]).count())?;
    cases.add(
        "df.groupingSets([['a', 'b'], ['a'], []], 'a', 'b').agg(F.sum('c'))",
        |x| {
            let sets = vec![vec![col("a"), col("b")], vec![col("a")], Vec::<Column>::new()];
            x.df.grouping_sets(sets, ["a", "b"]).agg([f::sum("c")])
        },
    )?;
    cases.add("df.groupBy('a').pivot('b', ['x', 'y']).agg(F.sum('c'))", |x| {
        x.df.group_by(["a"]).pivot("b", ["x", "y"])?.agg([f::sum("c")])
    })?;
    cases.add("df.groupBy('a').pivot('b').count()", |x| {
        Ok::<_, spark_connect_client::Error>(x.df.group_by(["a"]).pivot("b", NONE)?.count())
    })
}

fn missing(cases: &mut Cases) -> Result<()> {
    cases.add("df.fillna(0)", |x| x.df.fillna(0, &[]))?;
    cases.add("df.na.fill('x', ['a', 'b'])", |x| {
        x.df.na().fill("x", &["a", "b"])
    })?;
    cases.add("df.fillna({'a': 1, 'b': 2.5})", |x| {
        x.df.fillna_by_column([("a", Literal::integer(1)), ("b", Literal::double(2.5))])
    })?;
    cases.add("df.dropna()", |x| x.df.dropna(DropNa::Any, &[]))?;
    cases.add("df.na.drop('all', subset=['a'])", |x| {
        x.df.na().drop(DropNa::All, &["a"])
    })?;
    cases.add("df.dropna(thresh=2)", |x| x.df.dropna(DropNa::Threshold(2), &[]))?;
    cases.add("df.replace(1, 2)", |x| x.df.replace([(1, 2)], &[]))?;
    cases.add("df.na.replace({'x': 'y', 'z': None}, subset='a')", |x| {
        x.df.na().replace(
            [
                (Literal::from("x"), Literal::from("y")),
                ("z".into(), Literal::null()),
            ],
            &["a"],
        )
    })?;
    cases.add("df.summary('mean', '75%')", |x| x.df.summary(["mean", "75%"]))?;
    cases.add("df.describe(['a'])", |x| x.df.describe(["a"]))?;
    cases.add("df.cov('a', 'b')", |x| x.df.cov_frame("a", "b"))?;
    cases.add("df.stat.corr('a', 'b')", |x| x.df.corr_frame("a", "b", None))?;
    cases.add("df.approxQuantile(['a', 'b'], [0.25, 0.5], 0.1)", |x| {
        x.df.approx_quantile_frame(&["a", "b"], &[0.25, 0.5], 0.1)
    })?;
    cases.add("df.crosstab('a', 'b')", |x| x.df.crosstab("a", "b"))?;
    cases.add("df.freqItems(['a'])", |x| x.df.freq_items(["a"], None))?;
    cases.add("df.sampleBy('a', {0: 0.1, 1: 0.2}, 7)", |x| {
        x.df.sample_by("a", [(0, 0.1), (1, 0.2)], 7)
    })
}

fn subqueries(cases: &mut Cases) -> Result<()> {
    cases.add("df.select(df2.scalar())", |x| x.df.select([x.df2.scalar()]))?;
    cases.add("df.where(df2.where(df2.id == df.id.outer()).exists())", |x| {
        let inner = x.df2.filter(x.df2.col("id").eq(x.df.col("id").outer()));
        x.df.filter(inner.exists())
    })?;
    cases.add("df.where(F.col('id').isin(df2))", |x| {
        x.df.filter(col("id").is_in_rows_of(x.df2.plan()))
    })?;
    cases.add("df.where(F.struct('a', 'b').isin(df2))", |x| {
        x.df.filter(f::r#struct(["a", "b"]).is_in_rows_of(x.df2.plan()))
    })?;
    cases.add(
        "df.where(df2.exists()).where(df.id > df2.scalar()).select(df.id)",
        |x| {
            x.df.filter(x.df2.exists())
                .filter(x.df.col("id").gt(x.df2.scalar()))
                .select([x.df.col("id")])
        },
    )?;
    cases.add("df2.asTable().partitionBy('a').orderBy(F.desc('b'))", |x| {
        x.df2.as_table().partition_by(["a"])?.order_by([f::desc("b")])
    })?;
    cases.add("df2.asTable().withSinglePartition()", |x| {
        x.df2.as_table().with_single_partition()
    })
}
