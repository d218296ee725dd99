//! `pyspark.sql.types`: data types as values.

use std::{any::Any, rc::Rc};

use spark_connect_client::{
    proto::{
        DataType,
        data_type::{self as pb, Kind},
    },
    types as client_types,
};

use super::{error::type_error, type_json};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{R, value_error},
    modules, types,
    value::{Dict, Key, Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

/// A data type.
#[derive(Clone)]
pub(super) struct PyType(pub(super) DataType);

/// A field of a struct.
#[derive(Clone)]
pub(super) struct PyField(pub(super) pb::StructField);

pub(super) fn of(kind: Kind) -> DataType {
    DataType { kind: Some(kind) }
}

static DATA_TYPE: Class = Class {
    statics: &[
        Native::later("fromDDL", |vm, args| {
            Box::pin(async move {
                let [ddl] = args.exactly("fromDDL")?;
                let ddl = super::convert::text(&ddl, "ddl")?;
                let session = super::session::current(vm)?;
                let parsed = session.ddl_parse(&ddl).await.map_err(super::error::raised)?;
                Ok(Value::object(PyType(parsed)))
            })
        }),
        Native::sync("fromJson", |_, args| {
            let [json] = args.exactly("fromJson")?;
            type_json::parse(&json).map(|parsed| Value::object(PyType(parsed)))
        }),
    ],
    ..named("DataType", None)
};

const fn named(name: &'static str, new: Option<Native>) -> Class {
    Class {
        name,
        module: "pyspark.sql.types",
        base: Some(&OBJECT),
        new,
        methods: METHODS,
        statics: &[],
        constant: no_constant,
    }
}

/// The kind as PySpark sends it: texts have a collation.
fn collated(kind: Kind) -> Kind {
    match kind {
        Kind::String(text) if text.collation.is_empty() => Kind::String(pb::String {
            collation: "UTF8_BINARY".to_owned(),
            ..text
        }),
        other => other,
    }
}

/// Types without arguments.
macro_rules! simple {
    ($($static:ident $name:literal $kind:ident $type:ident;)*) => {
        $(static $static: Class = Class {
            base: Some(&DATA_TYPE),
            ..named($name, Some(Native::sync($name, |_, args| {
                args.exactly::<0>($name)?;
                Ok(Value::object(PyType(of(collated(Kind::$kind(pb::$type::default()))))))
            })))
        };)*
        static SIMPLE: &[&Class] = &[$(&$static),*];

        fn simple_class(kind: &Kind) -> Option<&'static Class> {
            match kind {
                $(Kind::$kind(_) => Some(&$static),)*
                _ => None,
            }
        }
    };
}

simple! {
    NULL "NullType" Null Null;
    STRING "StringType" String String;
    BINARY "BinaryType" Binary Binary;
    BOOLEAN "BooleanType" Boolean Boolean;
    DATE "DateType" Date Date;
    TIMESTAMP "TimestampType" Timestamp Timestamp;
    TIMESTAMP_NTZ "TimestampNTZType" TimestampNtz TimestampNtz;
    DOUBLE "DoubleType" Double Double;
    FLOAT "FloatType" Float Float;
    BYTE "ByteType" Byte Byte;
    SHORT "ShortType" Short Short;
    INTEGER "IntegerType" Integer Integer;
    LONG "LongType" Long Long;
    INTERVAL "CalendarIntervalType" CalendarInterval CalendarInterval;
    VARIANT "VariantType" Variant Variant;
}

macro_rules! compound {
    ($($static:ident $name:literal $new:expr;)*) => {
        $(pub(super) static $static: Class = Class {
            base: Some(&DATA_TYPE),
            ..named($name, Some(Native::sync($name, $new)))
        };)*
    };
}

