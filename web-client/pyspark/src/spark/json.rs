//! JSON as Python's values: what Spark tells of streams.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::{
    exception::{R, value_error},
    value::{Dict, Value},
};

/// The value of a JSON text; objects keep their order.
pub(super) fn value(text: &str) -> R<Value> {
    serde_json::from_str::<Json>(text)
        .map(|json| json.0)
        .map_err(|error| value_error(format!("not JSON: {error}")))
}

struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Json)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::big(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Json(value)) = elements.next_element()? {
            values.push(value);
        }
        Ok(Value::list(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let dict = Dict::new();
        while let Some((key, Json(value))) = entries.next_entry::<String, Json>()? {
            dict.insert(Value::text(key), value)
                .map_err(|_| serde::de::Error::custom("a key that cannot be hashed"))?;
        }
        Ok(Value::dict(dict))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_pythons() {
        let json = value(r#"{"b": [1, 2.5, null, true], "a": {"x": "y"}, "big": 18446744073709551615}"#);
        let text = crate::types::repr(&json.unwrap()).unwrap();
        assert_eq!(
            text,
            "{'b': [1, 2.5, None, True], 'a': {'x': 'y'}, 'big': 18446744073709551615}"
        );
        assert!(value("{").is_err());
    }
}
