//! Values inside plans: a constructor for each kind of literal that the protocol knows, and how PySpark prints them.
//!
//! Which kind a value of another language becomes is for that language's reader to say.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use spark_connect_proto::connect::{
    self as pb,
    expression::literal::{self as wire, LiteralType as Wire},
};

/// A value inside a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal(pb::expression::Literal);

/// Constructors that take the wire's own scalar.
macro_rules! scalars {
    ($($(#[$doc:meta])* $name:ident($type:ty) $kind:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(value: $type) -> Self {
                Self::of(Wire::$kind(value.into()))
            }
        )*
    };
}

impl Literal {
    scalars! {
        /// Bytes.
        binary(Vec<u8>) Binary;
        /// A truth value.
        boolean(bool) Boolean;
        /// An integer of one byte.
        byte(i8) Byte;
        /// An integer of two bytes.
        short(i16) Short;
        /// An integer of four bytes.
        integer(i32) Integer;
        /// An integer of eight bytes.
        long(i64) Long;
        /// A floating-point number of four bytes.
        float(f32) Float;
        /// A floating-point number of eight bytes.
        double(f64) Double;
        /// Days since 1970-01-01.
        date(i32) Date;
        /// Microseconds since 1970-01-01T00:00:00Z.
        timestamp(i64) Timestamp;
        /// Microseconds since 1970-01-01T00:00:00 on a clock without a time zone.
        timestamp_ntz(i64) TimestampNtz;
        /// Months.
        year_month_interval(i32) YearMonthInterval;
        /// Microseconds.
        day_time_interval(i64) DayTimeInterval;
    }

    fn of(kind: Wire) -> Self {
        Self(pb::expression::Literal {
            data_type: None,
            literal_type: Some(kind),
        })
    }

    /// The null of a type.
    pub fn null_of(data_type: pb::DataType) -> Self {
        Self::of(Wire::Null(data_type))
    }

    /// Null, as `lit(None)`.
    pub fn null() -> Self {
        Self::null_of(pb::DataType {
            kind: Some(pb::data_type::Kind::Null(pb::data_type::Null::default())),
        })
    }

    /// Text.
    pub fn string(value: impl Into<String>) -> Self {
        Self::of(Wire::String(value.into()))
    }

    /// A whole number in four bytes if it fits, otherwise in eight, as `lit` takes Python's `int`.
    pub fn whole(value: i64) -> Self {
        i32::try_from(value).map_or_else(|_| Self::long(value), Self::integer)
    }

    /// A decimal number, its digits as text. PySpark sends precision 10 and scale 0 whatever the digits are, and Spark
    /// then reads the digits.
    pub fn decimal(digits: impl Into<String>, precision: i32, scale: i32) -> Self {
        Self::of(Wire::Decimal(wire::Decimal {
            value: digits.into(),
            precision: Some(precision),
            scale: Some(scale),
        }))
    }

    /// An interval of SQL's old kind: months, days and microseconds, none of which follows from another.
    pub fn calendar_interval(months: i32, days: i32, microseconds: i64) -> Self {
        Self::of(Wire::CalendarInterval(wire::CalendarInterval {
            months,
            days,
            microseconds,
        }))
    }

    /// A time of day: nanoseconds since midnight, and how many digits of a second count. Since Spark 4.1.
    pub fn time(nanoseconds: i64, precision: i32) -> Self {
        Self::of(Wire::Time(wire::Time {
            nano: nanoseconds,
            precision: Some(precision),
        }))
    }

    /// A timestamp without a time zone, in microseconds and the nanoseconds beyond them. Since Spark 4.3,
    /// where `spark.sql.timestampNanosTypes.enabled` is set.
    pub fn timestamp_ntz_nanos(microseconds: i64, nanoseconds: i32, precision: i32) -> Self {
        Self::of(Wire::TimestampNtzNanos(wire::TimestampNtzNanos {
            epoch_micros: microseconds,
            nanos_within_micro: nanoseconds,
            precision: Some(precision),
        }))
    }

    /// A timestamp in UTC, in microseconds and the nanoseconds beyond them. Since Spark 4.3,
    /// where `spark.sql.timestampNanosTypes.enabled` is set.
    pub fn timestamp_ltz_nanos(microseconds: i64, nanoseconds: i32, precision: i32) -> Self {
        Self::of(Wire::TimestampLtzNanos(wire::TimestampLtzNanos {
            epoch_micros: microseconds,
            nanos_within_micro: nanoseconds,
            precision: Some(precision),
        }))
    }