compound! {
    DECIMAL "DecimalType" |_, args| {
        let [precision, scale] = args.bind("DecimalType", ["precision", "scale"], 0)?;
        let number = |value: Option<Value>, default| value.map_or(Ok(default), |value| super::convert::int(&value, "precision"));
        Ok(Value::object(PyType(of(Kind::Decimal(pb::Decimal {
            precision: Some(number(precision, 10)?),
            scale: Some(number(scale, 0)?),
            ..Default::default()
        })))))
    };
    ARRAY "ArrayType" |_, args| {
        let [element, contains_null] = args.bind("ArrayType", ["elementType", "containsNull"], 1)?;
        Ok(Value::object(PyType(of(Kind::Array(Box::new(pb::Array {
            element_type: Some(Box::new(data_type(element.as_ref())?)),
            contains_null: contains_null.map_or(Ok(true), |value| types::truth(&value))?,
            ..Default::default()
        }))))))
    };
    MAP "MapType" |_, args| {
        let [key, value, contains_null] = args.bind("MapType", ["keyType", "valueType", "valueContainsNull"], 2)?;
        Ok(Value::object(PyType(of(Kind::Map(Box::new(pb::Map {
            key_type: Some(Box::new(data_type(key.as_ref())?)),
            value_type: Some(Box::new(data_type(value.as_ref())?)),
            value_contains_null: contains_null.map_or(Ok(true), |value| types::truth(&value))?,
            ..Default::default()
        }))))))
    };
    DAY_TIME "DayTimeIntervalType" |_, args| {
        let [start, end] = args.bind("DayTimeIntervalType", ["startField", "endField"], 0)?;
        let field = |value: Option<Value>, default| value.map_or(Ok(default), |value| super::convert::int(&value, "field"));
        Ok(Value::object(PyType(of(Kind::DayTimeInterval(pb::DayTimeInterval {
            start_field: Some(field(start, 0)?),
            end_field: Some(field(end, 3)?),
            ..Default::default()
        })))))
    };
    YEAR_MONTH "YearMonthIntervalType" |_, args| {
        let [start, end] = args.bind("YearMonthIntervalType", ["startField", "endField"], 0)?;
        let field = |value: Option<Value>, default| value.map_or(Ok(default), |value| super::convert::int(&value, "field"));
        Ok(Value::object(PyType(of(Kind::YearMonthInterval(pb::YearMonthInterval {
            start_field: Some(field(start, 0)?),
            end_field: Some(field(end, 1)?),
            ..Default::default()
        })))))
    };
    CHAR "CharType" |_, args| {
        let [length] = args.bind("CharType", ["length"], 1)?;
        let length = super::convert::int(&length.unwrap_or(Value::None), "length")?;
        Ok(Value::object(PyType(of(Kind::Char(pb::Char { length, ..Default::default() })))))
    };
    VARCHAR "VarcharType" |_, args| {
        let [length] = args.bind("VarcharType", ["length"], 1)?;
        let length = super::convert::int(&length.unwrap_or(Value::None), "length")?;
        Ok(Value::object(PyType(of(Kind::VarChar(pb::VarChar { length, ..Default::default() })))))
    };
    TIME "TimeType" |_, args| {
        let [precision] = args.bind("TimeType", ["precision"], 0)?;
        let precision = precision.map_or(Ok(6), |value| super::convert::int(&value, "precision"))?;
        Ok(Value::object(PyType(of(Kind::Time(pb::Time { precision: Some(precision), ..Default::default() })))))
    };
    OTHER "UserDefinedType" |_, _| Err(crate::exception::not_implemented("user-defined types need a Python worker"));
}

