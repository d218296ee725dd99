//! Types of rows: PySpark's `StructType`.

use spark_connect_proto::connect::{
    DataType,
    data_type::{self as pb, Kind, StructField},
};

use super::is_numeric;

/// The type of a row: names, types and whether values may be null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StructType(pb::Struct);

impl StructType {
    /// A type without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The type with a field more, `StructType.add`. Metadata is a JSON object.
    pub fn add(
        mut self,
        name: impl Into<String>,
        data_type: DataType,
        nullable: bool,
        metadata: Option<String>,
    ) -> Self {
        self.0.fields.push(StructField {
            name: name.into(),
            data_type: Some(data_type),
            nullable,
            metadata,
        });
        self
    }

    /// The fields, `StructType.fields`.
    pub fn fields(&self) -> &[StructField] {
        &self.0.fields
    }

    /// The names of the fields, `StructType.names`, or `StructType.fieldNames()`.
    pub fn names(&self) -> Vec<&str> {
        self.0.fields.iter().map(|field| field.name.as_str()).collect()
    }

    /// The field of a name, `schema["name"]`.
    pub fn field(&self, name: &str) -> Option<&StructField> {
        self.0.fields.iter().find(|field| field.name == name)
    }

    /// Whether a name, quoted where needed, is that of a column of numbers; below structs it has several parts.
    pub fn is_numeric(&self, name: &str) -> bool {
        self.typed(name).is_some_and(is_numeric)
    }

    /// Whether a name, quoted where needed, is that of a column; below structs it has several parts.
    pub fn has(&self, name: &str) -> bool {
        self.typed(name).is_some()
    }

    fn typed(&self, name: &str) -> Option<&DataType> {
        let parts = name_parts(name)?;
        let (last, path) = parts.split_last()?;
        let mut fields = &self.0.fields;
        for part in path {
            let field = fields.iter().find(|field| field.name == *part)?;
            fields = match field.data_type.as_ref()?.kind.as_ref()? {
                Kind::Struct(inner) => &inner.fields,
                Kind::Array(array) => match array.element_type.as_ref()?.kind.as_ref()? {
                    Kind::Struct(inner) => &inner.fields,
                    _ => return None,
                },
                _ => return None,
            };
        }
        fields
            .iter()
            .find(|field| field.name == *last)?
            .data_type
            .as_ref()
    }

    /// The type, for a field or a plan.
    pub fn into_data_type(self) -> DataType {
        DataType {
            kind: Some(Kind::Struct(self.0)),
        }
    }
}

impl From<pb::Struct> for StructType {
    fn from(message: pb::Struct) -> Self {
        Self(message)
    }
}

impl TryFrom<DataType> for StructType {
    type Error = DataType;

    /// The type as that of a row; the type itself if it is none.
    fn try_from(data_type: DataType) -> Result<Self, DataType> {
        match data_type.kind {
            Some(Kind::Struct(message)) => Ok(Self(message)),
            _ => Err(data_type),
        }
    }
}

/// The parts of a name that dots divide; dots and other characters in backticks belong to a part.
pub fn name_parts(name: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut chars = name.chars().peekable();
    let mut quoted = false;
    let mut previous = None;
    while let Some(c) = chars.next() {
        match c {
            '`' if quoted && chars.peek() == Some(&'`') => {
                chars.next();
                part.push('`');
            }
            '`' if quoted => {
                quoted = false;
                if chars.peek().is_some_and(|next| *next != '.') {
                    return None;
                }
            }
            '`' if !part.is_empty() => return None,
            '`' => quoted = true,
            '.' if !quoted => {
                if matches!(previous, None | Some('.')) || chars.peek().is_none() {
                    return None;
                }
                parts.push(std::mem::take(&mut part));
            }
            c => part.push(c),
        }
        previous = Some(c);
    }
    if quoted {
        return None;
    }
    parts.push(part);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_parts() {
        let cases: [(&str, Option<&[&str]>); 9] = [
            ("a", Some(&["a"])),
            ("a.b", Some(&["a", "b"])),
            ("`a.b`.c", Some(&["a.b", "c"])),
            ("`a``b`", Some(&["a`b"])),
            ("a..b", None),
            ("a.", None),
            (".a", None),
            ("`a", None),
            ("a`b`", None),
        ];
        for (name, parts) in cases {
            let parts = parts.map(|parts| parts.iter().map(|part| (*part).to_owned()).collect());
            assert_eq!(name_parts(name), parts, "{name}");
        }
    }
}
