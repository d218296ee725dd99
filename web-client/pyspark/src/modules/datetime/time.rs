//! `datetime.time`.

use std::{any::Any, rc::Rc};

use super::{fraction, part, pattern, zone::Zone};
use crate::{
    class::{Class, OBJECT, no_constant},
    code::Comparison,
    exception::{R, type_error, value_error},
    types::{self, compare},
    value::{Key, Object, Value, object::Answer},
    vm::{Vm, native::Native},
};

pub(crate) static TIME: Class = Class {
    name: "time",
    module: "datetime",
    base: Some(&OBJECT),
    new: Some(Native::sync("time", |_, args| {
        let names = ["hour", "minute", "second", "microsecond", "tzinfo"];
        let [hour, minute, second, micro, zone] = args.bind("time", names, 0)?;
        Ok(Value::object(Time {
            micros: micros_of_day(hour, minute, second, micro)?,
            zone: Zone::of(zone.as_ref())?,
        }))
    })),
    methods: &[
        Native::sync("isoformat", |_, args| {
            let [this] = args.exactly("isoformat")?;
            types::str(&this).map(Value::text)
        }),
        Native::sync("strftime", |_, args| {
            let [this, format] = args.exactly("strftime")?;
            let time = this
                .downcast::<Time>()
                .ok_or_else(|| type_error("a time is required"))?;
            let at = super::date::first_day_micros() + time.micros;
            pattern::format(at, time.zone.as_ref(), types::string(&format, "format")?).map(Value::text)
        }),
        Native::sync("replace", |_, args| {
            let names = ["self", "hour", "minute", "second", "microsecond", "tzinfo"];
            let [this, hour, minute, second, micro, zone] = args.bind("replace", names, 1)?;
            let this = this.unwrap_or(Value::None);
            let time = this
                .downcast::<Time>()
                .ok_or_else(|| type_error("a time is required"))?;
            let [h, m, s, f] = parts(time.micros);
            let or = |value: Option<Value>, old: i64| Some(value.unwrap_or(Value::Int(old)));
            Ok(Value::object(Time {
                micros: micros_of_day(or(hour, h), or(minute, m), or(second, s), or(micro, f))?,
                zone: match zone {
                    None => time.zone.clone(),
                    zone => Zone::of(zone.as_ref())?,
                },
            }))
        }),
    ],
    statics: &[Native::sync("fromisoformat", |_, args| {
        let [text] = args.exactly("fromisoformat")?;
        let text = types::string(&text, "fromisoformat: argument")?;
        let parsed = pattern::iso_time(text);
        let (micros, zone) =
            parsed.ok_or_else(|| value_error(format!("Invalid isoformat string: '{text}'")))?;
        Ok(Value::object(Time { micros, zone }))
    })],
    constant: |name| {
        let micros = match name {
            "min" => 0,
            "max" => 86_400_000_000 - 1,
            name => return no_constant(name),
        };
        Some(Value::object(Time { micros, zone: None }))
    },
};

/// A time of day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Time {
    /// Since midnight.
    pub(crate) micros: i64,
    pub(crate) zone: Option<Zone>,
}

/// Microseconds since midnight.
pub(crate) fn micros_of_day(
    hour: Option<Value>,
    minute: Option<Value>,
    second: Option<Value>,
    micro: Option<Value>,
) -> R<i64> {
    let hour = part(hour, 0, 0, 23, "hour must be in 0..23")?;
    let minute = part(minute, 0, 0, 59, "minute must be in 0..59")?;
    let second = part(second, 0, 0, 59, "second must be in 0..59")?;
    let micro = part(micro, 0, 0, 999_999, "microsecond must be in 0..999999")?;
    Ok(((hour * 60 + minute) * 60 + second) * 1_000_000 + micro)
}

/// Hour, minute, second, microsecond.
pub(crate) fn parts(micros: i64) -> [i64; 4] {
    let seconds = micros / 1_000_000;
    [
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        micros % 1_000_000,
    ]
}

/// The arguments that `repr` shows: seconds and microseconds only if there are any.
pub(crate) fn shown(micros: i64) -> String {
    let [h, m, s, f] = parts(micros);
    match (s, f) {
        (0, 0) => format!("{h}, {m}"),
        (s, 0) => format!("{h}, {m}, {s}"),
        (s, f) => format!("{h}, {m}, {s}, {f}"),
    }
}

pub(crate) fn clock(micros: i64) -> String {
    let [h, m, s, f] = parts(micros);
    format!("{h:02}:{m:02}:{s:02}{}", fraction(f))
}

impl Object for Time {
    fn class(&self) -> &'static Class {
        &TIME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let zone = match &self.zone {
            Some(zone) => format!(", tzinfo={}", zone.repr()?),
            None => String::new(),
        };
        Ok(format!("datetime.time({}{zone})", shown(self.micros)))
    }

    fn str(&self) -> R<String> {
        let zone = self.zone.as_ref().map_or(String::new(), |zone| zone.offset(":"));
        Ok(clock(self.micros) + &zone)
    }

    fn format(&self, text: &str) -> R<String> {
        match text {
            "" => self.str(),
            text => pattern::format(
                super::date::first_day_micros() + self.micros,
                self.zone.as_ref(),
                text,
            ),
        }
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other.downcast::<Self>().map(|other| Value::Bool(self == other)))
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        if op == Comparison::Ne {
            return Ok(None);
        }
        let ordering = other
            .downcast::<Self>()
            .map(|other| self.micros.cmp(&other.micros));
        Ok(ordering.map(|ordering| Value::Bool(compare::holds(op, Some(ordering)))))
    }

    fn key(self: Rc<Self>) -> R<Key> {
        let zone = self.zone.as_ref().map_or(Key::None, |zone| Key::Int(zone.micros));
        Ok(Key::Other("time", Box::new([Key::Int(self.micros), zone])))
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let [h, m, s, f] = parts(self.micros);
        let number = match name {
            "hour" => h,
            "minute" => m,
            "second" => s,
            "microsecond" => f,
            "tzinfo" => return Some(Ok(Zone::value(self.zone.as_ref())).into()),
            _ => return None,
        };
        Some(Ok(Value::Int(number)).into())
    }
}