pub(super) static STRUCT: Class = Class {
    base: Some(&DATA_TYPE),
    methods: &[
        Native::sync("add", add),
        Native::sync("fieldNames", |_, args| {
            let [this] = args.exactly("fieldNames")?;
            Ok(names(fields(&this)?))
        }),
    ],
    ..named(
        "StructType",
        Some(Native::sync("StructType", |_, args| {
            let [given] = args.bind("StructType", ["fields"], 0)?;
            let mut fields = Vec::new();
            for field in given.map_or(Vec::new(), |given| super::convert::flat(&[given])) {
                match field.downcast::<PyField>() {
                    Some(field) => fields.push(field.0.clone()),
                    None => {
                        return Err(type_error(
                            "[NOT_LIST_OF_STRUCTFIELD] Argument `fields` should be a list of StructField.",
                        ));
                    }
                }
            }
            Ok(Value::object(PyType(of(Kind::Struct(pb::Struct {
                fields,
                ..Default::default()
            })))))
        })),
    )
};

pub(super) static FIELD: Class = Class {
    methods: &[
        Native::sync("simpleString", |_, args| {
            let [this] = args.exactly("simpleString")?;
            let field = a_field(&this)?;
            let kind = field
                .data_type
                .as_ref()
                .map_or_else(|| "void".to_owned(), client_types::simple_string);
            Ok(Value::text(format!("{}:{kind}", field.name)))
        }),
        Native::sync("json", |_, args| {
            let [this] = args.exactly("json")?;
            field_json(a_field(&this)?).map(Value::text)
        }),
        Native::sync("jsonValue", |_, args| {
            let [this] = args.exactly("jsonValue")?;
            type_json::json_value(&field_json(a_field(&this)?)?)
        }),
    ],
    statics: &[Native::sync("fromJson", |_, args| {
        let [json] = args.exactly("fromJson")?;
        type_json::field(&json).map(|field| Value::object(PyField(field)))
    })],
    ..named(
        "StructField",
        Some(Native::sync("StructField", |_, args| {
            let [name, kind, nullable, metadata] =
                args.bind("StructField", ["name", "dataType", "nullable", "metadata"], 2)?;
            field(name, kind, nullable, metadata).map(|field| Value::object(PyField(field)))
        })),
    )
};

fn a_field(value: &Value) -> R<&pb::StructField> {
    match value.downcast::<PyField>() {
        Some(field) => Ok(&field.0),
        None => Err(type_error("a StructField is required")),
    }
}

/// A field by itself, as it stands in the JSON of its struct.
fn field_json(field: &pb::StructField) -> R<String> {
    let whole = client_types::json(&of(Kind::Struct(pb::Struct {
        fields: vec![field.clone()],
        ..Default::default()
    })));
    let inside = whole
        .strip_prefix("{\"fields\":[")
        .and_then(|rest| rest.strip_suffix("],\"type\":\"struct\"}"));
    inside
        .map(str::to_owned)
        .ok_or_else(|| value_error("the field has no JSON"))
}

static COMPOUND: &[&Class] = &[
    &DATA_TYPE,
    &DECIMAL,
    &ARRAY,
    &MAP,
    &DAY_TIME,
    &YEAR_MONTH,
    &CHAR,
    &VARCHAR,
    &TIME,
    &STRUCT,
    &FIELD,
    &super::row::ROW,
    &super::variant::VARIANT,
    &super::spatial::GEOGRAPHY,
    &super::spatial::GEOMETRY,
];

/// What stands behind a name of `pyspark.sql.types`.
pub(super) fn get(name: &str) -> Option<Value> {
    SIMPLE
        .iter()
        .chain(COMPOUND)
        .copied()
        .find(|class| class.name == name)
        .map(Value::Class)
}

pub(super) fn all_names() -> Vec<&'static str> {
    SIMPLE.iter().chain(COMPOUND).map(|class| class.name).collect()
}

const METHODS: &[Native] = &[
    Native::sync("simpleString", simple_string),
    Native::sync("typeName", type_name),
    Native::sync("json", json_method),
    Native::sync("jsonValue", |_, args| {
        let [this] = args.exactly("jsonValue")?;
        type_json::json_value(&client_types::json(&data_type(Some(&this))?))
    }),
    Native::sync("toNullable", |_, args| {
        let [this] = args.exactly("toNullable")?;
        let nullable = type_json::nullable(&data_type(Some(&this))?)?;
        Ok(Value::object(PyType(nullable)))
    }),
];

