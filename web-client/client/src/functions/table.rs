//! The macros of the function table. A row gives a function of Rust and a [`Signature`](super::Signature) at once:
//!
//! ```text
//! /// What it does.
//! name(first: Column, second: Value = None);
//! ```
//!
//! A name may be followed by the server's, `name as "other"`, or by `distinct "other"`. Defaults are `None`, a truth
//! value, a number, `(str "text")`, `(none_sent X)` for a default that is None in Python and X for the server, or `seed`.

/// The type of an argument in Rust.
macro_rules! argument {
    (Column) => { impl $crate::column::IntoColumn };
    (Operand) => { impl $crate::column::IntoOperand };
    (Value) => { impl $crate::column::IntoValue };
    (Column seed) => { impl $crate::column::IntoColumn };
    (Value seed) => { impl $crate::column::IntoValue };
    (Column $default:tt) => { impl $crate::column::OptionalColumn };
    (Operand $default:tt) => { impl $crate::column::OptionalOperand };
    (Value $default:tt) => { impl $crate::column::OptionalValue };
    (Columns) => { impl IntoIterator<Item = impl $crate::column::IntoColumn> };
    (Values) => { impl IntoIterator<Item = impl $crate::column::IntoValue> };
    (Options None) => { &[(&str, &str)] };
    (Schema) => { impl $crate::column::IntoSchema };
}

/// The columns of an argument in Rust.
macro_rules! slot {
    ($value:ident Column) => { vec![$crate::column::IntoColumn::into_column($value)] };
    ($value:ident Operand) => { vec![$crate::column::IntoOperand::into_operand($value)] };
    ($value:ident Value) => { vec![$crate::column::IntoValue::into_value($value)] };
    ($value:ident Column seed) => { slot!($value Column) };
    ($value:ident Value seed) => { slot!($value Value) };
    ($value:ident Column $default:tt) => {
        Vec::from_iter($crate::column::OptionalColumn::into_optional_column($value))
    };
    ($value:ident Operand $default:tt) => {
        Vec::from_iter($crate::column::OptionalOperand::into_optional_operand($value))
    };
    ($value:ident Value $default:tt) => {
        Vec::from_iter($crate::column::OptionalValue::into_optional_value($value))
    };
    ($value:ident Columns) => {
        Vec::from_iter($value.into_iter().map($crate::column::IntoColumn::into_column))
    };
    ($value:ident Values) => {
        Vec::from_iter($value.into_iter().map($crate::column::IntoValue::into_value))
    };
    ($value:ident Schema) => { vec![$crate::column::IntoSchema::into_schema($value)] };
    ($value:ident Options None) => { Vec::from_iter($crate::functions::call::options($value)) };
}

macro_rules! constant {
    (true) => {
        $crate::functions::Constant::Bool(true)
    };
    (false) => {
        $crate::functions::Constant::Bool(false)
    };
    (null) => {
        $crate::functions::Constant::Null
    };
    (zero) => {
        $crate::functions::Constant::DecimalZero
    };
    ((str $value:literal)) => {
        $crate::functions::Constant::Str($value)
    };
    ((- $value:literal)) => {
        $crate::functions::Constant::Int(-$value)
    };
    ($value:literal) => {
        $crate::functions::Constant::Int($value)
    };
}

macro_rules! default {
    () => {
        $crate::functions::Default::Required
    };
    (None) => {
        $crate::functions::Default::None
    };
    (seed) => {
        $crate::functions::Default::Seed
    };
    ((none_sent $value:tt)) => {
        $crate::functions::Default::NoneSent(constant!($value))
    };
    ($value:tt) => {
        $crate::functions::Default::Constant(constant!($value))
    };
}

macro_rules! signature {
    ([$($doc:literal)*] $name:ident ($($parameter:ident: $kind:ident $(= $default:tt)?),*) $action:expr) => {
        $crate::functions::Signature {
            name: $crate::functions::table::plain(stringify!($name)),
            summary: concat!($($doc),*),
            parameters: &[$($crate::functions::Parameter {
                name: stringify!($parameter),
                kind: $crate::functions::ParameterKind::$kind,
                default: default!($($default)?),
            }),*],
            action: $action,
        }
    };
}

macro_rules! action {
    ($name:ident) => {
        $crate::functions::signature::Action::Function {
            name: $crate::functions::table::plain(stringify!($name)),
            distinct: false,
        }
    };
    ($name:ident as $wire:literal) => {
        $crate::functions::signature::Action::Function {
            name: $wire,
            distinct: false,
        }
    };
    ($name:ident distinct $wire:literal) => {
        $crate::functions::signature::Action::Function {
            name: $wire,
            distinct: true,
        }
    };
}

/// Functions whose arguments go to the server in their order.
macro_rules! functions {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $($how:ident $wire:literal)?
        ($($parameter:ident: $kind:ident $(= $default:tt)?),* $(,)?);
    )*) => {
        #[allow(non_upper_case_globals)]
        mod signatures {
            $(
                pub(super) static $name: $crate::functions::Signature = signature!(
                    [$($doc)+] $name ($($parameter: $kind $(= $default)?),*) action!($name $($how $wire)?)
                );
            )*
        }

        pub(super) static SIGNATURES: &[&$crate::functions::Signature] = &[$(&signatures::$name),*];

        $(
            $(#[doc = $doc])+
            #[allow(non_snake_case)]
            pub fn $name($($parameter: argument!($kind $($default)?)),*) -> $crate::column::Column {
                signatures::$name.assemble(vec![$(slot!($parameter $kind $($default)?)),*])
            }
        )*
    };
}

/// Functions that come to something of their own: signatures only, with the name of what they come to.
macro_rules! specials {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident ($($parameter:ident: $kind:ident $(= $default:tt)?),* $(,)?) = $special:path;
    )*) => {
        pub(super) static SPECIALS: &[&$crate::functions::Signature] = &[$(
            &signature!([$($doc)+] $name ($($parameter: $kind $(= $default)?),*)
                $crate::functions::signature::Action::Special($special))
        ),*];
    };
}

/// A name without the mark that lets Rust's own words be names.
pub(super) const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}