    /// An array of values of one type.
    #[expect(
        deprecated,
        reason = "servers before Spark 4.1 read the type here only, as PySpark writes it"
    )]
    pub fn array(element_type: pb::DataType, elements: impl IntoIterator<Item = Literal>) -> Self {
        Self::of(Wire::Array(wire::Array {
            element_type: Some(element_type),
            elements: elements.into_iter().map(|element| element.0).collect(),
        }))
    }

    /// A map, each key with its value.
    #[expect(deprecated, reason = "servers before Spark 4.1 read the types here only")]
    pub fn map(
        key_type: pb::DataType,
        value_type: pb::DataType,
        entries: impl IntoIterator<Item = (Literal, Literal)>,
    ) -> Self {
        let (keys, values) = entries.into_iter().map(|(key, value)| (key.0, value.0)).unzip();
        Self::of(Wire::Map(wire::Map {
            key_type: Some(key_type),
            value_type: Some(value_type),
            keys,
            values,
        }))
    }

    /// A struct: its type, and a value for each of its fields.
    #[expect(deprecated, reason = "servers before Spark 4.1 read the type here only")]
    pub fn structure(struct_type: pb::DataType, fields: impl IntoIterator<Item = Literal>) -> Self {
        Self::of(Wire::Struct(wire::Struct {
            struct_type: Some(struct_type),
            elements: fields.into_iter().map(|field| field.0).collect(),
        }))
    }

    /// An array of truth values, numbers or texts in the compact form, which Spark takes for the parameters of
    /// `pyspark.ml` only. Since Spark 4.0.
    pub fn specialized_array(values: wire::specialized_array::ValueType) -> Self {
        Self::of(Wire::SpecializedArray(wire::SpecializedArray {
            value_type: Some(values),
        }))
    }

    /// Whether it is a null.
    pub fn is_null(&self) -> bool {
        matches!(self.0.literal_type, Some(Wire::Null(_)) | None)
    }

    /// The message.
    pub fn message(&self) -> &pb::expression::Literal {
        &self.0
    }
}

impl From<pb::expression::Literal> for Literal {
    fn from(message: pb::expression::Literal) -> Self {
        Self(message)
    }
}

/// Values of Rust whose kind is plain.
macro_rules! values {
    ($($type:ty => $name:ident;)*) => {
        $(
            impl From<$type> for Literal {
                fn from(value: $type) -> Self {
                    Self::$name(value)
                }
            }
        )*
    };
}

values! {
    bool => boolean;
    i8 => byte;
    i16 => short;
    i32 => integer;
    i64 => long;
    f32 => float;
    f64 => double;
    &str => string;
    String => string;
    Vec<u8> => binary;
}

/// As PySpark prints it in the name of a column.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(&self.0, f)
    }
}

fn write(literal: &pb::expression::Literal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match &literal.literal_type {
        None | Some(Wire::Null(_)) => f.write_str("NULL"),
        Some(Wire::Binary(bytes)) => f.write_str(&bytes_repr(bytes)),
        Some(Wire::Boolean(value)) => f.write_str(if *value { "True" } else { "False" }),
        Some(Wire::Byte(value) | Wire::Short(value) | Wire::Integer(value)) => write!(f, "{value}"),
        Some(Wire::Long(value)) => write!(f, "{value}"),
        Some(Wire::Float(value)) => f.write_str(&float_repr(f64::from(*value))),
        Some(Wire::Double(value)) => f.write_str(&float_repr(*value)),
        Some(Wire::Decimal(decimal)) => f.write_str(&decimal.value),
        Some(Wire::String(text)) => f.write_str(text),
        Some(Wire::Date(days)) => match day(i64::from(*days)) {
            Some(date) => write!(f, "{date}"),
            None => write!(f, "{days} days"),
        },
        Some(Wire::Time(time)) => match time_of_day(time.nano) {
            Some(time) => write!(f, "{}", time.strftime("%H:%M:%S.%6f")),
            None => write!(f, "{} nanoseconds", time.nano),
        },
        Some(Wire::Timestamp(micros) | Wire::TimestampNtz(micros)) => timestamp(*micros, f),
        Some(Wire::TimestampNtzNanos(t)) => timestamp(t.epoch_micros, f),
        Some(Wire::TimestampLtzNanos(t)) => timestamp(t.epoch_micros, f),
        Some(Wire::CalendarInterval(t)) => {
            write!(
                f,
                "{} months {} days {} microseconds",
                t.months, t.days, t.microseconds
            )
        }
        Some(Wire::YearMonthInterval(months)) => write!(f, "{months} months"),
        Some(Wire::DayTimeInterval(micros)) => f.write_str(&duration(*micros)),
        Some(Wire::Array(array)) => list(&array.elements, f),
        Some(Wire::Struct(value)) => list(&value.elements, f),
        Some(Wire::Map(map)) => {
            f.write_str("{")?;
            for (at, (key, value)) in map.keys.iter().zip(&map.values).enumerate() {
                f.write_str(if at > 0 { ", " } else { "" })?;
                write(key, f)?;
                f.write_str(": ")?;
                write(value, f)?;
            }
            f.write_str("}")
        }
        Some(Wire::SpecializedArray(array)) => write!(f, "{:?}", array.value_type),
    }
}

