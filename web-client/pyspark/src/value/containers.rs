//! Lists, tuples, dicts and sets. Each counts what it holds, and is taken apart without nesting.

use std::{
    cell::{Cell, Ref, RefCell, RefMut},
    ops::Deref,
    rc::Rc,
};

use indexmap::IndexMap;

use super::{Key, Value};
use crate::{
    exception::R,
    limits::{self, Charge},
};

/// What a place in a hash table takes, its key among it.
const ENTRY: usize = 2 * size_of::<Value>() + size_of::<Key>() + 16;

/// `list`.
#[derive(Debug, Default)]
pub(crate) struct List {
    values: RefCell<Vec<Value>>,
    charge: RefCell<Charge>,
}

impl List {
    pub(crate) fn new(values: Vec<Value>) -> Rc<Self> {
        let charge = Charge::new(values.len() * size_of::<Value>() + size_of::<Self>());
        Rc::new(Self {
            values: RefCell::new(values),
            charge: RefCell::new(charge),
        })
    }

    pub(crate) fn borrow(&self) -> Ref<'_, Vec<Value>> {
        self.values.borrow()
    }

    pub(crate) fn to_vec(&self) -> Vec<Value> {
        self.values.borrow().clone()
    }

    /// Changes it. The work must not look at other values: they may hold this list.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut RefMut<'_, Vec<Value>>) -> T) -> T {
        let mut values = self.values.borrow_mut();
        let result = work(&mut values);
        self.charge
            .borrow_mut()
            .set(values.len() * size_of::<Value>() + size_of::<Self>());
        result
    }

    pub(crate) fn push(&self, value: Value) {
        self.change(|values| values.push(value));
    }
}

impl Drop for List {
    fn drop(&mut self) {
        limits::bury(std::mem::take(self.values.get_mut()));
    }
}

/// `tuple`.
#[derive(Debug)]
pub(crate) struct Tuple {
    values: Vec<Value>,
    _charge: Charge,
}

impl Tuple {
    pub(crate) fn new(values: Vec<Value>) -> Rc<Self> {
        Rc::new(Self {
            _charge: Charge::new(values.len() * size_of::<Value>() + size_of::<Self>()),
            values,
        })
    }
}

impl Deref for Tuple {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.values
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        limits::bury(std::mem::take(&mut self.values));
    }
}

/// `dict`: what was inserted first comes first.
#[derive(Debug, Default)]
pub(crate) struct Dict {
    entries: RefCell<IndexMap<Key, (Value, Value)>>,
    charge: RefCell<Charge>,
}

impl Dict {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn borrow(&self) -> Ref<'_, IndexMap<Key, (Value, Value)>> {
        self.entries.borrow()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    fn recount(&self) {
        self.charge
            .borrow_mut()
            .set(self.len() * ENTRY + size_of::<Self>());
    }

    pub(crate) fn get(&self, key: &Value) -> R<Option<Value>> {
        let key = Key::new(key)?;
        Ok(self.entries.borrow().get(&key).map(|(_, value)| value.clone()))
    }

    pub(crate) fn get_str(&self, key: &str) -> Option<Value> {
        let key = Key::new(&Value::text(key)).ok()?;
        self.entries.borrow().get(&key).map(|(_, value)| value.clone())
    }

    /// The value that was there before.
    pub(crate) fn insert(&self, key: Value, value: Value) -> R<Option<Value>> {
        let hashed = Key::new(&key)?;
        let mut entries = self.entries.borrow_mut();
        let old = match entries.get_mut(&hashed) {
            // The first key stays.
            Some(entry) => Some(std::mem::replace(&mut entry.1, value)),
            None => {
                entries.insert(hashed, (key, value));
                None
            }
        };
        drop(entries);
        self.recount();
        Ok(old)
    }

    pub(crate) fn remove(&self, key: &Value) -> R<Option<Value>> {
        let key = Key::new(key)?;
        limits::spend(self.len() / 16)?;
        let removed = self.entries.borrow_mut().shift_remove(&key);
        self.recount();
        Ok(removed.map(|(_, value)| value))
    }

    pub(crate) fn pop(&self) -> Option<(Value, Value)> {
        let popped = self.entries.borrow_mut().pop();
        self.recount();
        popped.map(|(_, entry)| entry)
    }

    pub(crate) fn clear(&self) {
        let entries = std::mem::take(&mut *self.entries.borrow_mut());
        self.recount();
        limits::bury(
            entries
                .into_values()
                .flat_map(|(key, value)| [key, value])
                .collect(),
        );
    }

    pub(crate) fn keys(&self) -> Vec<Value> {
        self.entries
            .borrow()
            .values()
            .map(|(key, _)| key.clone())
            .collect()
    }

    pub(crate) fn values(&self) -> Vec<Value> {
        self.entries
            .borrow()
            .values()
            .map(|(_, value)| value.clone())
            .collect()
    }

    pub(crate) fn pairs(&self) -> Vec<(Value, Value)> {
        self.entries.borrow().values().cloned().collect()
    }

    pub(crate) fn copy(&self) -> Self {
        let copy = Self {
            entries: RefCell::new(self.entries.borrow().clone()),
            charge: RefCell::default(),
        };
        copy.recount();
        copy
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `set` and `frozenset`: what was inserted first comes first.
#[derive(Debug, Default)]
pub(crate) struct Set {
    items: RefCell<IndexMap<Key, Value>>,
    charge: RefCell<Charge>,
    frozen: Cell<bool>,
}

impl Set {
    pub(crate) fn new(frozen: bool) -> Self {
        let set = Self::default();
        set.frozen.set(frozen);
        set
    }

    pub(crate) fn of(values: impl IntoIterator<Item = Value>, frozen: bool) -> R<Self> {
        let set = Self::new(frozen);
        for value in values {
            set.insert(value)?;
        }
        Ok(set)
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.get()
    }

    pub(crate) fn borrow(&self) -> Ref<'_, IndexMap<Key, Value>> {
        self.items.borrow()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.borrow().len()
    }

    fn recount(&self) {
        self.charge
            .borrow_mut()
            .set(self.len() * ENTRY + size_of::<Self>());
    }

    pub(crate) fn insert(&self, value: Value) -> R<()> {
        let key = Key::new(&value)?;
        self.items.borrow_mut().entry(key).or_insert(value);
        self.recount();
        Ok(())
    }

    pub(crate) fn contains(&self, value: &Value) -> R<bool> {
        let key = Key::new(value)?;
        Ok(self.items.borrow().contains_key(&key))
    }

    pub(crate) fn remove(&self, value: &Value) -> R<bool> {
        let key = Key::new(value)?;
        limits::spend(self.len() / 16)?;
        let removed = self.items.borrow_mut().shift_remove(&key);
        self.recount();
        Ok(removed.is_some())
    }

    /// Takes one out.
    pub(crate) fn pop(&self) -> R<Option<Value>> {
        limits::spend(self.len() / 16)?;
        let popped = self.items.borrow_mut().shift_remove_index(0);
        self.recount();
        Ok(popped.map(|(_, value)| value))
    }

    pub(crate) fn clear(&self) {
        let items = std::mem::take(&mut *self.items.borrow_mut());
        self.recount();
        limits::bury(items.into_values().collect());
    }

    pub(crate) fn to_vec(&self) -> Vec<Value> {
        self.items.borrow().values().cloned().collect()
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        self.clear();
    }
}
