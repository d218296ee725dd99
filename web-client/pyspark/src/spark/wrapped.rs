//! Values of the client's under a class of PySpark's: what they all have in common.

/// A type that holds a value of the client's, with `value` to make one and `this` to get at it in its methods.
macro_rules! wrapped {
    ($name:ident($inner:ty), $class:ident) => {
        pub(super) struct $name($inner);

        impl $name {
            pub(super) fn value(inner: $inner) -> $crate::value::Value {
                $crate::value::Value::object(Self(inner))
            }

            fn this(value: Option<&$crate::value::Value>) -> $crate::exception::R<$inner> {
                match value.and_then($crate::value::Value::downcast::<Self>) {
                    Some(this) => Ok(this.0.clone()),
                    None => Err($crate::exception::type_error(concat!(
                        "descriptor requires a '",
                        stringify!($inner),
                        "' object"
                    ))),
                }
            }
        }

        impl $crate::value::Object for $name {
            fn class(&self) -> &'static $crate::class::Class {
                &$class
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }
        }
    };
}

pub(super) use wrapped;
