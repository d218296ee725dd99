//! Whether record batches hold what the result's schema says, and all of them the same.
//!
//! Wider offsets, views and dictionaries are as good as what Spark itself sends; another type is not.

use arrow_schema::{DataType, IntervalUnit, SchemaRef};
use spark_connect_proto::connect::{
    self as pb,
    data_type::{Kind, Struct},
};

use crate::{
    error::{Error, Result},
    types::simple_string,
};

/// The columns of a result, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Columns {
    announced: Option<Struct>,
    /// Those of the first batch.
    first: Option<SchemaRef>,
}

impl Columns {
    /// Spark's schema, which comes before the first batch.
    pub(super) fn expect(&mut self, schema: &Struct) {
        self.announced.get_or_insert_with(|| schema.clone());
    }

    /// Checks the schema of a batch.
    pub(super) fn check(&mut self, schema: &SchemaRef) -> Result<()> {
        match &self.first {
            Some(first) if same_types(first, schema) => Ok(()),
            Some(_) => Err(Error::protocol(
                "a record batch has other columns than the one before it",
            )),
            None => {
                if let Some(announced) = &self.announced {
                    check_announced(announced, schema)?;
                }
                self.first = Some(schema.clone());
                Ok(())
            }
        }
    }
}

fn same_types(one: &SchemaRef, other: &SchemaRef) -> bool {
    let pairs = one.fields().iter().zip(other.fields());
    one.fields().len() == other.fields().len()
        && pairs
            .into_iter()
            .all(|(one, other)| one.data_type().equals_datatype(other.data_type()))
}

fn check_announced(announced: &Struct, schema: &SchemaRef) -> Result<()> {
    let (expected, found) = (announced.fields.len(), schema.fields().len());
    if expected != found {
        return Err(Error::protocol(format_args!(
            "a record batch has {found} columns where the schema has {expected}"
        )));
    }
    for (spark, arrow) in announced.fields.iter().zip(schema.fields()) {
        if let Some(spark_type) = &spark.data_type
            && !fits(spark_type, arrow.data_type())
        {
            return Err(Error::protocol(format_args!(
                "the column {} is announced as {} and comes as Arrow's {}",
                spark.name,
                simple_string(spark_type),
                arrow.data_type()
            )));
        }
    }
    Ok(())
}

