//! Random plans, of everything that PySpark makes plans of.

use proptest::{collection::vec, prelude::*, sample::select};
use spark_connect_client::{
    Column, Window,
    functions::{self as f, Lambda},
    plan::{
        DataSource, Dedup, Expression, Frame, Grouping, JoinOn, JoinType, Kind, Literal, LogicalPlan, Named,
        SubqueryRole,
    },
    proto::{DataType, set_operation::SetOpType},
    types,
};

/// Names of columns and tables, some of them strange.
pub(crate) fn name() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        8 => select(vec!["a", "b", "c", "id", "key", "lambda", "df", "x", "s.f"]).prop_map(str::to_owned),
        1 => select(vec!["`a b`", "ä", "it's", "say \"x\"", "back\\slash", "line\nbreak", "\u{202e}"])
            .prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![3 => "[a-z%_]{0,6}", 1 => any::<String>()]
}

/// Values that Python has.
pub(crate) fn literal() -> impl Strategy<Value = Literal> + Clone {
    prop_oneof![
        Just(Literal::null()),
        any::<bool>().prop_map(Literal::boolean),
        any::<i32>().prop_map(Literal::integer),
        (-20i32..20).prop_map(Literal::integer),
        any::<i64>()
            .prop_filter("fits an integer", |n| i32::try_from(*n).is_err())
            .prop_map(Literal::long),
        any::<f64>().prop_map(Literal::double),
        select(vec![
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            1e300,
            1e-9
        ])
        .prop_map(Literal::double),
        text().prop_map(Literal::string),
        vec(any::<u8>(), 0..6).prop_map(Literal::binary),
        (-700_000i32..2_900_000).prop_map(Literal::date),
        (-62_000_000_000_000_000i64..253_000_000_000_000_000).prop_map(Literal::timestamp),
        (-1_000_000_000_000_000i64..1_000_000_000_000_000).prop_map(Literal::day_time_interval),
        (0i64..86_400_000_000).prop_map(|micros| Literal::time(micros * 1000, 6)),
        "-?[0-9]{1,12}(\\.[0-9]{1,6})?"
            .prop_filter("Python would drop zeros", |text| {
                let digits = text.trim_start_matches('-');
                !digits.starts_with('0')
                    || digits.starts_with("0.") && !digits.trim_matches(['0', '.']).is_empty()
            })
            .prop_filter("Python would write an exponent", |text| !text
                .contains("0.000000"))
            .prop_map(|digits| Literal::decimal(digits, 10, 0)),
    ]
}

fn data_type() -> impl Strategy<Value = DataType> + Clone {
    let leaf = prop_oneof![
        select(vec![
            types::string(),
            types::integer(),
            types::long(),
            types::double(),
            types::boolean(),
            types::date(),
            types::timestamp(),
            types::binary(),
        ]),
        (1i32..38).prop_map(|precision| types::decimal(precision, precision / 2)),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), any::<bool>()).prop_map(|(t, null)| types::array(t, null)),
            (inner.clone(), inner, any::<bool>()).prop_map(|(k, v, null)| types::map(k, v, null)),
        ]
    })
}

fn call(name: &str, arguments: Vec<Expression>) -> Expression {
    Expression::function(name, arguments)
}