fn simple_string(_: &mut Vm, args: Arguments) -> R<Value> {
    let [this] = args.exactly("simpleString")?;
    Ok(Value::text(client_types::simple_string(&data_type(Some(&this))?)))
}

fn type_name(_: &mut Vm, args: Arguments) -> R<Value> {
    let [this] = args.exactly("typeName")?;
    let name = match types::class_of(&this).name {
        "TimestampNTZType" => "timestamp_ntz".to_owned(),
        name => name.trim_end_matches("Type").to_ascii_lowercase(),
    };
    Ok(Value::text(name))
}

fn json_method(_: &mut Vm, args: Arguments) -> R<Value> {
    let [this] = args.exactly("json")?;
    Ok(Value::text(client_types::json(&data_type(Some(&this))?)))
}

fn add(_: &mut Vm, args: Arguments) -> R<Value> {
    let [this, name, kind, nullable, metadata] =
        args.bind("add", ["self", "field", "data_type", "nullable", "metadata"], 2)?;
    let this = this.unwrap_or(Value::None);
    let mut all = fields(&this)?.to_vec();
    all.push(match name.as_ref().and_then(Value::downcast::<PyField>) {
        Some(field) => field.0.clone(),
        None => field(name, kind, nullable, metadata)?,
    });
    Ok(Value::object(PyType(of(Kind::Struct(pb::Struct {
        fields: all,
        ..Default::default()
    })))))
}

fn field(
    name: Option<Value>,
    kind: Option<Value>,
    nullable: Option<Value>,
    metadata: Option<Value>,
) -> R<pb::StructField> {
    let metadata = metadata.filter(|metadata| !metadata.is_none());
    Ok(pb::StructField {
        name: super::convert::text(&name.unwrap_or(Value::None), "name")?,
        data_type: Some(data_type(kind.as_ref())?),
        nullable: nullable.map_or(Ok(true), |value| types::truth(&value))?,
        metadata: metadata.map(|metadata| json(&metadata)).transpose()?,
    })
}

/// The data type that a value is; texts of simple types too.
pub(super) fn data_type(value: Option<&Value>) -> R<DataType> {
    match value {
        Some(Value::Str(name)) => {
            let kind = match name.trim() {
                "string" => collated(Kind::String(Default::default())),
                "boolean" => Kind::Boolean(Default::default()),
                "byte" | "tinyint" => Kind::Byte(Default::default()),
                "short" | "smallint" => Kind::Short(Default::default()),
                "int" | "integer" => Kind::Integer(Default::default()),
                "long" | "bigint" => Kind::Long(Default::default()),
                "float" => Kind::Float(Default::default()),
                "double" => Kind::Double(Default::default()),
                "binary" => Kind::Binary(Default::default()),
                "date" => Kind::Date(Default::default()),
                "timestamp" => Kind::Timestamp(Default::default()),
                "timestamp_ntz" => Kind::TimestampNtz(Default::default()),
                ddl => Kind::Unparsed(pb::Unparsed {
                    data_type_string: ddl.to_owned(),
                }),
            };
            Ok(of(kind))
        }
        Some(value) => match value.downcast::<PyType>() {
            Some(data_type) => Ok(data_type.0.clone()),
            None => Err(type_error(format!(
                "[NOT_DATATYPE_OR_STR] Argument `dataType` should be a DataType or str, got {}.",
                types::class_of(value).name
            ))),
        },
        None => Err(type_error("[NOT_DATATYPE_OR_STR] A DataType is required.")),
    }
}

/// The fields of a struct type.
fn fields(value: &Value) -> R<&[pb::StructField]> {
    match value
        .downcast::<PyType>()
        .and_then(|data_type| data_type.0.kind.as_ref())
    {
        Some(Kind::Struct(structure)) => Ok(&structure.fields),
        _ => Err(type_error("a StructType is required")),
    }
}

