//! How much memory a batch really holds.

use arrow_array::RecordBatch;
use arrow_data::ArrayData;

/// Bytes of all allocations behind a batch. Arrays that are slices of one allocation, as those decoded
/// from one message are, count it once.
pub(crate) fn held(batch: &RecordBatch) -> u64 {
    let mut allocations = Vec::new();
    for column in batch.columns() {
        collect(&column.to_data(), &mut allocations);
    }
    allocations.sort_unstable();
    // The same allocation always has the same capacity, so equal addresses are equal pairs.
    allocations.dedup();
    allocations.iter().map(|&(_, bytes)| bytes as u64).sum()
}

fn collect(data: &ArrayData, allocations: &mut Vec<(usize, usize)>) {
    let nulls = data.nulls().map(|nulls| nulls.buffer());
    for buffer in data.buffers().iter().chain(nulls) {
        allocations.push((buffer.data_ptr().as_ptr() as usize, buffer.capacity()));
    }
    for child in data.child_data() {
        collect(child, allocations);
    }
}
