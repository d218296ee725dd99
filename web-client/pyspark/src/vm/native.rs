//! Functions that are built in, and what they are given.

use std::rc::Rc;

use futures::future::LocalBoxFuture;

use super::Vm;
use crate::{
    class::Class,
    exception::{R, type_error},
    value::{Text, Value},
};

/// A built-in function, or a method: its first argument is the instance then.
#[derive(Clone, Copy)]
pub(crate) struct Native {
    pub(crate) name: &'static str,
    pub(crate) body: Body,
}

/// What a built-in function does.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    Sync(fn(&mut Vm, Arguments) -> R<Value>),
    /// Calls functions back, or waits for Spark.
    Async(for<'a> fn(&'a mut Vm, Arguments) -> LocalBoxFuture<'a, R<Value>>),
    /// Has Spark run or change something: not done where a cell is only planned.
    Action(for<'a> fn(&'a mut Vm, Arguments) -> LocalBoxFuture<'a, R<Value>>),
    /// An attribute that is computed from the instance, not called.
    Property(for<'a> fn(&'a mut Vm, Value) -> LocalBoxFuture<'a, R<Value>>),
    /// A constructor that derived types share.
    OfClass(fn(&'static Class, Arguments) -> R<Value>),
}

impl Native {
    pub(crate) const fn sync(name: &'static str, body: fn(&mut Vm, Arguments) -> R<Value>) -> Self {
        Self {
            name,
            body: Body::Sync(body),
        }
    }

    pub(crate) const fn later(
        name: &'static str,
        body: for<'a> fn(&'a mut Vm, Arguments) -> LocalBoxFuture<'a, R<Value>>,
    ) -> Self {
        Self {
            name,
            body: Body::Async(body),
        }
    }

    pub(crate) const fn action(
        name: &'static str,
        body: for<'a> fn(&'a mut Vm, Arguments) -> LocalBoxFuture<'a, R<Value>>,
    ) -> Self {
        Self {
            name,
            body: Body::Action(body),
        }
    }

    pub(crate) const fn property(
        name: &'static str,
        body: for<'a> fn(&'a mut Vm, Value) -> LocalBoxFuture<'a, R<Value>>,
    ) -> Self {
        Self {
            name,
            body: Body::Property(body),
        }
    }

    pub(crate) fn is_property(&self) -> bool {
        matches!(self.body, Body::Property(_))
    }
}

/// Several tables as one.
pub(crate) const fn joined<const N: usize>(tables: &[&[Native]]) -> [Native; N] {
    let mut all = [tables[0][0]; N];
    let (mut at, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            all[at] = tables[table][row];
            row += 1;
            at += 1;
        }
        table += 1;
    }
    all
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What a call hands over.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vec<(Rc<Text>, Value)>,
}

impl From<Vec<Value>> for Arguments {
    fn from(positional: Vec<Value>) -> Self {
        Self {
            positional,
            named: Vec::new(),
        }
    }
}

impl Arguments {
    /// Exactly so many, by position.
    pub(crate) fn exactly<const N: usize>(self, name: &str) -> R<[Value; N]> {
        self.no_names(name)?;
        let given = self.positional.len();
        self.positional.try_into().map_err(|_| {
            let count = match N {
                0 => "no arguments".to_owned(),
                1 => "exactly one argument".to_owned(),
                count => format!("exactly {count} arguments"),
            };
            type_error(format!("{name}() takes {count} ({given} given)"))
        })
    }

    /// So many at least, and up to `N`, by position.
    pub(crate) fn between<const N: usize>(self, name: &str, least: usize) -> R<[Option<Value>; N]> {
        self.no_names(name)?;
        self.bind(name, [""; N], least)
    }

    pub(crate) fn no_names(&self, name: &str) -> R<()> {
        match self.named.is_empty() {
            true => Ok(()),
            false => Err(type_error(format!("{name}() takes no keyword arguments"))),
        }
    }

    /// Values by parameter; the first ones are required.
    pub(crate) fn bind<const N: usize>(
        self,
        name: &str,
        parameters: [&str; N],
        required: usize,
    ) -> R<[Option<Value>; N]> {
        let given = self.positional.len();
        if given > N {
            return Err(type_error(format!(
                "{name}() takes at most {N} arguments ({given} given)"
            )));
        }
        let mut values: [Option<Value>; N] = [const { None }; N];
        for (slot, value) in values.iter_mut().zip(self.positional) {
            *slot = Some(value);
        }
        for (key, value) in self.named {
            let slot = parameters
                .iter()
                .position(|parameter| *parameter == &**key)
                .and_then(|at| values.get_mut(at));
            match slot {
                None => {
                    return Err(type_error(format!(
                        "{name}() got an unexpected keyword argument '{}'",
                        &**key
                    )));
                }
                Some(Some(_)) => {
                    return Err(type_error(format!(
                        "{name}() got multiple values for argument '{}'",
                        &**key
                    )));
                }
                Some(slot) => *slot = Some(value),
            }
        }
        match (0..required.min(N)).find(|&at| values[at].is_none()) {
            Some(_) if parameters.iter().all(|parameter| parameter.is_empty()) => Err(type_error(format!(
                "{name} expected at least {required} argument{}, got {given}",
                if required == 1 { "" } else { "s" }
            ))),
            Some(at) => Err(type_error(format!(
                "{name}() missing required argument '{}' (pos {})",
                parameters[at],
                at + 1
            ))),
            None => Ok(values),
        }
    }

    /// Takes a keyword out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.named.iter().position(|(key, _)| &***key == name)?;
        Some(self.named.remove(at).1)
    }
}