fn list(elements: &[pb::expression::Literal], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("[")?;
    for (at, element) in elements.iter().enumerate() {
        f.write_str(if at > 0 { ", " } else { "" })?;
        write(element, f)?;
    }
    f.write_str("]")
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

fn day(days: i64) -> Option<Date> {
    let days = i32::try_from(days).ok()?;
    Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

fn time_of_day(nanoseconds: i64) -> Option<Time> {
    let span = jiff::Span::new().try_nanoseconds(nanoseconds).ok()?;
    (0..MICROS_PER_DAY * 1000)
        .contains(&nanoseconds)
        .then(|| Time::midnight().checked_add(span).ok())?
}

fn timestamp(micros: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let time = day(micros.div_euclid(MICROS_PER_DAY))
        .zip(time_of_day(micros.rem_euclid(MICROS_PER_DAY) * 1000))
        .map(|(date, time)| DateTime::from_parts(date, time));
    match time {
        Some(time) => write!(f, "{}", time.strftime("%Y-%m-%d %H:%M:%S.%6f")),
        None => write!(f, "{micros} microseconds"),
    }
}

/// A duration as pandas writes it: `P1DT2H3M4.5S`.
fn duration(micros: i64) -> String {
    let (days, rest) = (
        micros.div_euclid(MICROS_PER_DAY),
        micros.rem_euclid(MICROS_PER_DAY),
    );
    let seconds = rest / 1_000_000;
    let fraction = match rest % 1_000_000 {
        0 => String::new(),
        micros => format!(".{micros:06}").trim_end_matches('0').to_owned(),
    };
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("P{days}DT{hours}H{minutes}M{seconds}{fraction}S")
}

/// A number as Python's `repr` writes a float.
pub fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent if (-4..16).contains(&exponent) => {
            let plain = value.to_string();
            if plain.contains('.') { plain } else { plain + ".0" }
        }
        exponent => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}

/// Bytes as Python's `repr` writes them.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\'' if quote == '\'' => text.push_str("\\'"),
            0x20..0x7f => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_pyspark_prints_them() {
        let cases = [
            (Literal::null(), "NULL"),
            (Literal::boolean(true), "True"),
            (Literal::whole(1 << 40), "1099511627776"),
            (Literal::double(1.0), "1.0"),
            (Literal::double(-0.00001), "-1e-05"),
            (Literal::double(0.0001), "0.0001"),
            (Literal::double(1e16), "1e+16"),
            (Literal::double(123_456_789.25), "123456789.25"),
            (Literal::double(f64::NEG_INFINITY), "-inf"),
            (Literal::string("it's"), "it's"),
            (Literal::binary(b"a'\x00\\".to_vec()), "b\"a'\\x00\\\\\""),
            (Literal::decimal("1.50", 10, 0), "1.50"),
            (Literal::date(-1), "1969-12-31"),
            (Literal::date(i32::MAX), "2147483647 days"),
            (Literal::timestamp(-1), "1969-12-31 23:59:59.999999"),
            (Literal::timestamp(i64::MIN), "-9223372036854775808 microseconds"),
            (Literal::time(3_600_000_001_000, 6), "01:00:00.000001"),
            (Literal::time(-1, 6), "-1 nanoseconds"),
            (Literal::day_time_interval(86_400_000_000), "P1DT0H0M0S"),
            (Literal::day_time_interval(-1_500_000), "P-1DT23H59M58.5S"),
        ];
        for (literal, text) in cases {
            assert_eq!(literal.to_string(), text);
        }
    }

    #[test]
    fn whole_numbers_take_the_room_that_they_need() {
        let kind = |value| Literal::whole(value).message().literal_type.clone();
        assert_eq!(kind(i64::from(i32::MIN)), Some(Wire::Integer(i32::MIN)));
        assert_eq!(
            kind(i64::from(i32::MIN) - 1),
            Some(Wire::Long(i64::from(i32::MIN) - 1))
        );
    }
}