fn names(fields: &[pb::StructField]) -> Value {
    Value::list(
        fields
            .iter()
            .map(|field| Value::text(field.name.as_str()))
            .collect(),
    )
}

/// A plain value as JSON.
pub(super) fn json(value: &Value) -> R<String> {
    crate::limits::deeper(|| {
        Ok(match value {
            Value::None => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Int(_) | Value::Float(_) | Value::Big(_) => types::repr(value)?,
            Value::Str(text) => format!("{:?}", text.as_str()),
            Value::List(list) => {
                let parts = list.to_vec().iter().map(json).collect::<R<Vec<_>>>()?;
                format!("[{}]", parts.join(", "))
            }
            Value::Dict(dict) => {
                let mut parts = Vec::new();
                for (key, value) in dict.pairs() {
                    parts.push(format!("{:?}: {}", types::str(&key)?, json(&value)?));
                }
                format!("{{{}}}", parts.join(", "))
            }
            _ => return Err(value_error("metadata must be plain values")),
        })
    })
}

fn repr(data_type: &DataType) -> R<String> {
    let inner = |part: &Option<Box<DataType>>| part.as_deref().map_or(Ok("NullType()".to_owned()), repr);
    let python = |flag: bool| if flag { "True" } else { "False" };
    crate::limits::deeper(|| {
        Ok(match &data_type.kind {
            None => "NullType()".to_owned(),
            Some(Kind::Decimal(t)) => format!(
                "DecimalType({},{})",
                t.precision.unwrap_or(10),
                t.scale.unwrap_or(0)
            ),
            Some(Kind::Array(t)) => format!(
                "ArrayType({}, {})",
                inner(&t.element_type)?,
                python(t.contains_null)
            ),
            Some(Kind::Map(t)) => format!(
                "MapType({}, {}, {})",
                inner(&t.key_type)?,
                inner(&t.value_type)?,
                python(t.value_contains_null)
            ),
            Some(Kind::Struct(t)) => {
                let fields = t.fields.iter().map(field_repr).collect::<R<Vec<_>>>()?;
                format!("StructType([{}])", fields.join(", "))
            }
            Some(Kind::DayTimeInterval(t)) => {
                format!(
                    "DayTimeIntervalType({}, {})",
                    t.start_field.unwrap_or(0),
                    t.end_field.unwrap_or(3)
                )
            }
            Some(Kind::YearMonthInterval(t)) => {
                format!(
                    "YearMonthIntervalType({}, {})",
                    t.start_field.unwrap_or(0),
                    t.end_field.unwrap_or(1)
                )
            }
            Some(Kind::Char(t)) => format!("CharType({})", t.length),
            Some(Kind::VarChar(t)) => format!("VarcharType({})", t.length),
            Some(Kind::Time(t)) => format!("TimeType({})", t.precision.unwrap_or(6)),
            Some(kind) => match simple_class(kind) {
                Some(class) => format!("{}()", class.name),
                None => client_types::simple_string(data_type),
            },
        })
    })
}

fn field_repr(field: &pb::StructField) -> R<String> {
    Ok(format!(
        "StructField({}, {}, {})",
        types::repr(&Value::text(field.name.as_str()))?,
        field
            .data_type
            .as_ref()
            .map_or(Ok("NullType()".to_owned()), repr)?,
        if field.nullable { "True" } else { "False" }
    ))
}

fn value(part: &Option<Box<DataType>>) -> Value {
    Value::object(PyType(part.as_deref().cloned().unwrap_or_default()))
}

