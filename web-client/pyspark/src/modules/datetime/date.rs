//! `datetime.date` and `datetime.datetime`.

use std::{any::Any, cmp::Ordering, rc::Rc};

use jiff::civil;

use super::{
    delta::Delta,
    part, pattern,
    time::{Time, clock, micros_of_day, parts, shown},
    zone::Zone,
};
use crate::{
    class::{Class, OBJECT, no_constant},
    code::{Binary, Comparison},
    exception::{self, R, raise, type_error, value_error},
    types::{self, arithmetic, compare},
    value::{Key, Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

const DAY: i64 = 86_400_000_000;
/// 0001-01-01 and 9999-12-31, in days since 1970-01-01.
const FIRST: i64 = -719_162;
const LAST: i64 = 2_932_896;

pub(crate) static DATE: Class = Class {
    name: "date",
    module: "datetime",
    base: Some(&OBJECT),
    new: Some(Native::sync("date", |_, args| {
        let [year, month, day] = args.bind("date", ["year", "month", "day"], 3)?;
        Ok(Moment::date(days(year, month, day)?))
    })),
    methods: METHODS,
    statics: &[
        Native::sync("today", |_, _| {
            Ok(Moment::date(crate::clock::now().div_euclid(DAY)))
        }),
        Native::sync("fromisoformat", |_, args| {
            let [text] = args.exactly("fromisoformat")?;
            let text = types::string(&text, "fromisoformat: argument")?;
            let day = pattern::iso_date(text);
            day.map(Moment::date)
                .ok_or_else(|| value_error(format!("Invalid isoformat string: '{text}'")))
        }),
        Native::sync("fromordinal", |_, args| {
            let [ordinal] = args.exactly("fromordinal")?;
            let day = types::integer(&ordinal)?.saturating_add(FIRST - 1);
            in_range(day).map(Moment::date)
        }),
        Native::sync("fromtimestamp", |_, args| {
            let [seconds] = args.exactly("fromtimestamp")?;
            let day = (arithmetic::float(&seconds)? / 86_400.0).floor();
            in_range(day as i64).map(Moment::date)
        }),
        Native::sync("strptime", |_, args| strptime(args, true)),
    ],
    constant: |name| match name {
        "min" => Some(Moment::date(FIRST)),
        "max" => Some(Moment::date(LAST)),
        name => no_constant(name),
    },
};

pub(crate) static DATETIME: Class = Class {
    name: "datetime",
    module: "datetime",
    base: Some(&DATE),
    new: Some(Native::sync("datetime", |_, args| {
        let names = [
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "second",
            "microsecond",
            "tzinfo",
        ];
        let [year, month, day, hour, minute, second, micro, zone] = args.bind("datetime", names, 3)?;
        Ok(Moment::datetime(
            days(year, month, day)? * DAY + micros_of_day(hour, minute, second, micro)?,
            Zone::of(zone.as_ref())?,
        ))
    })),
    methods: METHODS,
    statics: &[
        Native::sync("now", |_, args| {
            let [zone] = args.bind("now", ["tz"], 0)?;
            let zone = Zone::of(zone.as_ref())?;
            let offset = zone.as_ref().map_or(0, |zone| zone.micros);
            Ok(Moment::datetime(crate::clock::now() + offset, zone))
        }),
        Native::sync("utcnow", |_, _| Ok(Moment::datetime(crate::clock::now(), None))),
        Native::sync("today", |_, _| Ok(Moment::datetime(crate::clock::now(), None))),
        Native::sync("fromisoformat", |_, args| {
            let [text] = args.exactly("fromisoformat")?;
            let text = types::string(&text, "fromisoformat: argument")?;
            let parsed = pattern::iso(text);
            let (micros, zone) =
                parsed.ok_or_else(|| value_error(format!("Invalid isoformat string: '{text}'")))?;
            Ok(Moment::datetime(micros, zone))
        }),
        Native::sync("fromtimestamp", |_, args| {
            let [seconds, zone] = args.bind("fromtimestamp", ["timestamp", "tz"], 1)?;
            let zone = Zone::of(zone.as_ref())?;
            let micros = (arithmetic::float(&seconds.unwrap_or(Value::None))? * 1e6).round_ties_even();
            let micros = micros as i64 + zone.as_ref().map_or(0, |zone| zone.micros);
            in_range(micros.div_euclid(DAY))?;
            Ok(Moment::datetime(micros, zone))
        }),
        Native::sync("combine", |_, args| {
            let [date, time] = args.exactly("combine")?;
            match (date.downcast::<Moment>(), time.downcast::<Time>()) {
                (Some(date), Some(time)) => Ok(Moment::datetime(
                    date.day() * DAY + time.micros,
                    time.zone.clone(),
                )),
                _ => Err(type_error("combine() takes a date and a time")),
            }
        }),
        Native::sync("strptime", |_, args| strptime(args, false)),
    ],
    constant: |name| match name {
        "min" => Some(Moment::datetime(FIRST * DAY, None)),
        "max" => Some(Moment::datetime(LAST * DAY + DAY - 1, None)),
        name => no_constant(name),
    },
};

/// A date, or a date with a time: microseconds since 1970-01-01 by its own clock.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) micros: i64,
    pub(crate) zone: Option<Zone>,
    /// Whether it is a date alone.
    pub(crate) is_date: bool,
}

pub(crate) fn first_day_micros() -> i64 {
    civil_days(1900, 1, 1).unwrap_or(0) * DAY
}

/// Days since 1970-01-01, if there is such a day.
pub(crate) fn civil_days(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = civil::Date::new(
        i16::try_from(year)
            .ok()
            .filter(|year| (1..=9999).contains(year))?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    );
    let epoch = civil::date(1970, 1, 1);
    Some(i64::from((date.ok()? - epoch).get_days()))
}

fn days(year: Option<Value>, month: Option<Value>, day: Option<Value>) -> R<i64> {
    let number = types::integer(&year.unwrap_or(Value::None))?;
    if !(1..=9999).contains(&number) {
        return Err(value_error(format!("year {number} is out of range")));
    }
    let month = part(month, 0, 1, 12, "month must be in 1..12")?;
    let day = types::integer(&day.unwrap_or(Value::None))?;
    civil_days(number, month, day).ok_or_else(|| value_error("day is out of range for month"))
}

fn in_range(day: i64) -> R<i64> {
    match (FIRST..=LAST).contains(&day) {
        true => Ok(day),
        false => Err(raise(&exception::OVERFLOW_ERROR, "date value out of range")),
    }
}

/// The calendar's date of a day.
pub(crate) fn calendar(day: i64) -> civil::Date {
    let span = jiff::Span::new().try_days(day).unwrap_or_default();
    civil::date(1970, 1, 1)
        .checked_add(span)
        .unwrap_or(civil::Date::MIN)
}

impl Moment {
    pub(crate) fn date(day: i64) -> Value {
        Value::object(Self {
            micros: day * DAY,
            zone: None,
            is_date: true,
        })
    }

    pub(crate) fn datetime(micros: i64, zone: Option<Zone>) -> Value {
        Value::object(Self {
            micros,
            zone,
            is_date: false,
        })
    }

    /// Days since 1970-01-01.
    pub(crate) fn day(&self) -> i64 {
        self.micros.div_euclid(DAY)
    }

    pub(crate) fn of_day(&self) -> i64 {
        self.micros.rem_euclid(DAY)
    }

    pub(crate) fn utc(&self) -> i64 {
        self.micros - self.zone.as_ref().map_or(0, |zone| zone.micros)
    }

    fn iso(&self, separator: &str) -> String {
        let date = calendar(self.day());
        let day = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
        if self.is_date {
            return day;
        }
        let zone = self.zone.as_ref().map_or(String::new(), |zone| zone.offset(":"));
        format!("{day}{separator}{}{zone}", clock(self.of_day()))
    }

    fn shifted(&self, micros: i128) -> R<Value> {
        let moved = i128::from(self.micros)
            + if self.is_date {
                micros.div_euclid(DAY.into()) * i128::from(DAY)
            } else {
                micros
            };
        let moved =
            i64::try_from(moved).map_err(|_| raise(&exception::OVERFLOW_ERROR, "date value out of range"))?;
        in_range(moved.div_euclid(DAY))?;
        Ok(Value::object(Self {
            micros: moved,
            ..self.clone()
        }))
    }

    fn order(&self, other: &Self) -> R<Option<Ordering>> {
        if self.is_date != other.is_date {
            return Ok(None);
        }
        if self.zone.is_some() != other.zone.is_some() {
            return Err(type_error(
                "can't compare offset-naive and offset-aware datetimes",
            ));
        }
        Ok(Some(self.utc().cmp(&other.utc())))
    }
}

fn this(value: Option<&Value>) -> R<&Moment> {
    value
        .and_then(Value::downcast)
        .ok_or_else(|| type_error("a date or a datetime is required"))
}

static METHODS: &[Native] = &[
    Native::sync("isoformat", |_, args| {
        let [moment, separator] = args.bind("isoformat", ["self", "sep"], 1)?;
        let separator = separator
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or("T")
            .to_owned();
        Ok(Value::text(this(moment.as_ref())?.iso(&separator)))
    }),
    Native::sync("strftime", |_, args| {
        let [moment, format] = args.bind("strftime", ["self", "format"], 2)?;
        let moment = this(moment.as_ref())?;
        let format = format.unwrap_or(Value::None);
        pattern::format(
            moment.micros,
            moment.zone.as_ref(),
            types::string(&format, "format")?,
        )
        .map(Value::text)
    }),
    Native::sync("weekday", |_, args| weekday(args, 0)),
    Native::sync("isoweekday", |_, args| weekday(args, 1)),
    Native::sync("toordinal", |_, args| {
        let [moment] = args.exactly("toordinal")?;
        Ok(Value::Int(this(Some(&moment))?.day() - FIRST + 1))
    }),
    Native::sync("isocalendar", |_, args| {
        let [moment] = args.exactly("isocalendar")?;
        let week = calendar(this(Some(&moment))?.day()).iso_week_date();
        let parts = [
            week.year().into(),
            week.week().into(),
            week.weekday().to_monday_one_offset().into(),
        ];
        Ok(Value::tuple(parts.map(Value::Int).to_vec()))
    }),
    Native::sync("timetuple", |_, args| {
        let [moment] = args.exactly("timetuple")?;
        let moment = this(Some(&moment))?;
        let date = calendar(moment.day());
        let [h, m, s, _] = parts(moment.of_day());
        let weekday = date.weekday().to_monday_zero_offset().into();
        let parts = [
            date.year().into(),
            date.month().into(),
            date.day().into(),
            h,
            m,
            s,
            weekday,
        ];
        let tail = [date.day_of_year().into(), -1];
        Ok(Value::tuple(
            parts.into_iter().chain(tail).map(Value::Int).collect(),
        ))
    }),
    Native::sync("date", |_, args| {
        let [moment] = args.exactly("date")?;
        Ok(Moment::date(this(Some(&moment))?.day()))
    }),
    Native::sync("time", |_, args| {
        let [moment] = args.exactly("time")?;
        Ok(Value::object(Time {
            micros: this(Some(&moment))?.of_day(),
            zone: None,
        }))
    }),
    Native::sync("timestamp", |_, args| {
        let [moment] = args.exactly("timestamp")?;
        Ok(Value::Float(this(Some(&moment))?.utc() as f64 / 1e6))
    }),
    Native::sync("utcoffset", |_, args| {
        let [moment] = args.exactly("utcoffset")?;
        let zone = &this(Some(&moment))?.zone;
        Ok(zone
            .as_ref()
            .map_or(Value::None, |zone| Value::object(Delta(zone.micros.into()))))
    }),
    Native::sync("tzname", |_, args| {
        let [moment] = args.exactly("tzname")?;
        let zone = &this(Some(&moment))?.zone;
        Ok(zone.as_ref().map_or(Value::None, |zone| Value::text(zone.name())))
    }),
    Native::sync("astimezone", |_, args| {
        let [moment, zone] = args.bind("astimezone", ["self", "tz"], 1)?;
        let moment = this(moment.as_ref())?;
        let zone = Zone::of(zone.as_ref())?.unwrap_or(Zone::UTC);
        Ok(Moment::datetime(moment.utc() + zone.micros, Some(zone)))
    }),
    Native::sync("replace", replace),
];

fn weekday(args: Arguments, first: i64) -> R<Value> {
    let [moment] = args.exactly("weekday")?;
    let weekday = calendar(this(Some(&moment))?.day()).weekday();
    Ok(Value::Int(i64::from(weekday.to_monday_zero_offset()) + first))
}

fn replace(_: &mut Vm, args: Arguments) -> R<Value> {
    let names = [
        "self",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "microsecond",
        "tzinfo",
    ];
    let [moment, year, month, day, hour, minute, second, micro, zone] = args.bind("replace", names, 1)?;
    let moment = this(moment.as_ref())?;
    let date = calendar(moment.day());
    let [h, m, s, f] = parts(moment.of_day());
    let or = |value: Option<Value>, old: i64| Some(value.unwrap_or(Value::Int(old)));
    let day = days(
        or(year, date.year().into()),
        or(month, date.month().into()),
        or(day, date.day().into()),
    )?;
    if moment.is_date {
        return Ok(Moment::date(day));
    }
    let micros = micros_of_day(or(hour, h), or(minute, m), or(second, s), or(micro, f))?;
    let zone = match zone {
        None => moment.zone.clone(),
        zone => Zone::of(zone.as_ref())?,
    };
    Ok(Moment::datetime(day * DAY + micros, zone))
}

fn strptime(args: Arguments, is_date: bool) -> R<Value> {
    let [text, format] = args.exactly("strptime")?;
    let (text, format) = (
        types::string(&text, "strptime() argument 1")?,
        types::string(&format, "strptime() argument 2")?,
    );
    let (micros, zone) = pattern::parse(text, format)?;
    Ok(match is_date {
        true => Moment::date(micros.div_euclid(DAY)),
        false => Moment::datetime(micros, zone),
    })
}

impl Object for Moment {
    fn class(&self) -> &'static Class {
        if self.is_date { &DATE } else { &DATETIME }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let date = calendar(self.day());
        let day = format!("{}, {}, {}", date.year(), date.month(), date.day());
        if self.is_date {
            return Ok(format!("datetime.date({day})"));
        }
        let zone = match &self.zone {
            Some(zone) => format!(", tzinfo={}", zone.repr()?),
            None => String::new(),
        };
        Ok(format!(
            "datetime.datetime({day}, {}{zone})",
            shown(self.of_day())
        ))
    }

    fn str(&self) -> R<String> {
        Ok(self.iso(" "))
    }

    fn format(&self, text: &str) -> R<String> {
        match text {
            "" => self.str(),
            text => pattern::format(self.micros, self.zone.as_ref(), text),
        }
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        let Some(other) = other.downcast::<Self>() else {
            return Ok(None);
        };
        let equal = self.is_date == other.is_date
            && self.zone.is_some() == other.zone.is_some()
            && self.utc() == other.utc();
        Ok(Some(Value::Bool(equal)))
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        if op == Comparison::Ne {
            return Ok(None);
        }
        let Some(other) = other.downcast::<Self>() else {
            return Ok(None);
        };
        match self.order(other)? {
            Some(ordering) => Ok(Some(Value::Bool(compare::holds(op, Some(ordering))))),
            None => Err(type_error("can't compare datetime.datetime to datetime.date")),
        }
    }

    fn key(self: Rc<Self>) -> R<Key> {
        let kind = if self.is_date { "date" } else { "datetime" };
        let aware = Key::Int(self.zone.is_some().into());
        Ok(Key::Other(kind, Box::new([Key::Int(self.utc()), aware])))
    }

    fn binary(&self, op: Binary, other: &Value, reversed: bool) -> R<Option<Value>> {
        if let Some(delta) = other.downcast::<Delta>() {
            return match (op, reversed) {
                (Binary::Add, _) => self.shifted(delta.0).map(Some),
                // A date drops what is less than a day, before it is negated.
                (Binary::Sub, false) if self.is_date => self
                    .shifted(-(delta.0.div_euclid(DAY.into()) * i128::from(DAY)))
                    .map(Some),
                (Binary::Sub, false) => self.shifted(-delta.0).map(Some),
                _ => Ok(None),
            };
        }
        match other.downcast::<Self>() {
            Some(other) if op == Binary::Sub && !reversed && self.is_date == other.is_date => {
                if self.zone.is_some() != other.zone.is_some() {
                    return Err(type_error(
                        "can't subtract offset-naive and offset-aware datetimes",
                    ));
                }
                Ok(Some(Value::object(Delta(
                    i128::from(self.utc()) - i128::from(other.utc()),
                ))))
            }
            _ => Ok(None),
        }
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let date = calendar(self.day());
        let [h, m, s, f] = parts(self.of_day());
        let number = match name {
            "year" => date.year().into(),
            "month" => date.month().into(),
            "day" => date.day().into(),
            _ if self.is_date => return None,
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
