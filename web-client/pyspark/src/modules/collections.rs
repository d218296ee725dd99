//! `collections`, as far as plain dicts go.

use super::module;
use crate::{types, value::Value, vm::native::Native};

module!(MODULE, "collections", NATIVES, &[], |name| match name {
    // A dict keeps its order.
    "OrderedDict" => Some(Value::Class(&types::DICT)),
    _ => None,
});

static NATIVES: &[Native] = &[];
