//! `datetime.timedelta`.

use std::{any::Any, rc::Rc};

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::{
    class::{Class, OBJECT, no_constant},
    code::{Binary, Comparison, Unary},
    exception::{self, R, raise, type_error},
    types::{self, arithmetic, compare},
    value::{Key, Object, Value, object::Answer},
    vm::{Vm, native::Native},
};

pub(crate) const SECOND: i128 = 1_000_000;
pub(crate) const DAY: i128 = 86_400 * SECOND;
const MOST_DAYS: i128 = 999_999_999;

pub(crate) static TIMEDELTA: Class = Class {
    name: "timedelta",
    module: "datetime",
    base: Some(&OBJECT),
    new: Some(Native::sync("timedelta", |_, args| {
        const UNITS: [i128; 7] = [DAY, SECOND, 1, 1_000, 60 * SECOND, 3_600 * SECOND, 7 * DAY];
        let names = [
            "days",
            "seconds",
            "microseconds",
            "milliseconds",
            "minutes",
            "hours",
            "weeks",
        ];
        let mut whole = BigInt::default();
        let mut fraction = 0f64;
        for (value, unit) in args.bind("timedelta", names, 0)?.into_iter().zip(UNITS) {
            match value {
                None => {}
                Some(Value::Float(number)) => {
                    let micros = number * unit as f64;
                    whole += arithmetic::big(&arithmetic::from_float(micros.trunc())?).unwrap_or_default();
                    fraction += micros.fract();
                }
                Some(value) => match arithmetic::big(&value) {
                    Some(number) => whole += number * unit,
                    None => {
                        return Err(type_error(format!(
                            "unsupported type for timedelta component: {}",
                            types::class_of(&value).name
                        )));
                    }
                },
            }
        }
        whole += fraction.round_ties_even() as i64;
        Delta::checked(whole.to_i128().unwrap_or(i128::MAX)).map(Value::object)
    })),
    methods: &[Native::sync("total_seconds", |_, args| {
        let [this] = args.exactly("total_seconds")?;
        let micros = this.downcast::<Delta>().map_or(0, |delta| delta.0);
        Ok(Value::Float(micros as f64 / 1e6))
    })],
    statics: &[],
    constant: |name| {
        let delta = match name {
            "min" => Delta(-MOST_DAYS * DAY),
            "max" => Delta(MOST_DAYS * DAY + DAY - 1),
            "resolution" => Delta(1),
            _ => return no_constant(name),
        };
        Some(Value::object(delta))
    },
};

/// A span in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Delta(pub(crate) i128);

impl Delta {
    pub(crate) fn checked(micros: i128) -> R<Self> {
        let days = micros.div_euclid(DAY);
        if days.abs() > MOST_DAYS {
            return Err(raise(
                &exception::OVERFLOW_ERROR,
                format!("days={days}; must have magnitude <= 999999999"),
            ));
        }
        Ok(Self(micros))
    }

    fn days(self) -> i128 {
        self.0.div_euclid(DAY)
    }

    fn seconds(self) -> i128 {
        self.0.rem_euclid(DAY) / SECOND
    }

    fn micros(self) -> i128 {
        self.0.rem_euclid(SECOND)
    }
}

fn half_even(number: f64) -> R<Delta> {
    match number.is_finite() {
        true => Delta::checked(number.round_ties_even() as i128),
        false => Err(raise(&exception::OVERFLOW_ERROR, "date value out of range")),
    }
}

impl Object for Delta {
    fn class(&self) -> &'static Class {
        &TIMEDELTA
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let parts: Vec<String> = [
            ("days", self.days()),
            ("seconds", self.seconds()),
            ("microseconds", self.micros()),
        ]
        .into_iter()
        .filter(|(_, number)| *number != 0)
        .map(|(name, number)| format!("{name}={number}"))
        .collect();
        Ok(match parts.is_empty() {
            true => "datetime.timedelta(0)".to_owned(),
            false => format!("datetime.timedelta({})", parts.join(", ")),
        })
    }

    fn str(&self) -> R<String> {
        let (days, seconds) = (self.days(), self.seconds());
        let mut text = match days {
            0 => String::new(),
            1 | -1 => format!("{days} day, "),
            days => format!("{days} days, "),
        };
        text += &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        Ok(text + &super::fraction(self.micros() as i64))
    }

    fn truth(&self) -> R<bool> {
        Ok(self.0 != 0)
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other.downcast::<Self>().map(|other| Value::Bool(self == other)))
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        let ordering = other.downcast::<Self>().map(|other| self.0.cmp(&other.0));
        Ok(ordering.map(|ordering| Value::Bool(compare::holds(op, Some(ordering)))))
    }

    fn key(self: Rc<Self>) -> R<Key> {
        Ok(Key::Other("timedelta", Box::new([Key::big(self.0.into())])))
    }

    fn unary(&self, op: Unary) -> R<Option<Value>> {
        Ok(match op {
            Unary::Negative => Some(Value::object(Self::checked(-self.0)?)),
            Unary::Positive => Some(Value::object(*self)),
            Unary::Invert => None,
        })
    }

    fn absolute(&self) -> R<Option<Value>> {
        Self::checked(self.0.abs()).map(|delta| Some(Value::object(delta)))
    }

    fn binary(&self, op: Binary, other: &Value, reversed: bool) -> R<Option<Value>> {
        let zero = || {
            raise(
                &exception::ZERO_DIVISION_ERROR,
                "integer division or modulo by zero",
            )
        };
        if let Some(other) = other.downcast::<Self>() {
            let (a, b) = if reversed {
                (other.0, self.0)
            } else {
                (self.0, other.0)
            };
            return Ok(Some(match op {
                Binary::Add => Value::object(Self::checked(a + b)?),
                Binary::Sub => Value::object(Self::checked(a - b)?),
                Binary::Div | Binary::FloorDiv | Binary::Mod if b == 0 => return Err(zero()),
                Binary::Div => Value::Float(a as f64 / b as f64),
                Binary::FloorDiv => Value::big(num_integer::Integer::div_floor(&a, &b).into()),
                Binary::Mod => Value::object(Self::checked(num_integer::Integer::mod_floor(&a, &b))?),
                _ => return Ok(None),
            }));
        }
        Ok(Some(match (op, other, reversed) {
            (Binary::Mul, Value::Float(number), _) => Value::object(half_even(self.0 as f64 * number)?),
            (Binary::Mul, Value::Int(number), _) => {
                let product = self.0.checked_mul((*number).into()).unwrap_or(i128::MAX);
                Value::object(Self::checked(product)?)
            }
            (Binary::Div, Value::Float(number), false) if *number == 0.0 => return Err(zero()),
            (Binary::Div, Value::Float(number), false) => Value::object(half_even(self.0 as f64 / number)?),
            (Binary::Div | Binary::FloorDiv, Value::Int(0), false) => return Err(zero()),
            (Binary::Div, Value::Int(number), false) => {
                let quotient = types::number::half_even(&self.0.into(), &(*number).into());
                Value::object(Self::checked(quotient.to_i128().unwrap_or(i128::MAX))?)
            }
            (Binary::FloorDiv, Value::Int(number), false) => Value::object(Self::checked(
                num_integer::Integer::div_floor(&self.0, &(*number).into()),
            )?),
            _ => return Ok(None),
        }))
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let number = match name {
            "days" => self.days(),
            "seconds" => self.seconds(),
            "microseconds" => self.micros(),
            _ => return None,
        };
        Some(Ok(Value::Int(number as i64)).into())
    }
}
