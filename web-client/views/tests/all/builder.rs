//! Models of the builder become plans and come back, and what is wrong with one is told.

use plan_views::{
    Reason,
    builder::{
        Arithmetic, Comparison, Expression, JoinKind, Model, Named, Number, On, Order, Side, Step, Value,
        ValueType, from_plan,
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{cells::normal, plans};

fn name() -> impl Strategy<Value = String> + Clone {
    plans::name()
}

fn value() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i32>().prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Long),
        any::<f64>().prop_map(|number| Value::Double(Number(number))),
        Just(Value::Double(Number(f64::NAN))),
        any::<String>().prop_map(Value::String),
        any::<i32>().prop_map(Value::Date),
        any::<i64>().prop_map(Value::Timestamp),
        "-?[0-9]{1,9}(\\.[0-9]{1,4})?".prop_map(Value::Decimal),
    ]
}

/// Expressions in the one form that each has: `Not` of an equality is `NotEqual`, and so on.
fn expression() -> impl Strategy<Value = Expression> + Clone {
    let leaf = prop_oneof![
        name().prop_map(|name| Expression::Column { name, side: None }),
        select(vec!["*", "s.*"]).prop_map(|name| Expression::Column {
            name: name.into(),
            side: None
        }),
        value().prop_map(|value| Expression::Literal { value }),
        "[a-z +]{1,8}"
            .prop_filter("empty", |text| !text.trim().is_empty())
            .prop_map(|text| Expression::Sql { text }),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let comparisons = vec![
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ];
        let operators = vec![
            Arithmetic::Add,
            Arithmetic::Subtract,
            Arithmetic::Multiply,
            Arithmetic::Divide,
            Arithmetic::Remainder,
        ];
        prop_oneof![
            (select(comparisons), boxed.clone(), boxed.clone()).prop_map(|(operator, left, right)| {
                Expression::Comparison {
                    operator,
                    left,
                    right,
                }
            }),
            (select(operators), boxed.clone(), boxed.clone()).prop_map(|(operator, left, right)| {
                Expression::Arithmetic {
                    operator,
                    left,
                    right,
                }
            }),
            vec(inner.clone(), 2..6).prop_map(|parts| Expression::And { parts }),
            vec(inner.clone(), 2..4).prop_map(|parts| Expression::Or { parts }),
            boxed.clone().prop_map(|part| Expression::Not { part }),
            boxed.clone().prop_map(|part| Expression::IsNull { part }),
            (boxed.clone(), vec(inner.clone(), 1..3))
                .prop_map(|(part, values)| Expression::In { part, values }),
            (boxed.clone(), boxed.clone(), boxed.clone()).prop_map(|(part, low, high)| Expression::Between {
                part,
                low,
                high
            }),
            (boxed.clone(), any::<String>()).prop_map(|(part, pattern)| Expression::Like { part, pattern }),
            (
                select(vec!["sum", "upper", "no_such", "isNotNull"]),
                vec(inner, 0..3),
                any::<bool>()
            )
                .prop_map(|(function, arguments, distinct)| Expression::Call {
                    function: function.into(),
                    arguments,
                    distinct
                }),
            (boxed, select(vec!["int", "decimal(10, 2)"]))
                .prop_map(|(part, to)| Expression::Cast { part, to: to.into() }),
        ]
    })
    .prop_filter("another form says the same", is_canonical)
}

fn is_canonical(expression: &Expression) -> bool {
    match expression {
        Expression::And { parts } => {
            !matches!(parts[0], Expression::And { .. })
                && !matches!(
                    (&parts[0], &parts[1]),
                    (
                        Expression::Comparison { operator: Comparison::GreaterOrEqual, left: a, .. },
                        Expression::Comparison { operator: Comparison::LessOrEqual, left: b, .. },
                    ) if a == b
                )
                && parts.iter().all(is_canonical)
        }
        Expression::Or { parts } => {
            !matches!(parts[0], Expression::Or { .. }) && parts.iter().all(is_canonical)
        }
        Expression::Not { part } => {
            !matches!(
                **part,
                Expression::Comparison {
                    operator: Comparison::Equal,
                    ..
                }
            ) && is_canonical(part)
        }
        Expression::Comparison { left, right, .. } | Expression::Arithmetic { left, right, .. } => {
            is_canonical(left) && is_canonical(right)
        }
        Expression::IsNull { part } | Expression::Like { part, .. } | Expression::Cast { part, .. } => {
            is_canonical(part)
        }
        Expression::In { part, values } => is_canonical(part) && values.iter().all(is_canonical),
        Expression::Between { part, low, high } => {
            [part, low, high].into_iter().all(|part| is_canonical(part))
        }
        Expression::Call { arguments, .. } => arguments.iter().all(is_canonical),
        Expression::Column { .. } | Expression::Literal { .. } | Expression::Sql { .. } => true,
    }
}

