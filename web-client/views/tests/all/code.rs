//! Code comes to the plan that it was written for.

use plan_views::code::code;
use proptest::{prelude::*, test_runner::TestCaseError};
use spark_connect_client::{
    plan::{Expression, Literal, LogicalPlan},
    proto as pb,
};

use crate::{
    cells::{normal, plan_of},
    plans,
};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn round(relation: &pb::Relation, runtime: &tokio::runtime::Runtime) -> Result<(), TestCaseError> {
    let code = code(relation).map_err(|error| TestCaseError::fail(error.message))?;
    prop_assert_eq!(&code.notes, &Vec::<String>::new());
    let again = runtime.block_on(plan_of(&code.text));
    let again = again.map_err(|error| TestCaseError::fail(format!("{error}\n{}", code.text)))?;
    let (before, after) = (normal(relation), normal(&again));
    prop_assert!(
        before == after,
        "{}\nbefore:\n{before}\nafter:\n{after}",
        code.text
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_survive_as_code(plan in plans::plan()) {
        round(&plan.to_relation().unwrap(), &runtime())?;
    }

    #[test]
    fn columns_survive_as_code(column in plans::column()) {
        let plan = LogicalPlan::named_table("t", Vec::new(), false).project(vec![column]);
        round(&plan.to_relation().unwrap(), &runtime())?;
    }
}

/// Runs on a stack of a browser's size.
fn with_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn what_is_deep_survives() {
    with_small_stack(|| {
        let column = Expression::column("a");
        let nested = |name: &'static str, levels: usize| {
            (0..levels).fold(column.clone(), |below, _| Expression::function(name, vec![below]))
        };
        let sum = (0..500).fold(column.clone(), |sum, _| {
            Expression::function("+", vec![sum, Expression::literal(Literal::integer(1))])
        });
        let right = (0..500).fold(column.clone(), |sum, _| {
            Expression::function("-", vec![Expression::literal(Literal::integer(1)), sum])
        });
        let table = LogicalPlan::named_table("t", Vec::new(), false);
        let chain = (0..500).fold(table.clone(), |plan, _| plan.limit(1));
        let shared = (0..8).fold(table.clone(), |plan, _| {
            plan.set_operation(&plan, pb::set_operation::SetOpType::Union, true, false, false)
        });
        let plans = [
            table.project(vec![nested("abs", 500)]),
            table.project(vec![nested("not", 500)]),
            table.project(vec![sum]),
            table.project(vec![right]),
            chain,
            shared,
        ];
        for plan in plans {
            let relation = plan.to_relation().unwrap();
            let code = code(&relation).unwrap();
            assert!(plan_views::sql::sql(&relation, &|_| None).is_ok());
            if let Err(error) = plan_views::builder::from_plan(&relation) {
                assert_eq!(error.reason, plan_views::Reason::NoForm);
            }
            // Cells run elsewhere with a stack of their own; what matters here is that the code is one for them.
            let text = code.text.clone();
            let cells = std::thread::Builder::new().stack_size(16 << 20);
            let cells = cells.spawn(move || runtime().block_on(plan_of(&text))).unwrap();
            let again = cells
                .join()
                .unwrap()
                .unwrap_or_else(|error| panic!("{error}\n{}", code.text));
            assert_eq!(plan_views::code::code(&again).unwrap(), code);
        }
    });
}
