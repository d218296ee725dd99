//! Where a value is: behind dictionaries, run ends and unions stands an array with the value itself.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType, RunArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

/// The array that holds the value at `index`, and the value's place in it. `None` is null; a place outside
/// of an array, which only malformed data has, is null too.
pub(crate) fn resolve(mut array: &dyn Array, mut index: usize) -> Option<(&dyn Array, usize)> {
    loop {
        if index >= array.len() || array.is_null(index) {
            return None;
        }
        (array, index) = match array.data_type() {
            DataType::Null => return None,
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary_opt()?;
                (dictionary.values().as_ref(), integer(dictionary.keys(), index)?)
            }
            DataType::RunEndEncoded(..) => {
                let any = array.as_any();
                if let Some(runs) = any.downcast_ref::<RunArray<Int32Type>>() {
                    (runs.values().as_ref(), runs.get_physical_index(index))
                } else if let Some(runs) = any.downcast_ref::<RunArray<Int64Type>>() {
                    (runs.values().as_ref(), runs.get_physical_index(index))
                } else {
                    let runs = any.downcast_ref::<RunArray<Int16Type>>()?;
                    (runs.values().as_ref(), runs.get_physical_index(index))
                }
            }
            DataType::Union(fields, _) => {
                let union = array.as_union_opt()?;
                let type_id = *union.type_ids().get(index)?;
                fields.iter().find(|(id, _)| *id == type_id)?;
                let place = match union.offsets() {
                    Some(offsets) => usize::try_from(*offsets.get(index)?).ok()?,
                    None => index,
                };
                (union.child(type_id).as_ref(), place)
            }
            _ => return Some((array, index)),
        };
    }
}

/// The integer at `index` of a dictionary's keys.
fn integer(keys: &dyn Array, index: usize) -> Option<usize> {
    fn at<T: ArrowPrimitiveType>(keys: &dyn Array, index: usize) -> Option<usize> {
        let keys = keys.as_primitive_opt::<T>()?;
        keys.values().get(index)?.to_usize()
    }
    match keys.data_type() {
        DataType::Int8 => at::<Int8Type>(keys, index),
        DataType::Int16 => at::<Int16Type>(keys, index),
        DataType::Int32 => at::<Int32Type>(keys, index),
        DataType::Int64 => at::<Int64Type>(keys, index),
        DataType::UInt8 => at::<UInt8Type>(keys, index),
        DataType::UInt16 => at::<UInt16Type>(keys, index),
        DataType::UInt32 => at::<UInt32Type>(keys, index),
        DataType::UInt64 => at::<UInt64Type>(keys, index),
        _ => None,
    }
}
