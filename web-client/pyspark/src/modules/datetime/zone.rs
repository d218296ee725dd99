//! `datetime.timezone`: a fixed offset from UTC.

use std::{any::Any, rc::Rc};

use super::delta::{Delta, SECOND};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{R, type_error, value_error},
    types,
    value::{Key, Object, Value},
    vm::native::Native,
};

pub(crate) static TIMEZONE: Class = Class {
    name: "timezone",
    module: "datetime",
    base: Some(&OBJECT),
    new: Some(Native::sync("timezone", |_, args| {
        let [offset, name] = args.bind("timezone", ["offset", "name"], 1)?;
        let offset = offset.unwrap_or(Value::None);
        let Some(offset) = offset.downcast::<Delta>() else {
            return Err(type_error("timezone() argument 1 must be datetime.timedelta"));
        };
        if offset.0.abs() >= super::delta::DAY {
            return Err(value_error(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).",
            ));
        }
        let name = name
            .map(|name| types::string(&name, "name").map(str::to_owned))
            .transpose()?;
        Ok(Value::object(Zone {
            micros: offset.0 as i64,
            name,
        }))
    })),
    methods: &[],
    statics: &[],
    constant: |name| match name {
        "utc" => Some(Value::object(Zone::UTC)),
        name => no_constant(name),
    },
};

/// An offset in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) micros: i64,
    name: Option<String>,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.micros == other.micros
    }
}

impl Zone {
    pub(crate) const UTC: Self = Self {
        micros: 0,
        name: None,
    };

    pub(crate) fn fixed(micros: i64) -> Self {
        Self { micros, name: None }
    }

    /// `+01:00`, with seconds if there are any.
    pub(crate) fn offset(&self, colon: &str) -> String {
        let sign = if self.micros < 0 { '-' } else { '+' };
        let seconds = self.micros.unsigned_abs() / SECOND as u64;
        let mut text = format!("{sign}{:02}{colon}{:02}", seconds / 3600, seconds / 60 % 60);
        if !seconds.is_multiple_of(60) {
            text += &format!("{colon}{:02}", seconds % 60);
        }
        text
    }

    pub(crate) fn name(&self) -> String {
        match (&self.name, self.micros) {
            (Some(name), _) => name.clone(),
            (None, 0) => "UTC".to_owned(),
            (None, _) => format!("UTC{}", self.offset(":")),
        }
    }

    /// The zone that an argument is; None is none.
    pub(crate) fn of(value: Option<&Value>) -> R<Option<Self>> {
        match value {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.downcast::<Self>() {
                Some(zone) => Ok(Some(zone.clone())),
                None => Err(type_error(format!(
                    "tzinfo argument must be None or a timezone, not {}",
                    types::class_of(value).name
                ))),
            },
        }
    }

    pub(crate) fn value(zone: Option<&Self>) -> Value {
        zone.map_or(Value::None, |zone| Value::object(zone.clone()))
    }
}

impl Object for Zone {
    fn class(&self) -> &'static Class {
        &TIMEZONE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        if self.micros == 0 && self.name.is_none() {
            return Ok("datetime.timezone.utc".to_owned());
        }
        let offset = Delta(self.micros.into()).repr()?;
        Ok(match &self.name {
            Some(name) => format!(
                "datetime.timezone({offset}, {})",
                types::repr(&Value::text(name.as_str()))?
            ),
            None => format!("datetime.timezone({offset})"),
        })
    }

    fn str(&self) -> R<String> {
        Ok(self.name())
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other.downcast::<Self>().map(|other| Value::Bool(self == other)))
    }

    fn key(self: Rc<Self>) -> R<Key> {
        Ok(Key::Other("timezone", Box::new([Key::Int(self.micros)])))
    }
}
