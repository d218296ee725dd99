//! `functools`: `reduce` and `partial`.

use std::{any::Any, rc::Rc};

use super::module;
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{R, type_error},
    limits, types,
    value::{Object, Text, Value, iterator::iterate, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

module!(MODULE, "functools", NATIVES, &[&PARTIAL], |_| None);

static NATIVES: &[Native] = &[
    Native::later("reduce", |vm, args| {
        Box::pin(async move {
            let [function, values, first] = args.between("reduce", 2)?;
            let function = function.unwrap_or(Value::None);
            let source = iterate(&values.unwrap_or(Value::None))?;
            let mut total = match first {
                Some(first) => first,
                None => vm
                    .next(&source)
                    .await?
                    .ok_or_else(|| type_error("reduce() of empty iterable with no initial value"))?,
            };
            while let Some(value) = vm.next(&source).await? {
                total = vm.call(&function, vec![total, value].into()).await?;
            }
            Ok(total)
        })
    }),
    Native::sync("wraps", |_, args| {
        args.exactly::<1>("wraps")?;
        Ok(Value::Native(&SAME))
    }),
    // What is cached would be lost with the page; calling again is as right.
    Native::sync("cache", |_, args| {
        args.exactly::<1>("cache").map(|[function]| function)
    }),
    Native::sync("lru_cache", |_, args| match &args.positional[..] {
        [function @ (Value::Function(_) | Value::Native(_))] => Ok(function.clone()),
        _ => Ok(Value::Native(&SAME)),
    }),
];

static SAME: Native = Native::sync("decorator", |_, args| {
    args.exactly::<1>("decorator").map(|[value]| value)
});

static PARTIAL: Class = Class {
    name: "partial",
    module: "functools",
    base: Some(&OBJECT),
    new: Some(Native::sync("partial", |_, args| {
        let mut positional = args.positional.into_iter();
        let function = positional
            .next()
            .ok_or_else(|| type_error("type 'partial' takes at least one argument"))?;
        Ok(Value::object(Partial {
            function,
            positional: positional.collect(),
            named: args.named,
        }))
    })),
    methods: &[],
    statics: &[],
    constant: no_constant,
};

/// A function with some of its arguments.
struct Partial {
    function: Value,
    positional: Vec<Value>,
    named: Vec<(Rc<Text>, Value)>,
}

impl Drop for Partial {
    fn drop(&mut self) {
        let mut values = std::mem::take(&mut self.positional);
        values.push(std::mem::replace(&mut self.function, Value::None));
        values.extend(self.named.drain(..).map(|(_, value)| value));
        limits::bury(values);
    }
}

impl Object for Partial {
    fn class(&self) -> &'static Class {
        &PARTIAL
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let mut parts = vec![types::repr(&self.function)?];
        for value in &self.positional {
            parts.push(types::repr(value)?);
        }
        for (name, value) in &self.named {
            parts.push(format!("{}={}", &***name, types::repr(value)?));
        }
        Ok(format!("functools.partial({})", parts.join(", ")))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call<'a>(self: Rc<Self>, vm: &'a mut Vm, args: Arguments) -> Answer<'a> {
        let mut positional = self.positional.clone();
        positional.extend(args.positional);
        let mut named: Vec<_> = self
            .named
            .iter()
            .filter(|(name, _)| !args.named.iter().any(|(other, _)| other == name))
            .cloned()
            .collect();
        named.extend(args.named);
        Answer::Later(Box::pin(async move {
            vm.call(&self.function.clone(), Arguments { positional, named })
                .await
        }))
    }
}
