//! Methods of `set` and `frozenset`.

use std::rc::Rc;

use super::{arithmetic, compare};
use crate::{
    code::Binary,
    exception::{self, Exception, R, raise, type_error},
    types,
    value::{Set, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

fn this(value: &Value) -> R<Rc<Set>> {
    match value {
        Value::Set(set) => Ok(set.clone()),
        other => Err(type_error(format!(
            "descriptor requires a 'set' object but received a '{}'",
            types::class_of(other).name
        ))),
    }
}

/// The methods that do not change the set, with those that do before them.
macro_rules! methods {
    ($($changing:expr),* $(,)?) => {
        &[
            $($changing,)*
            Native::sync("copy", |_, args| {
                let [set] = args.exactly("copy")?;
                let set = this(&set)?;
                Ok(Value::set(Set::of(set.to_vec(), set.is_frozen())?))
            }),
            Native::later("union", |vm, args| Box::pin(combine(vm, args, Binary::Or, false))),
            Native::later("intersection", |vm, args| Box::pin(combine(vm, args, Binary::And, false))),
            Native::later("difference", |vm, args| Box::pin(combine(vm, args, Binary::Sub, false))),
            Native::later("symmetric_difference", |vm, args| Box::pin(combine(vm, args, Binary::Xor, false))),
            Native::later("issubset", |vm, args| Box::pin(async move {
                let (a, b) = two(vm, args, "issubset").await?;
                compare::subset(&a, &b).map(Value::Bool)
            })),
            Native::later("issuperset", |vm, args| Box::pin(async move {
                let (a, b) = two(vm, args, "issuperset").await?;
                compare::subset(&b, &a).map(Value::Bool)
            })),
            Native::later("isdisjoint", |vm, args| Box::pin(async move {
                let (a, b) = two(vm, args, "isdisjoint").await?;
                let b = b.borrow();
                Ok(Value::Bool(!a.borrow().keys().any(|key| b.contains_key(key))))
            })),
        ]
    };
}

pub(crate) static FROZEN_METHODS: &[Native] = methods![];

pub(crate) static METHODS: &[Native] = methods![
    Native::sync("add", |_, args| {
        let [set, value] = args.exactly("add")?;
        this(&set)?.insert(value)?;
        Ok(Value::None)
    }),
    Native::sync("discard", |_, args| {
        let [set, value] = args.exactly("discard")?;
        this(&set)?.remove(&value)?;
        Ok(Value::None)
    }),
    Native::sync("remove", |_, args| {
        let [set, value] = args.exactly("remove")?;
        match this(&set)?.remove(&value)? {
            true => Ok(Value::None),
            false => Err(Exception::new(&exception::KEY_ERROR, vec![value])),
        }
    }),
    Native::sync("pop", |_, args| {
        let [set] = args.exactly("pop")?;
        this(&set)?
            .pop()?
            .ok_or_else(|| raise(&exception::KEY_ERROR, "pop from an empty set"))
    }),
    Native::sync("clear", |_, args| {
        let [set] = args.exactly("clear")?;
        this(&set)?.clear();
        Ok(Value::None)
    }),
    Native::later("update", |vm, args| Box::pin(combine(vm, args, Binary::Or, true))),
    Native::later("intersection_update", |vm, args| Box::pin(combine(
        vm,
        args,
        Binary::And,
        true
    ))),
    Native::later("difference_update", |vm, args| Box::pin(combine(
        vm,
        args,
        Binary::Sub,
        true
    ))),
    Native::later("symmetric_difference_update", |vm, args| Box::pin(combine(
        vm,
        args,
        Binary::Xor,
        true
    ))),
];

async fn combine(vm: &mut Vm, args: Arguments, op: Binary, in_place: bool) -> R<Value> {
    args.no_names("set")?;
    let mut values = args.positional.into_iter();
    let first = Value::Set(this(&values.next().unwrap_or(Value::None))?);
    let mut result = first.clone();
    for other in values {
        let other = Value::set(Set::of(vm.collect(&other).await?, false)?);
        result = match in_place {
            true => arithmetic::in_place(op, &result, &other)?,
            false => arithmetic::binary(op, &result, &other)?,
        };
    }
    match (in_place, &result) {
        (true, _) => Ok(Value::None),
        (false, Value::Set(set)) if result.is(&first) => {
            Ok(Value::set(Set::of(set.to_vec(), set.is_frozen())?))
        }
        (false, _) => Ok(result),
    }
}

async fn two(vm: &mut Vm, args: Arguments, name: &str) -> R<(Rc<Set>, Rc<Set>)> {
    let [set, other] = args.exactly(name)?;
    let other = Set::of(vm.collect(&other).await?, false)?;
    Ok((this(&set)?, Rc::new(other)))
}