fn named() -> impl Strategy<Value = Named> + Clone {
    (expression(), option::of(name())).prop_map(|(expression, alias)| Named { expression, alias })
}

fn order() -> impl Strategy<Value = Order> + Clone {
    (expression(), any::<bool>(), any::<bool>()).prop_map(|(expression, descending, nulls_first)| Order {
        expression,
        descending,
        nulls_first,
    })
}

fn values() -> impl Strategy<Value = Step> + Clone {
    let row = (
        option::of(any::<i32>()),
        option::of(any::<String>()),
        option::of(any::<f64>()),
        option::of(any::<i64>()),
    );
    vec(row, 0..4).prop_map(|rows| Step::Values {
        columns: vec![
            ("i".into(), ValueType::Integer),
            ("s".into(), ValueType::String),
            ("d".into(), ValueType::Double),
            ("t".into(), ValueType::Timestamp),
        ],
        rows: rows
            .into_iter()
            .map(|(i, s, d, t)| {
                vec![
                    i.map_or(Value::Null, Value::Integer),
                    s.map_or(Value::Null, Value::String),
                    d.map_or(Value::Null, |d| Value::Double(Number(d))),
                    t.map_or(Value::Null, Value::Timestamp),
                ]
            })
            .collect(),
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> + Clone {
    let source = prop_oneof![
        3 => name().prop_map(|name| Step::Table { name }),
        1 => "[a-z *]{1,9}x".prop_map(|query| Step::Sql { query }),
        1 => ("[a-z]{1,4}", "[a-z/]{1,6}", option::of(any::<String>())).prop_map(|(format, path, option)| Step::File {
            format,
            path,
            options: option.into_iter().map(|value| ("k".to_owned(), value)).collect(),
        }),
        1 => (any::<i64>(), any::<i64>(), 1i64..9).prop_map(|(start, end, step_size)| Step::Range { start, end, step_size }),
        1 => values(),
    ];
    let plain = prop_oneof![
        expression().prop_map(|condition| Step::Filter { condition }),
        vec(named(), 1..3).prop_map(|columns| Step::Select { columns }),
        (name(), expression()).prop_map(|(name, expression)| Step::WithColumn { name, expression }),
        (vec(named(), 0..2), vec(named(), 1..3))
            .prop_map(|(keys, aggregates)| Step::Aggregate { keys, aggregates }),
        (vec(named(), 0..2), name(), vec(value(), 0..3), vec(named(), 1..2)).prop_map(
            |(keys, column, values, aggregates)| Step::Pivot {
                keys,
                column,
                values,
                aggregates
            }
        ),
        vec(order(), 1..3).prop_map(|orders| Step::Sort { orders }),
        (0i32..99).prop_map(|rows| Step::Limit { rows }),
        Just(Step::Distinct),
        (
            name(),
            vec(expression(), 0..2),
            vec(expression(), 0..2),
            vec(order(), 0..2)
        )
            .prop_map(|(name, arguments, partition_by, order_by)| Step::Window {
                name,
                function: Expression::Call {
                    function: "rank".into(),
                    arguments,
                    distinct: false
                },
                partition_by,
                order_by,
            }),
    ];
    let simple = (source, vec(plain.clone(), 0..4)).prop_map(|(source, mut steps)| {
        steps.insert(0, source);
        steps
    });
    simple.prop_recursive(2, 6, 2, move |inner| {
        let kinds = vec![
            JoinKind::Inner,
            JoinKind::Left,
            JoinKind::Right,
            JoinKind::Full,
            JoinKind::LeftSemi,
            JoinKind::LeftAnti,
            JoinKind::Cross,
        ];
        let on = prop_oneof![
            Just(On::Nothing),
            vec(name(), 1..3).prop_map(On::Columns),
            (name(), name()).prop_map(|(left, right)| On::Condition(Expression::Comparison {
                operator: Comparison::Equal,
                left: Box::new(Expression::Column {
                    name: left,
                    side: Some(Side::Left)
                }),
                right: Box::new(Expression::Column {
                    name: right,
                    side: Some(Side::Right)
                }),
            })),
        ];
        let both = prop_oneof![
            (inner.clone(), select(kinds), on).prop_map(|(right, how, on)| Step::Join { right, how, on }),
            (inner.clone(), any::<bool>(), any::<bool>()).prop_map(|(right, by_name, missing)| Step::Union {
                right,
                by_name,
                allow_missing_columns: missing && by_name,
            }),
        ];
        (inner, both, vec(plain.clone(), 0..2)).prop_map(|(mut steps, both, after)| {
            steps.push(both);
            steps.extend(after);
            steps
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn models_survive_as_plans_and_as_json(steps in steps()) {
        let model = Model::new(steps);
        let relation = model.to_plan().unwrap().to_relation().unwrap();
        let again = from_plan(&relation).unwrap();
        prop_assert_eq!(&again, &model);
        let twice = again.to_plan().unwrap().to_relation().unwrap();
        prop_assert_eq!(normal(&twice), normal(&relation));
        let json = serde_json::to_string(&model).unwrap();
        prop_assert_eq!(serde_json::from_str::<Model>(&json).unwrap(), model);
    }

    #[test]
    fn plans_that_have_a_model_survive_as_models(plan in plans::plan()) {
        let relation = plan.to_relation().unwrap();
        match from_plan(&relation) {
            Ok(model) => {
                let again = model.to_plan().unwrap().to_relation().unwrap();
                // A relation that is used twice is written twice in a model, and has two numbers then.
                prop_assert_eq!(without_numbers(&again), without_numbers(&relation));
            }
            Err(error) => {
                prop_assert!(matches!(error.reason, Reason::NoForm), "{:?}", error);
                prop_assert!(!error.node.is_empty());
            }
        }
    }
}

/// A plan as text, without the numbers of relations.
fn without_numbers(relation: &spark_connect_client::proto::Relation) -> String {
    let text = normal(relation);
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("plan_id: "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_a_step_lacks_is_told() {
    let table = || Step::Table { name: "t".into() };
    let cases = [
        (
            vec![],
            "step 1",
            "A query has no steps; begin with a table, SQL, files, a range or values.",
        ),
        (
            vec![Step::Distinct],
            "step 1",
            "Step 1 (distinct): a query begins with a table, SQL, files, a range or values; put one before it.",
        ),
        (
            vec![table(), table()],
            "step 2",
            "Step 2 (table): rows come from one place only; put it first, or add a join or a union.",
        ),
        (
            vec![table(), Step::Select { columns: vec![] }],
            "step 2",
            "Step 2 (select): it has no columns; add one.",
        ),
        (
            vec![table(), Step::Limit { rows: -1 }],
            "step 2",
            "Step 2 (limit): it keeps -1 rows; choose 0 or more.",
        ),
        (
            vec![
                table(),
                Step::Union {
                    right: vec![Step::Table { name: " ".into() }],
                    by_name: false,
                    allow_missing_columns: false,
                },
            ],
            "step 2, step 1",
            "Step 2, step 1 (table): the table's name is empty; fill it in.",
        ),
        (
            vec![
                table(),
                Step::Filter {
                    condition: Expression::Column {
                        name: "a".into(),
                        side: Some(Side::Left),
                    },
                },
            ],
            "step 2",
            "Step 2 (filter): columns have sides only in the condition of a join.",
        ),
        (
            vec![Step::Values {
                columns: vec![("a".into(), ValueType::Integer)],
                rows: vec![vec![Value::String("x".into())]],
            }],
            "step 1",
            "Step 1 (values): the value of a in row 1 is no Integer; change it or the column's type.",
        ),
        (
            vec![
                table(),
                Step::Filter {
                    condition: Expression::Call {
                        function: "==".into(),
                        arguments: vec![],
                        distinct: false,
                    },
                },
            ],
            "step 2",
            "Step 2 (filter): == is an operator, not a function; choose it as one.",
        ),
    ];
    for (steps, node, message) in cases {
        let error = Model::new(steps).to_plan().unwrap_err();
        assert_eq!(
            (error.reason, error.node.as_str(), error.message.as_str()),
            (Reason::Incomplete, node, message)
        );
    }
    let old = Model {
        version: 7,
        steps: vec![table()],
    };
    assert!(old.to_plan().unwrap_err().message.contains("version 7"));
}

#[test]
fn the_json_form_stays_what_it_is() {
    let json = r#"{"version":1,"steps":[{"step":"table","name":"orders"},{"step":"filter","condition":{"is":"comparison","operator":"greater","left":{"is":"column","name":"amount"},"right":{"is":"literal","value":{"long":"9007199254740993"}}}},{"step":"join","right":[{"step":"range","start":0,"end":9,"step_size":1}],"how":"left_semi","on":{"columns":["id"]}},{"step":"aggregate","keys":[],"aggregates":[{"expression":{"is":"call","function":"count","arguments":[{"is":"column","name":"*"}]},"alias":"n"}]},{"step":"distinct"}]}"#;
    let model: Model = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&model).unwrap(), json);
    assert!(serde_json::from_str::<Model>(&json.replace("\"alias\"", "\"alas\"")).is_err());
}

/// Some rows as a plan.
pub(crate) fn rows() -> spark_connect_client::plan::LogicalPlan {
    let step = Step::Values {
        columns: vec![("a".into(), ValueType::Long), ("b".into(), ValueType::String)],
        rows: vec![
            vec![Value::Long(1), Value::String("it's".into())],
            vec![Value::Null, Value::Null],
        ],
    };
    Model::new(vec![step]).to_plan().unwrap()
}
