//! Methods of `list`, `tuple` and `range`.

use std::{cmp::Ordering, rc::Rc};

use super::{compare, index};
use crate::{
    exception::{self, R, raise, type_error, value_error},
    limits, types,
    value::{List, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

fn this(value: &Value) -> R<Rc<List>> {
    match value {
        Value::List(list) => Ok(list.clone()),
        other => Err(type_error(format!(
            "descriptor requires a 'list' object but received a '{}'",
            types::class_of(other).name
        ))),
    }
}

pub(crate) static METHODS: &[Native] = &[
    Native::sync("append", |_, args| {
        let [list, value] = args.exactly("append")?;
        this(&list)?.push(value);
        Ok(Value::None)
    }),
    Native::later("extend", |vm, args| {
        Box::pin(async move {
            let [list, values] = args.exactly("extend")?;
            let values = vm.collect(&values).await?;
            this(&list)?.change(|list| list.extend(values));
            Ok(Value::None)
        })
    }),
    Native::sync("insert", |_, args| {
        let [list, at, value] = args.exactly("insert")?;
        let list = this(&list)?;
        let len = list.borrow().len();
        limits::spend(len / 64)?;
        let at = types::integer(&at)?;
        let at = if at < 0 {
            at.saturating_add(len as i64).max(0)
        } else {
            at
        };
        let at = usize::try_from(at).unwrap_or(len).min(len);
        list.change(|values| values.insert(at, value));
        Ok(Value::None)
    }),
    Native::sync("pop", |_, args| {
        let [list, at] = args.between("pop", 1)?;
        let list = this(&list.unwrap_or(Value::None))?;
        let len = list.borrow().len();
        if len == 0 {
            return Err(raise(&exception::INDEX_ERROR, "pop from empty list"));
        }
        let at = at.map_or(Ok(-1), |at| types::integer(&at))?;
        let at = if at < 0 { at.saturating_add(len as i64) } else { at };
        let at = usize::try_from(at)
            .ok()
            .filter(|at| *at < len)
            .ok_or_else(|| raise(&exception::INDEX_ERROR, "pop index out of range"))?;
        limits::spend((len - at) / 64)?;
        Ok(list.change(|values| values.remove(at)))
    }),
    Native::sync("remove", |_, args| {
        let [list, value] = args.exactly("remove")?;
        let list = this(&list)?;
        let at =
            position(&list.to_vec(), &value)?.ok_or_else(|| value_error("list.remove(x): x not in list"))?;
        drop(list.change(|values| (at < values.len()).then(|| values.remove(at))));
        Ok(Value::None)
    }),
    Native::sync("clear", |_, args| {
        let [list] = args.exactly("clear")?;
        limits::bury(this(&list)?.change(|values| std::mem::take(&mut **values)));
        Ok(Value::None)
    }),
    Native::sync("copy", |_, args| {
        let [list] = args.exactly("copy")?;
        Ok(Value::list(this(&list)?.to_vec()))
    }),
    Native::sync("reverse", |_, args| {
        let [list] = args.exactly("reverse")?;
        this(&list)?.change(|values| values.reverse());
        Ok(Value::None)
    }),
    Native::sync("index", find),
    Native::sync("count", count),
    Native::later("sort", |vm, mut args| {
        Box::pin(async move {
            let key = args.take("key");
            let reverse = args.take("reverse");
            let [list] = args.exactly("sort")?;
            let list = this(&list)?;
            let sorted = sort(vm, list.to_vec(), key, reverse).await?;
            list.change(|values| **values = sorted);
            Ok(Value::None)
        })
    }),
];

pub(crate) static TUPLE_METHODS: &[Native] = &[Native::sync("index", find), Native::sync("count", count)];

pub(crate) static RANGE_METHODS: &[Native] = &[Native::sync("index", find), Native::sync("count", count)];

fn position(values: &[Value], value: &Value) -> R<Option<usize>> {
    for (at, candidate) in values.iter().enumerate() {
        if compare::same(candidate, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The values of a sequence.
fn values(value: &Value) -> R<Vec<Value>> {
    Ok(match value {
        Value::List(list) => list.to_vec(),
        Value::Tuple(values) => values.to_vec(),
        Value::Range(range) => {
            let len = usize::try_from(range.len()).unwrap_or(usize::MAX);
            limits::reserve(len.saturating_mul(size_of::<Value>()))?;
            (0..range.len()).map(|at| range.at(at)).collect()
        }
        other => {
            return Err(type_error(format!(
                "'{}' is no sequence",
                types::class_of(other).name
            )));
        }
    })
}

fn find(_: &mut Vm, args: Arguments) -> R<Value> {
    let [sequence, value, start, stop] = args.between("index", 2)?;
    let (sequence, value) = (sequence.unwrap_or(Value::None), value.unwrap_or(Value::None));
    let values = values(&sequence)?;
    let len = values.len() as i64;
    let bound = |bound: Option<Value>, default: i64| -> R<usize> {
        let at = bound.map_or(Ok(default), |bound| index(&bound, "slice indices"))?;
        let at = if at < 0 {
            at.saturating_add(len).max(0)
        } else {
            at.min(len)
        };
        Ok(usize::try_from(at).unwrap_or(0))
    };
    let (start, stop) = (bound(start, 0)?, bound(stop, len)?);
    match position(values.get(start..stop).unwrap_or_default(), &value)? {
        Some(at) => Ok(Value::size(start + at)),
        None => Err(value_error(match &sequence {
            Value::Tuple(_) => "tuple.index(x): x not in tuple".to_owned(),
            _ => format!(
                "{} is not in {}",
                types::repr(&value)?,
                types::class_of(&sequence).name
            ),
        })),
    }
}

fn count(_: &mut Vm, args: Arguments) -> R<Value> {
    let [sequence, value] = args.exactly("count")?;
    let mut count = 0;
    for candidate in values(&sequence)? {
        count += i64::from(compare::same(&candidate, &value)?);
    }
    Ok(Value::Int(count))
}

/// Sorts, equal ones in their order.
pub(crate) async fn sort(
    vm: &mut Vm,
    values: Vec<Value>,
    key: Option<Value>,
    reverse: Option<Value>,
) -> R<Vec<Value>> {
    let reverse = reverse.map_or(Ok(false), |value| types::truth(&value))?;
    let mut keyed = Vec::with_capacity(values.len());
    match key.filter(|key| !key.is_none()) {
        Some(key) => {
            for value in values {
                keyed.push((vm.call(&key, vec![value.clone()].into()).await?, value));
            }
        }
        None => keyed.extend(values.into_iter().map(|value| (value.clone(), value))),
    }
    let mut failure = None;
    // An order that contradicts itself is no reason to panic, which sort_by may.
    let mut places: Vec<usize> = (0..keyed.len()).collect();
    merge_sort(&mut places, &mut |a, b| {
        if failure.is_some() {
            return Ordering::Less;
        }
        let (a, b) = (&keyed[a].0, &keyed[b].0);
        // Only whether the later one comes first is asked, as Python does.
        let first = if reverse {
            compare::less(a, b)
        } else {
            compare::less(b, a)
        };
        match first {
            Ok(true) => Ordering::Greater,
            Ok(false) => Ordering::Less,
            Err(error) => {
                failure = Some(error);
                Ordering::Less
            }
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(places.into_iter().map(|at| keyed[at].1.clone()).collect()),
    }
}

fn merge_sort(places: &mut [usize], order: &mut impl FnMut(usize, usize) -> Ordering) {
    let middle = places.len() / 2;
    if middle == 0 {
        return;
    }
    let (left, right) = places.split_at_mut(middle);
    merge_sort(left, order);
    merge_sort(right, order);
    let (left, right) = (left.to_vec(), right.to_vec());
    let (mut a, mut b) = (0, 0);
    for place in places.iter_mut() {
        let from_right = match (left.get(a), right.get(b)) {
            (Some(&x), Some(&y)) => order(x, y).is_gt(),
            (None, _) => true,
            _ => false,
        };
        let (side, at) = if from_right {
            (&right, &mut b)
        } else {
            (&left, &mut a)
        };
        if let Some(&value) = side.get(*at) {
            *place = value;
        }
        *at += 1;
    }
}