impl Object for PyType {
    fn class(&self) -> &'static Class {
        match &self.0.kind {
            None => &NULL,
            Some(Kind::Decimal(_)) => &DECIMAL,
            Some(Kind::Array(_)) => &ARRAY,
            Some(Kind::Map(_)) => &MAP,
            Some(Kind::Struct(_)) => &STRUCT,
            Some(Kind::DayTimeInterval(_)) => &DAY_TIME,
            Some(Kind::YearMonthInterval(_)) => &YEAR_MONTH,
            Some(Kind::Char(_)) => &CHAR,
            Some(Kind::VarChar(_)) => &VARCHAR,
            Some(Kind::Time(_)) => &TIME,
            Some(kind) => simple_class(kind).unwrap_or(&OTHER),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        repr(&self.0)
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other
            .downcast::<Self>()
            .map(|other| Value::Bool(self.0 == other.0)))
    }

    fn key(self: Rc<Self>) -> R<Key> {
        Ok(Key::Other(
            "DataType",
            Box::new([Key::Str(crate::value::Text::new(self.repr()?))]),
        ))
    }

    fn len(&self) -> R<usize> {
        match &self.0.kind {
            Some(Kind::Struct(t)) => Ok(t.fields.len()),
            _ => Err(type_error(format!(
                "object of type '{}' has no len()",
                self.class().name
            ))),
        }
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        let all = fields(&Value::Object(self.clone()))?.to_vec();
        crate::value::iterator::iterate(&Value::list(
            all.into_iter()
                .map(|field| Value::object(PyField(field)))
                .collect(),
        ))
    }

    fn item<'a>(self: Rc<Self>, _: &'a mut Vm, item: &Value) -> Answer<'a> {
        let get = || {
            let this = Value::Object(self.clone());
            let all = fields(&this)?;
            let found = match item {
                Value::Str(name) => all.iter().find(|field| field.name == name.as_str()),
                item => {
                    let at = types::index(item, "StructType indices")?;
                    let at = if at < 0 {
                        at.saturating_add(all.len() as i64)
                    } else {
                        at
                    };
                    usize::try_from(at).ok().and_then(|at| all.get(at))
                }
            };
            match found {
                Some(field) => Ok(Value::object(PyField(field.clone()))),
                None => Err(crate::exception::raise(
                    &crate::exception::KEY_ERROR,
                    "No such field",
                )),
            }
        };
        get().into()
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let found = match (&self.0.kind, name) {
            (Some(Kind::Struct(t)), "fields") => Value::list(
                t.fields
                    .iter()
                    .map(|field| Value::object(PyField(field.clone())))
                    .collect(),
            ),
            (Some(Kind::Struct(t)), "names") => names(&t.fields),
            (Some(Kind::Array(t)), "elementType") => value(&t.element_type),
            (Some(Kind::Array(t)), "containsNull") => Value::Bool(t.contains_null),
            (Some(Kind::Map(t)), "keyType") => value(&t.key_type),
            (Some(Kind::Map(t)), "valueType") => value(&t.value_type),
            (Some(Kind::Map(t)), "valueContainsNull") => Value::Bool(t.value_contains_null),
            (Some(Kind::Decimal(t)), "precision") => Value::Int(t.precision.unwrap_or(10).into()),
            (Some(Kind::Decimal(t)), "scale") => Value::Int(t.scale.unwrap_or(0).into()),
            _ => return None,
        };
        Some(Ok(found).into())
    }
}

impl Object for PyField {
    fn class(&self) -> &'static Class {
        &FIELD
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        field_repr(&self.0)
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other
            .downcast::<Self>()
            .map(|other| Value::Bool(self.0 == other.0)))
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let found = match name {
            "name" => Value::text(self.0.name.as_str()),
            "dataType" => Value::object(PyType(self.0.data_type.clone().unwrap_or_default())),
            "nullable" => Value::Bool(self.0.nullable),
            "metadata" => match &self.0.metadata {
                Some(metadata) => return Some(modules::json::loads(metadata).into()),
                None => Value::dict(Dict::new()),
            },
            _ => return None,
        };
        Some(Ok(found).into())
    }
}
