//! `itertools`.

use futures::future::LocalBoxFuture;

use super::module;
use crate::{
    exception::{R, type_error, value_error},
    limits, types,
    value::{
        List, Value,
        iterator::{State, iterate},
    },
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

module!(MODULE, "itertools", NATIVES, &[], |_| None);

static CHAIN: Native = Native::sync("chain", |_, args| {
    args.no_names("chain")?;
    let rest = Value::iter(State::Owned(args.positional, 0));
    Ok(Value::iter(State::Chain(Value::None, rest)))
});

static NATIVES: &[Native] = &[
    Native::sync("chain", |vm, args| match CHAIN.body {
        crate::vm::native::Body::Sync(chain) => chain(vm, args),
        _ => Ok(Value::None),
    }),
    Native::sync("count", |_, args| {
        let [start, step] = args.bind("count", ["start", "step"], 0)?;
        let or = |value: Option<Value>, default| value.unwrap_or(Value::Int(default));
        Ok(Value::iter(State::Count(or(start, 0), or(step, 1))))
    }),
    Native::sync("cycle", |_, args| {
        let [values] = args.exactly("cycle")?;
        Ok(Value::iter(State::Cycle(
            Some(iterate(&values)?),
            List::new(Vec::new()),
            0,
        )))
    }),
    Native::sync("repeat", |_, args| {
        let [value, times] = args.bind("repeat", ["object", "times"], 1)?;
        let times = match times {
            Some(times) => Some(usize::try_from(types::integer(&times)?).unwrap_or(0)),
            None => None,
        };
        Ok(Value::iter(State::Repeat(value.unwrap_or(Value::None), times)))
    }),
    Native::sync("islice", |_, args| {
        let [values, a, b, step] = args.between("islice", 2)?;
        let source = iterate(&values.unwrap_or(Value::None))?;
        let (start, stop) = match b {
            None => (None, a),
            stop => (a, stop),
        };
        let number = |value: Option<Value>| match value {
            None | Some(Value::None) => Ok(None),
            Some(value) => usize::try_from(types::integer(&value)?).map(Some).map_err(|_| {
                value_error("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
            }),
        };
        let (start, stop, step) = (
            number(start)?.unwrap_or(0),
            number(stop)?,
            number(step)?.unwrap_or(1),
        );
        if step == 0 {
            return Err(value_error(
                "Step for islice() must be a positive integer or None.",
            ));
        }
        Ok(Value::iter(State::Islice(source, start, stop, step)))
    }),
    Native::sync("takewhile", |_, args| {
        let [function, values] = args.exactly("takewhile")?;
        Ok(Value::iter(State::TakeWhile(function, iterate(&values)?)))
    }),
    Native::sync("dropwhile", |_, args| {
        let [function, values] = args.exactly("dropwhile")?;
        Ok(Value::iter(State::DropWhile(function, iterate(&values)?, false)))
    }),
    Native::sync("filterfalse", |_, args| {
        let [function, values] = args.exactly("filterfalse")?;
        Ok(Value::iter(State::FilterFalse(function, iterate(&values)?)))
    }),
    Native::sync("starmap", |_, args| {
        let [function, values] = args.exactly("starmap")?;
        Ok(Value::iter(State::Starmap(function, iterate(&values)?)))
    }),
    Native::sync("accumulate", |_, args| {
        let [values, function, initial] = args.bind("accumulate", ["iterable", "func", "initial"], 1)?;
        let source = iterate(&values.unwrap_or(Value::None))?;
        let source = match initial.filter(|initial| !initial.is_none()) {
            Some(initial) => {
                let first = Value::list(vec![initial]);
                let rest = Value::iter(State::Owned(vec![first, source], 0));
                Value::iter(State::Chain(Value::None, rest))
            }
            None => source,
        };
        Ok(Value::iter(State::Accumulate(
            source,
            function.unwrap_or(Value::None),
            None,
        )))
    }),
    Native::later("product", |vm, mut args| {
        Box::pin(async move {
            let times = args
                .take("repeat")
                .map_or(Ok(1), |times| types::integer(&times))?;
            let mut pools = Vec::new();
            for values in &args.positional {
                pools.push(vm.collect(values).await?);
            }
            let times =
                usize::try_from(times).map_err(|_| value_error("repeat argument cannot be negative"))?;
            let pools: Vec<_> = std::iter::repeat_n(pools, times.min(64)).flatten().collect();
            let count = pools
                .iter()
                .fold(1usize, |count, pool| count.saturating_mul(pool.len()));
            limits::reserve(
                count
                    .saturating_mul(pools.len() + 2)
                    .saturating_mul(size_of::<Value>()),
            )?;
            let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
            for pool in &pools {
                rows = rows
                    .into_iter()
                    .flat_map(|row| {
                        pool.iter()
                            .map(move |value| row.iter().chain([value]).cloned().collect())
                    })
                    .collect();
            }
            Ok(owned(rows))
        })
    }),
    Native::later("combinations", |vm, args| {
        choose(vm, args, "combinations", |_, chosen, at| {
            chosen.last().is_none_or(|&last| at > last)
        })
    }),
    Native::later("combinations_with_replacement", |vm, args| {
        choose(vm, args, "combinations_with_replacement", |_, chosen, at| {
            chosen.last().is_none_or(|&last| at >= last)
        })
    }),
    Native::later("permutations", |vm, args| {
        choose(vm, args, "permutations", |_, chosen, at| !chosen.contains(&at))
    }),
    Native::later("zip_longest", |vm, mut args| {
        Box::pin(async move {
            let fill = args.take("fillvalue").unwrap_or(Value::None);
            let mut columns = Vec::new();
            for values in &args.positional {
                columns.push(vm.collect(values).await?);
            }
            let len = columns.iter().map(Vec::len).max().unwrap_or(0);
            limits::reserve(
                len.saturating_mul(columns.len())
                    .saturating_mul(size_of::<Value>()),
            )?;
            let row = |at: usize| {
                columns
                    .iter()
                    .map(|column| column.get(at).unwrap_or(&fill).clone())
                    .collect()
            };
            Ok(owned((0..len).map(row).collect()))
        })
    }),
    Native::later("pairwise", |vm, args| {
        Box::pin(async move {
            let [values] = args.exactly("pairwise")?;
            let values = vm.collect(&values).await?;
            Ok(owned(values.windows(2).map(<[Value]>::to_vec).collect()))
        })
    }),
    Native::later("groupby", |vm, args| {
        Box::pin(async move {
            let [values, key] = args.bind("groupby", ["iterable", "key"], 1)?;
            let key = key.filter(|key| !key.is_none());
            let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
            for value in vm.collect(&values.unwrap_or(Value::None)).await? {
                let rank = match &key {
                    Some(key) => vm.call(key, vec![value.clone()].into()).await?,
                    None => value.clone(),
                };
                match groups.last_mut() {
                    Some((held, group)) if types::equal(held, &rank)? => group.push(value),
                    _ => groups.push((rank, vec![value])),
                }
            }
            let groups = groups.into_iter();
            Ok(owned(
                groups
                    .map(|(key, group)| vec![key, Value::iter(State::Owned(group, 0))])
                    .collect(),
            ))
        })
    }),
];

fn owned(rows: Vec<Vec<Value>>) -> Value {
    Value::iter(State::Owned(rows.into_iter().map(Value::tuple).collect(), 0))
}

/// All ways to choose places one after the other.
fn choose<'a>(
    vm: &'a mut Vm,
    args: Arguments,
    name: &'static str,
    allowed: fn(usize, &[usize], usize) -> bool,
) -> LocalBoxFuture<'a, R<Value>> {
    Box::pin(async move {
        let [values, count] = args.bind(name, ["iterable", "r"], 1)?;
        let pool = vm.collect(&values.unwrap_or(Value::None)).await?;
        let count = match count.filter(|count| !count.is_none()) {
            Some(count) => {
                usize::try_from(types::integer(&count)?).map_err(|_| value_error("r must be non-negative"))?
            }
            None if name == "permutations" => pool.len(),
            None => {
                return Err(type_error(format!(
                    "{name}() missing required argument 'r' (pos 2)"
                )));
            }
        };
        let mut rows = Vec::new();
        let mut chosen: Vec<usize> = Vec::new();
        let mut next = 0;
        let mut charge = limits::Charge::default();
        loop {
            limits::spend(1 + count)?;
            if chosen.len() == count {
                rows.push(chosen.iter().map(|&at| pool[at].clone()).collect());
                charge.set(rows.len() * (count + 2) * size_of::<Value>());
                limits::check_memory()?;
            } else if let Some(at) = (next..pool.len()).find(|&at| allowed(pool.len(), &chosen, at)) {
                chosen.push(at);
                next = 0;
                continue;
            }
            match chosen.pop() {
                Some(last) => next = last + 1,
                None => break,
            }
        }
        Ok(owned(rows))
    })
}
