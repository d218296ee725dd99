//! `operator`.

use std::{any::Any, rc::Rc};

use super::module;
use crate::{
    class::Class,
    code::{Binary, Comparison, Unary},
    exception::R,
    limits,
    types::{self, arithmetic, compare},
    value::{Object, Text, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

module!(MODULE, "operator", NATIVES, &[], |_| None);

macro_rules! binary {
    ($name:literal, $op:expr) => {
        Native::sync($name, |_, args| {
            let [a, b] = args.exactly($name)?;
            arithmetic::binary($op, &a, &b)
        })
    };
}

macro_rules! comparison {
    ($name:literal, $op:expr) => {
        Native::sync($name, |_, args| {
            let [a, b] = args.exactly($name)?;
            compare::compare($op, &a, &b)
        })
    };
}

static NATIVES: &[Native] = &[
    binary!("add", Binary::Add),
    binary!("sub", Binary::Sub),
    binary!("mul", Binary::Mul),
    binary!("truediv", Binary::Div),
    binary!("floordiv", Binary::FloorDiv),
    binary!("mod", Binary::Mod),
    binary!("pow", Binary::Pow),
    binary!("and_", Binary::And),
    binary!("or_", Binary::Or),
    binary!("xor", Binary::Xor),
    binary!("concat", Binary::Add),
    comparison!("eq", Comparison::Eq),
    comparison!("ne", Comparison::Ne),
    comparison!("lt", Comparison::Lt),
    comparison!("le", Comparison::Le),
    comparison!("gt", Comparison::Gt),
    comparison!("ge", Comparison::Ge),
    Native::sync("neg", |_, args| {
        let [value] = args.exactly("neg")?;
        arithmetic::unary(Unary::Negative, &value)
    }),
    Native::sync("inv", |_, args| {
        let [value] = args.exactly("inv")?;
        arithmetic::unary(Unary::Invert, &value)
    }),
    Native::sync("not_", |_, args| {
        let [value] = args.exactly("not_")?;
        Ok(Value::Bool(!types::truth(&value)?))
    }),
    Native::later("getitem", |vm, args| {
        Box::pin(async move {
            let [value, item] = args.exactly("getitem")?;
            vm.item(&value, &item).await
        })
    }),
    Native::sync("itemgetter", |_, args| getter(args, false)),
    Native::sync("attrgetter", |_, args| getter(args, true)),
    Native::sync("methodcaller", |_, mut args| {
        let name = Rc::from(types::string(
            args.positional.first().unwrap_or(&Value::None),
            "method name",
        )?);
        args.positional.remove(0);
        Ok(Value::object(Caller {
            name,
            args: args.positional,
            named: args.named,
        }))
    }),
];

fn getter(args: Arguments, attributes: bool) -> R<Value> {
    args.no_names("itemgetter")?;
    if attributes {
        for name in &args.positional {
            types::string(name, "attribute name")?;
        }
    }
    Ok(Value::object(Getter {
        wanted: args.positional,
        attributes,
    }))
}

/// `itemgetter` and `attrgetter`.
struct Getter {
    wanted: Vec<Value>,
    attributes: bool,
}

impl Drop for Getter {
    fn drop(&mut self) {
        limits::bury(std::mem::take(&mut self.wanted));
    }
}

impl Object for Getter {
    fn class(&self) -> &'static Class {
        static ITEM: Class = Class::named("itemgetter", "operator");
        static ATTRIBUTE: Class = Class::named("attrgetter", "operator");
        if self.attributes { &ATTRIBUTE } else { &ITEM }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!(
            "operator.{}({})",
            self.class().name,
            types::repr::joined(&self.wanted)?
        ))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call<'a>(self: Rc<Self>, vm: &'a mut Vm, args: Arguments) -> Answer<'a> {
        Answer::Later(Box::pin(async move {
            let [value] = args.exactly(self.class().name)?;
            let mut found = Vec::new();
            for wanted in &self.wanted {
                found.push(match (self.attributes, wanted) {
                    (true, Value::Str(path)) => {
                        let mut at = value.clone();
                        for name in path.split('.') {
                            at = vm.attribute(&at, name).await?;
                        }
                        at
                    }
                    _ => vm.item(&value, wanted).await?,
                });
            }
            Ok(match (found.len(), found.pop()) {
                (1, Some(one)) => one,
                (_, Some(last)) => {
                    found.push(last);
                    Value::tuple(found)
                }
                _ => Value::tuple(Vec::new()),
            })
        }))
    }
}

/// `methodcaller`.
struct Caller {
    name: Rc<str>,
    args: Vec<Value>,
    named: Vec<(Rc<Text>, Value)>,
}

impl Object for Caller {
    fn class(&self) -> &'static Class {
        static CALLER: Class = Class::named("methodcaller", "operator");
        &CALLER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!("operator.methodcaller('{}')", self.name))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call<'a>(self: Rc<Self>, vm: &'a mut Vm, args: Arguments) -> Answer<'a> {
        Answer::Later(Box::pin(async move {
            let [value] = args.exactly("methodcaller")?;
            let method = vm.attribute(&value, &self.name).await?;
            let args = Arguments {
                positional: self.args.clone(),
                named: self.named.clone(),
            };
            vm.call(&method, args).await
        }))
    }
}
