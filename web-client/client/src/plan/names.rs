//! The numbers and names that identities get in one message, or in one text, by the order in which they appear.

use std::collections::HashMap;

use super::{expression::Variable, node::Identity};

/// Numbers for relations and names for the variables of lambdas.
#[derive(Default)]
pub(crate) struct Names {
    plans: HashMap<usize, i64>,
    next_plan: i64,
    variables: HashMap<usize, usize>,
}

impl Names {
    /// Numbers from this one on.
    pub(crate) fn from(first_plan: i64) -> Self {
        Self {
            next_plan: first_plan,
            ..Self::default()
        }
    }

    /// The number of a relation.
    pub(crate) fn plan(&mut self, id: &Identity) -> i64 {
        let next = self.next_plan;
        let number = *self.plans.entry(id.key()).or_insert(next);
        if number == next {
            self.next_plan += 1;
        }
        number
    }

    /// A number for a relation that nothing refers to.
    pub(crate) fn fresh_plan(&mut self) -> i64 {
        self.next_plan += 1;
        self.next_plan - 1
    }

    /// The name of a lambda's variable, such as `x_0`.
    pub(crate) fn variable(&mut self, variable: &Variable) -> String {
        let next = self.variables.len();
        let number = *self.variables.entry(variable.id.key()).or_insert(next);
        format!("{}_{number}", variable.base)
    }
}