/// Columns that belong to no relation.
pub(crate) fn column() -> impl Strategy<Value = Expression> + Clone {
    let leaf = prop_oneof![
        4 => name().prop_map(Expression::column),
        3 => literal().prop_map(Expression::literal),
        1 => select(vec!["*", "s.*"]).prop_map(Expression::column),
        1 => select(vec!["a + 1", "it's -- \"x\"", "count(*)"]).prop_map(|sql| {
            Expression::new(Kind::Sql(sql.to_owned()), Vec::new())
        }),
    ];
    leaf.prop_recursive(5, 32, 4, |inner| {
        let operators = [
            "==", "<", "<=", ">", ">=", "and", "or", "+", "-", "*", "/", "%", "power", "<=>", "&", "|", "^",
            "contains", "startsWith", "like", "rlike", "concat", "coalesce", "struct", "array", "nullif", "log",
        ];
        let single = [
            "not", "negative", "isNull", "isNotNull", "isNaN", "sum", "count", "upper", "explode", "to_json", "abs",
            "no_such_function", "trim",
        ];
        let one = inner.clone().prop_map(|e| vec![e]);
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| vec![a, b]);
        prop_oneof![
            6 => (select(operators.to_vec()), two.clone()).prop_map(|(name, parts)| call(name, parts)),
            3 => (select(single.to_vec()), one.clone()).prop_map(|(name, parts)| call(name, parts)),
            1 => (inner.clone(), vec(inner.clone(), 0..3)).prop_map(|(first, rest)| {
                call("in", std::iter::once(first).chain(rest).collect())
            }),
            1 => vec(inner.clone(), 2..6).prop_map(|parts| Expression::new(Kind::CaseWhen, parts)),
            1 => (vec(name(), 1..3), inner.clone()).prop_map(|(names, e)| {
                Expression::new(Kind::Alias { names, metadata: None }, vec![e])
            }),
            1 => inner.clone().prop_map(|e| {
                let metadata = Some(r#"{"k": [1, true, null, "x"]}"#.to_owned());
                Expression::new(Kind::Alias { names: vec!["m".into()], metadata }, vec![e])
            }),
            1 => (data_type(), any::<bool>(), inner.clone()).prop_map(|(target, try_cast, e)| {
                Expression::new(Kind::Cast { target: target.into(), try_cast }, vec![e])
            }),
            1 => (select(vec!["int", "array<string>"]), inner.clone()).prop_map(|(target, e)| {
                Column::new(e).cast(target).into_expression()
            }),
            1 => two.clone().prop_map(|parts| Expression::new(Kind::Extract, parts)),
            1 => (name(), inner.clone(), inner.clone()).prop_map(|(field, a, b)| {
                Expression::new(Kind::UpdateField(field), vec![a, b])
            }),
            1 => (name(), inner.clone()).prop_map(|(field, a)| Expression::new(Kind::UpdateField(field), vec![a])),
            1 => (name(), two.clone()).prop_map(|(name, parts)| Expression::new(Kind::CallFunction(name), parts)),
            1 => (inner.clone(), inner.clone()).prop_map(|(over, e)| {
                let body = move |x: Column| call("+", vec![x.into_expression(), e.clone()]);
                f::transform(Column::new(over), Lambda::unary(|x| Column::new(body(x)))).into_expression()
            }),
            1 => inner.clone().prop_map(|over| {
                let nested = Lambda::binary(|x, i| f::filter(x, Lambda::unary(move |y| y.gt(i))));
                f::transform(Column::new(over), nested).into_expression()
            }),
            1 => (inner.clone(), vec(inner.clone(), 0..2), vec(order_of(inner.clone()), 0..2), frame()).prop_map(
                |(function, partitions, orders, frame)| {
                    let kind = Kind::Window { partitions: partitions.len(), frame };
                    let all = std::iter::once(function).chain(partitions).chain(orders);
                    Expression::new(kind, all.collect())
                }
            ),
        ]
    })
}

fn order_of(column: impl Strategy<Value = Expression> + Clone) -> impl Strategy<Value = Expression> + Clone {
    (column, any::<bool>(), any::<bool>()).prop_map(|(column, ascending, nulls_first)| {
        // The order of an order is the order itself.
        match column.kind() {
            Kind::SortOrder { .. } => column,
            _ => Expression::new(
                Kind::SortOrder {
                    ascending,
                    nulls_first,
                },
                vec![column],
            ),
        }
    })
}

fn frame() -> impl Strategy<Value = Option<Frame>> + Clone {
    let start = prop_oneof![Just(Window::UNBOUNDED_PRECEDING), -5i64..6];
    let end = prop_oneof![Just(Window::UNBOUNDED_FOLLOWING), -5i64..6];
    proptest::option::of((any::<bool>(), start, end).prop_map(|(rows, start, end)| Frame {
        rows,
        start,
        end,
    }))
}