/// Whether an Arrow type can stand for a type of Spark's.
fn fits(spark: &pb::DataType, arrow: &DataType) -> bool {
    use DataType::*;
    match arrow {
        Dictionary(_, values) => return fits(spark, values),
        RunEndEncoded(_, values) => return fits(spark, values.data_type()),
        _ => {}
    }
    let part_fits = |part: &Option<Box<pb::DataType>>, arrow: &DataType| {
        part.as_ref().is_none_or(|part| fits(part, arrow))
    };
    let Some(kind) = &spark.kind else { return true };
    match kind {
        Kind::Null(_) => matches!(arrow, Null),
        Kind::Boolean(_) => matches!(arrow, Boolean),
        Kind::Byte(_) => matches!(arrow, Int8),
        Kind::Short(_) => matches!(arrow, Int16),
        Kind::Integer(_) => matches!(arrow, Int32),
        Kind::Long(_) => matches!(arrow, Int64),
        Kind::Float(_) => matches!(arrow, Float32),
        Kind::Double(_) => matches!(arrow, Float64),
        Kind::Decimal(decimal) => match arrow {
            Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) | Decimal256(_, scale) => {
                decimal
                    .scale
                    .is_none_or(|announced| announced == i32::from(*scale))
            }
            _ => false,
        },
        Kind::String(_) | Kind::Char(_) | Kind::VarChar(_) => matches!(arrow, Utf8 | LargeUtf8 | Utf8View),
        Kind::Binary(_) => matches!(arrow, Binary | LargeBinary | BinaryView | FixedSizeBinary(_)),
        Kind::Date(_) => matches!(arrow, Date32 | Date64),
        Kind::Timestamp(_) | Kind::TimestampNtz(_) => matches!(arrow, Timestamp(..)),
        Kind::Time(_) => matches!(arrow, Time32(_) | Time64(_)),
        Kind::CalendarInterval(_) => matches!(arrow, Interval(IntervalUnit::MonthDayNano)),
        Kind::YearMonthInterval(_) => matches!(arrow, Interval(IntervalUnit::YearMonth)),
        Kind::DayTimeInterval(_) => matches!(arrow, Duration(_) | Interval(IntervalUnit::DayTime)),
        Kind::Array(array) => match arrow {
            List(field)
            | LargeList(field)
            | ListView(field)
            | LargeListView(field)
            | FixedSizeList(field, _) => part_fits(&array.element_type, field.data_type()),
            _ => false,
        },
        Kind::Map(map) => match arrow {
            Map(entries, _) => match entries.data_type() {
                Struct(pair) if pair.len() == 2 => {
                    part_fits(&map.key_type, pair[0].data_type())
                        && part_fits(&map.value_type, pair[1].data_type())
                }
                _ => false,
            },
            _ => false,
        },
        Kind::Struct(parts) => match arrow {
            Struct(fields) => {
                let pairs = parts.fields.iter().zip(fields);
                let field_fits = |part: &pb::data_type::StructField, arrow: &DataType| {
                    part.data_type.as_ref().is_none_or(|part| fits(part, arrow))
                };
                parts.fields.len() == fields.len()
                    && pairs
                        .into_iter()
                        .all(|(part, field)| field_fits(part, field.data_type()))
            }
            _ => false,
        },
        Kind::Variant(_) | Kind::Geometry(_) | Kind::Geography(_) => matches!(arrow, Struct(_)),
        Kind::Udt(udt) => part_fits(&udt.sql_type, arrow),
        // How these travel is not settled.
        Kind::TimestampNtzNanos(_) | Kind::TimestampLtzNanos(_) | Kind::Unparsed(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{Field, Schema, TimeUnit};
    use spark_connect_proto::connect::data_type as dt;

    use super::*;

    fn spark(kind: Kind) -> pb::DataType {
        pb::DataType { kind: Some(kind) }
    }

    fn boxed(kind: Kind) -> Option<Box<pb::DataType>> {
        Some(Box::new(spark(kind)))
    }

    fn long() -> Kind {
        Kind::Long(Default::default())
    }

    fn text() -> Kind {
        Kind::String(Default::default())
    }

    fn structure(kinds: impl IntoIterator<Item = Kind>) -> Struct {
        let field = |kind| dt::StructField {
            name: "f".to_owned(),
            data_type: Some(spark(kind)),
            nullable: true,
            metadata: None,
        };
        Struct {
            fields: kinds.into_iter().map(field).collect(),
            ..Default::default()
        }
    }

    fn field(data_type: DataType) -> Arc<Field> {
        Arc::new(Field::new("f", data_type, true))
    }

    fn fields(data_types: impl IntoIterator<Item = DataType>) -> arrow_schema::Fields {
        data_types.into_iter().map(field).collect()
    }

    #[test]
    fn each_type_fits_itself_and_its_like_and_no_other() {
        use DataType::*;
        let decimal = dt::Decimal {
            precision: Some(10),
            scale: Some(2),
            ..Default::default()
        };
        let array = dt::Array {
            element_type: boxed(long()),
            ..Default::default()
        };
        let map = dt::Map {
            key_type: boxed(text()),
            value_type: boxed(long()),
            ..Default::default()
        };
        let udt = dt::Udt {
            sql_type: boxed(long()),
            ..Default::default()
        };
        let micros = |zone: Option<&str>| Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
        let entries = |key, value| Map(field(Struct(fields([key, value]))), false);
        let variant = Struct(fields([Binary, Binary]));
        let rows: Vec<(Kind, Vec<DataType>)> = vec![
            (Kind::Null(Default::default()), vec![Null]),
            (Kind::Boolean(Default::default()), vec![Boolean]),
            (Kind::Byte(Default::default()), vec![Int8]),
            (Kind::Short(Default::default()), vec![Int16]),
            (Kind::Integer(Default::default()), vec![Int32]),
            (long(), vec![Int64, Dictionary(Box::new(Int8), Box::new(Int64))]),
            (Kind::Float(Default::default()), vec![Float32]),
            (Kind::Double(Default::default()), vec![Float64]),
            (Kind::Decimal(decimal), vec![Decimal128(10, 2), Decimal256(10, 2)]),
            (text(), vec![Utf8, LargeUtf8, Utf8View]),
            (
                Kind::Binary(Default::default()),
                vec![Binary, LargeBinary, BinaryView],
            ),
            (Kind::Date(Default::default()), vec![Date32]),
            (
                Kind::Timestamp(Default::default()),
                vec![micros(Some("UTC")), micros(None)],
            ),
            (Kind::Time(Default::default()), vec![Time64(TimeUnit::Nanosecond)]),
            (
                Kind::CalendarInterval(Default::default()),
                vec![Interval(IntervalUnit::MonthDayNano)],
            ),
            (
                Kind::YearMonthInterval(Default::default()),
                vec![Interval(IntervalUnit::YearMonth)],
            ),
            (
                Kind::DayTimeInterval(Default::default()),
                vec![Duration(TimeUnit::Microsecond)],
            ),
            (
                Kind::Array(Box::new(array)),
                vec![List(field(Int64)), LargeList(field(Int64))],
            ),
            (Kind::Map(Box::new(map)), vec![entries(Utf8, Int64)]),
            (
                Kind::Struct(structure([long(), text()])),
                vec![Struct(fields([Int64, Utf8]))],
            ),
            (Kind::Variant(Default::default()), vec![variant.clone()]),
        ];
        let strange = [
            Decimal128(10, 3),
            List(field(Int32)),
            entries(Int64, Int64),
            entries(Utf8, Utf8),
            Struct(fields([Int64])),
            Struct(fields([Utf8, Int64])),
            Dictionary(Box::new(Int8), Box::new(UInt64)),
            UInt64,
        ];
        for (at, (kind, like)) in rows.iter().enumerate() {
            let spark_type = spark(kind.clone());
            for arrow in like {
                assert!(
                    fits(&spark_type, arrow),
                    "{arrow} for {}",
                    simple_string(&spark_type)
                );
            }
            let others = rows.iter().enumerate().filter(|(other, _)| *other != at);
            let others = others.flat_map(|(_, (_, arrows))| arrows).chain(&strange);
            // A variant and the like are told apart from a struct by the schema alone.
            let others = others.filter(|arrow| !matches!((kind, arrow), (Kind::Variant(_), Struct(_))));
            for arrow in others {
                assert!(
                    !fits(&spark_type, arrow),
                    "{arrow} for {}",
                    simple_string(&spark_type)
                );
            }
        }
        assert!(fits(&spark(Kind::Udt(Box::new(udt.clone()))), &Int64));
        assert!(!fits(&spark(Kind::Udt(Box::new(udt))), &Utf8));
        assert!(fits(&pb::DataType::default(), &Int64), "no type is any type");
    }

    #[test]
    fn every_batch_has_the_columns_of_the_first() {
        let schema = |data_types: &[DataType]| Arc::new(Schema::new(fields(data_types.iter().cloned())));
        let (long_type, text_type) = (DataType::Int64, DataType::Utf8);
        let mut columns = Columns::default();
        columns.expect(&structure([long(), text()]));
        for wrong in [
            &[][..],
            std::slice::from_ref(&long_type),
            &[text_type.clone(), long_type.clone()],
            &[long_type.clone(), text_type.clone(), text_type.clone()],
        ] {
            columns.check(&schema(wrong)).unwrap_err();
        }
        columns
            .check(&schema(&[long_type.clone(), text_type.clone()]))
            .unwrap();
        columns
            .check(&schema(&[long_type.clone(), text_type.clone()]))
            .unwrap();
        let error = columns
            .check(&schema(&[long_type.clone(), DataType::LargeUtf8]))
            .unwrap_err();
        assert!(error.message.contains("other columns"), "{error}");

        let mut unannounced = Columns::default();
        unannounced
            .check(&schema(std::slice::from_ref(&text_type)))
            .unwrap();
        unannounced.check(&schema(&[long_type])).unwrap_err();
    }
}