/// Relations.
pub(crate) fn plan() -> impl Strategy<Value = LogicalPlan> + Clone {
    let leaf = prop_oneof![
        4 => name().prop_map(|name| LogicalPlan::named_table(name, Vec::new(), false)),
        1 => (name(), text()).prop_map(|(name, value)| {
            LogicalPlan::named_table(name, vec![("k".into(), value)], false)
        }),
        2 => (0i64..9, any::<i64>(), 1i64..4, proptest::option::of(1i32..9))
            .prop_map(|(start, end, step, count)| LogicalPlan::range(start, end, step, count)),
        1 => (select(vec!["csv", "json", "parquet", "orc", "xml", "x"]), vec(text(), 0..3)).prop_map(
            |(format, paths)| {
                let source = DataSource {
                    format: Some(format.to_owned()),
                    schema: Some("a INT".to_owned()),
                    options: vec![("header".into(), "true".into())],
                    paths,
                    predicates: Vec::new(),
                    source_name: None,
                };
                LogicalPlan::data_source(source, false)
            }
        ),
    ];
    leaf.prop_recursive(6, 24, 2, |inner| {
        let columns = || vec(column(), 1..3);
        let names = || vec(name(), 1..3);
        prop_oneof![
            2 => (inner.clone(), column()).prop_map(|(plan, on)| plan.filter(on)),
            2 => (inner.clone(), columns()).prop_map(|(plan, columns)| plan.project(columns)),
            2 => (inner.clone(), name(), column()).prop_map(|(plan, name, expression)| {
                plan.with_columns(vec![Named { name, expression, metadata: None }])
            }),
            1 => (inner.clone(), column(), column()).prop_map(|(plan, a, b)| {
                let named = |name: &str, expression| Named { name: name.into(), expression, metadata: None };
                plan.with_columns(vec![named("u", a), named("v", b)])
            }),
            1 => (inner.clone(), name(), name()).prop_map(|(plan, a, b)| plan.with_columns_renamed(vec![(a, b)])),
            1 => (inner.clone(), names()).prop_map(|(plan, names)| plan.drop_columns(Vec::new(), names)),
            1 => (inner.clone(), names()).prop_map(|(plan, names)| plan.to_df(names)),
            1 => (inner.clone(), name()).prop_map(|(plan, name)| plan.subquery_alias(name)),
            2 => (inner.clone(), vec(order_of(column()), 1..3), any::<bool>())
                .prop_map(|(plan, orders, global)| plan.sort(orders, global)),
            1 => (inner.clone(), any::<i32>()).prop_map(|(plan, count)| plan.limit(count)),
            1 => (inner.clone(), 0i32..9).prop_map(|(plan, count)| plan.offset(count)),
            1 => (inner.clone(), proptest::option::of(names())).prop_map(|(plan, names)| {
                plan.deduplicate(names.map_or(Dedup::All, Dedup::Columns), false)
            }),
            1 => (inner.clone(), 0.0f64..1.0, any::<i64>(), any::<bool>())
                .prop_map(|(plan, share, seed, again)| plan.sample(0.0..share, again, seed, false)),
            1 => (inner.clone(), 1i32..9, any::<bool>()).prop_map(|(plan, n, shuffle)| plan.repartition(n, shuffle)),
            1 => (inner.clone(), columns()).prop_map(|(plan, columns)| plan.repartition_by_expression(columns, Some(3))),
            1 => (inner.clone(), -9i64..9, vec(name(), 0..2)).prop_map(|(plan, value, columns)| {
                plan.fill_na(columns, vec![Literal::long(value)])
            }),
            1 => (inner.clone(), vec(name(), 0..2)).prop_map(|(plan, columns)| plan.drop_na(columns, None)),
            3 => (inner.clone(), grouping(), vec(column(), 0..3), columns()).prop_map(
                |(plan, grouping, keys, aggregates)| {
                    let grouping = match grouping {
                        Some(grouping) => grouping,
                        None => Grouping::Pivot {
                            column: of(&plan, "p"),
                            values: vec![Literal::string("x"), Literal::integer(1)],
                        },
                    };
                    plan.aggregate(grouping, keys, aggregates)
                }
            ),
            2 => (inner.clone(), inner.clone(), join_type(), names())
                .prop_map(|(a, b, how, names)| a.join(&b, JoinOn::Columns(names), how)),
            2 => (inner.clone(), inner.clone(), join_type(), name()).prop_map(|(a, b, how, name)| {
                let on = call("==", vec![of(&a, &name), of(&b, &name)]);
                a.join(&b, JoinOn::Condition(Box::new(on)), how)
            }),
            1 => (inner.clone(), name()).prop_map(|(a, name)| {
                let other = a.filter(call(">", vec![of(&a, &name), Expression::literal(1)]));
                a.join(&other, JoinOn::Nothing, JoinType::Cross)
            }),
            2 => (inner.clone(), inner.clone(), set_operation()).prop_map(|(a, b, (operation, all, by_name))| {
                a.set_operation(&b, operation, all, by_name, false)
            }),
            1 => inner.clone().prop_map(|a| a.set_operation(&a, SetOpType::Union, true, false, false)),
            1 => (inner.clone(), inner.clone(), name()).prop_map(|(a, b, name)| {
                let own = call("==", vec![of(&b, &name), of(&a, &name)]);
                let kind = Kind::Subquery { plan: b.filter(own), role: SubqueryRole::Exists };
                a.filter(Expression::new(kind, Vec::new()))
            }),
            1 => (inner.clone(), inner.clone(), name()).prop_map(|(a, b, name)| {
                let kind = Kind::Subquery { plan: b.clone(), role: SubqueryRole::In };
                let scalar = Kind::Subquery { plan: b, role: SubqueryRole::Scalar };
                let is_in = Expression::new(kind, vec![Expression::column(name)]);
                a.project(vec![is_in, Expression::new(scalar, Vec::new())])
            }),
        ]
    })
}

fn grouping() -> impl Strategy<Value = Option<Grouping>> + Clone {
    prop_oneof![
        Just(Some(Grouping::By)),
        Just(Some(Grouping::Rollup)),
        Just(Some(Grouping::Cube)),
        vec(vec(column(), 0..2), 1..3).prop_map(|sets| Some(Grouping::Sets(sets))),
        Just(None),
    ]
}

fn join_type() -> impl Strategy<Value = JoinType> + Clone {
    select(vec![
        JoinType::Inner,
        JoinType::LeftOuter,
        JoinType::RightOuter,
        JoinType::FullOuter,
        JoinType::LeftSemi,
        JoinType::LeftAnti,
    ])
}

fn set_operation() -> impl Strategy<Value = (SetOpType, bool, bool)> + Clone {
    select(vec![
        (SetOpType::Union, true, false),
        (SetOpType::Union, true, true),
        (SetOpType::Intersect, true, false),
        (SetOpType::Intersect, false, false),
        (SetOpType::Except, true, false),
        (SetOpType::Except, false, false),
    ])
}

/// The column of a relation.
pub(crate) fn of(plan: &LogicalPlan, name: &str) -> Expression {
    let kind = Kind::Attribute {
        name: name.to_owned(),
        plan: Some(plan.id().clone()),
        metadata: false,
    };
    Expression::new(kind, Vec::new())
}
