//! Statistics against a naive computation of the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::*;
use proptest::prelude::*;
use result_table::{ColumnStatistics, Histogram, Statistics, Table};

use crate::common::{schema_of, table_in};

/// The statistics of a column that came in several batches and was summarised in several steps.
fn summarise(array: ArrayRef, batch: usize, step: usize) -> ColumnStatistics {
    let schema = schema_of(&array);
    let mut table = Table::new(schema.clone(), "UTC").unwrap();
    for start in (0..array.len()).step_by(batch) {
        let column = array.slice(start, batch.min(array.len() - start));
        table
            .push(RecordBatch::try_new(schema.clone(), vec![column]).unwrap())
            .unwrap();
    }
    let mut steps = 1;
    while !table.advance_statistics(step) {
        assert_eq!(table.statistics(0..1).rows, (steps * step) as u64);
        steps += 1;
    }
    let Statistics { rows, mut columns } = table.statistics(0..1);
    assert_eq!((rows, columns.len()), (array.len() as u64, 1));
    columns.remove(0)
}

fn bins(statistics: &ColumnStatistics) -> Vec<u64> {
    match &statistics.histogram {
        Some(Histogram::Bins(bins)) => bins.clone(),
        other => panic!("no bins: {other:?}"),
    }
}

fn top(statistics: &ColumnStatistics) -> (Vec<(String, u64)>, u64) {
    match &statistics.histogram {
        Some(Histogram::Top { values, other }) => (values.clone(), *other),
        other => panic!("no top values: {other:?}"),
    }
}

fn naive_bins(values: &[f64]) -> Vec<u64> {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if min == max {
        return vec![values.len() as u64];
    }
    let mut bins = vec![0; 20];
    for value in values {
        bins[(((value - min) / (max - min) * 20.0) as usize).min(19)] += 1;
    }
    bins
}

/// Checks bins that were made of finer ones: up to each border they may differ from the truth by what lies
/// near to the border.
fn check_bins(found: &[u64], values: &[f64]) {
    let expected = naive_bins(values);
    let total = |bins: &[u64]| bins.iter().sum::<u64>();
    assert_eq!((found.len(), total(found)), (expected.len(), total(&expected)));
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for bin in 1..20 {
        let border = min + (max - min) * (bin as f64 / 20.0);
        let near = values
            .iter()
            .filter(|&value| (value - border).abs() <= (max - min) / 256.0)
            .count();
        let difference = total(&found[..bin]).abs_diff(total(&expected[..bin]));
        assert!(difference <= near as u64, "{found:?} {expected:?}");
    }
}

/// Numbers that look random and are the same in each run.
fn scrambled(count: u64) -> impl Iterator<Item = u64> {
    (0..count).scan(42_u64, |state, _| {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Some(*state >> 11)
    })
}

fn check_numbers(values: Vec<Option<i64>>, batch: usize, step: usize) {
    let some: Vec<i64> = values.iter().flatten().copied().collect();
    let distinct = some.iter().collect::<HashSet<_>>().len() as u64;
    let found = summarise(Arc::new(Int64Array::from(values.clone())), batch, step);
    assert_eq!(found.nulls, (values.len() - some.len()) as u64);
    assert_eq!(found.min, some.iter().min().map(i64::to_string));
    assert_eq!(found.max, some.iter().max().map(i64::to_string));
    let estimate = found.distinct.unwrap();
    let numbers: Vec<f64> = some.iter().map(|&value| value as f64).collect();
    if distinct <= 1000 {
        assert_eq!(estimate, distinct);
        match some.is_empty() {
            true => assert_eq!(found.histogram, None),
            false => assert_eq!(bins(&found), naive_bins(&numbers)),
        }
    } else {
        assert!(
            estimate.abs_diff(distinct) as f64 <= 0.05 * distinct as f64,
            "{estimate} of {distinct}"
        );
        check_bins(&bins(&found), &numbers);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn few_numbers(
        values in prop::collection::vec(prop::option::weighted(0.9, -500_i64..500), 0..3000),
        batch in 1_usize..700,
        step in 1_usize..2000,
    ) {
        check_numbers(values, batch, step);
    }

    #[test]
    fn many_numbers(
        values in prop::collection::vec(prop::option::weighted(0.9, -1_000_000_000_000_i64..1_000_000), 2000..6000),
        batch in 1_usize..700,
        step in 1_usize..2000,
    ) {
        check_numbers(values, batch, step);
    }

    #[test]
    fn any_doubles(values in prop::collection::vec(any::<f64>(), 0..3000)) {
        let found = summarise(Arc::new(Float64Array::from(values.clone())), 500, 700);
        let finite = values.iter().filter(|value| value.is_finite()).count() as u64;
        match found.histogram {
            Some(Histogram::Bins(bins)) => prop_assert_eq!(bins.iter().sum::<u64>(), finite),
            _ => prop_assert_eq!(finite, 0),
        }
    }

    #[test]
    fn texts(
        values in prop::collection::vec(prop::option::weighted(0.9, "[a-c]{0,4}"), 0..2000),
        batch in 1_usize..700,
        step in 1_usize..2000,
    ) {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        values.iter().flatten().for_each(|value| *counts.entry(value).or_default() += 1);
        let found = summarise(Arc::new(StringArray::from(values.clone())), batch, step);
        prop_assert_eq!(found.nulls, values.iter().filter(|value| value.is_none()).count() as u64);
        prop_assert_eq!(found.distinct, Some(counts.len() as u64));
        prop_assert_eq!(found.min.as_deref(), counts.keys().copied().min());
        prop_assert_eq!(found.max.as_deref(), counts.keys().copied().max());
        if !counts.is_empty() {
            let (values, other) = top(&found);
            let mut expected: Vec<u64> = counts.values().copied().collect();
            expected.sort_unstable_by(|a, b| b.cmp(a));
            let rest = expected.split_off(expected.len().min(10));
            prop_assert_eq!(values.iter().map(|value| value.1).collect::<Vec<_>>(), expected);
            prop_assert!(values.iter().all(|(value, count)| counts[value.as_str()] == *count));
            prop_assert_eq!(other, rest.iter().sum::<u64>());
        }
    }
}

#[test]
fn bins_follow_a_growing_range() {
    // Each batch is far outside of what was there before, on alternating sides.
    let growing: Vec<i64> = (0..60_000)
        .map(|row| row * row * if row % 2 == 0 { 1 } else { -3 })
        .collect();
    check_numbers(growing.iter().copied().map(Some).collect(), 500, 1000);
    check_numbers(growing.iter().rev().copied().map(Some).collect(), 500, 1000);
    let everything: Vec<i64> = scrambled(50_000).map(|number| (number << 11) as i64).collect();
    check_numbers(everything.into_iter().map(Some).collect(), 500, 1000);
    let ends = [i64::MIN, i64::MAX].into_iter().chain(0..5000);
    check_numbers(ends.map(Some).collect(), 500, 1000);
}

#[test]
fn estimates_of_distinct_values() {
    for distinct in [1_001_u64, 1_500, 5_000, 20_000, 50_000, 300_000, 2_000_000] {
        let numbers = Int64Array::from_iter_values((0..distinct as i64).map(|number| number * 3));
        let found = summarise(Arc::new(numbers), usize::MAX >> 1, 1_000_000)
            .distinct
            .unwrap();
        assert!(
            found.abs_diff(distinct) as f64 <= 0.035 * distinct as f64,
            "{found} of {distinct}"
        );
    }
    let texts = StringArray::from_iter_values((0..100_000).map(|row| format!("row {}", row % 40_000)));
    let found = summarise(Arc::new(texts), 1000, 1000).distinct.unwrap();
    assert!(found.abs_diff(40_000) <= 1_400, "{found}");
    let bytes = BinaryArray::from_iter_values((0..30_000_u32).map(u32::to_le_bytes));
    let found = summarise(Arc::new(bytes), 1000, 1000);
    assert!(found.distinct.unwrap().abs_diff(30_000) <= 1_050);
    assert_eq!(found.histogram, None);
    assert_eq!(found.min.as_deref(), Some("X'00000000'"));
}

#[test]
fn frequent_texts_among_many() {
    // Five texts have a tenth of the rows each, and the rest are all different.
    let text = |(row, number): (usize, u64)| match number % 10 {
        frequent @ 0..5 => format!("frequent {frequent}"),
        _ => format!("row {row}"),
    };
    let texts: Vec<String> = scrambled(100_000).enumerate().map(text).collect();
    let found = summarise(Arc::new(StringArray::from(texts.clone())), 5000, 7000);
    let (values, other) = top(&found);
    for (value, count) in &values[..5] {
        let exact = texts.iter().filter(|text| *text == value).count() as u64;
        assert!(value.starts_with("frequent") && exact > 9_000, "{value}");
        assert!(*count <= exact && exact - count < 400, "{count} of {exact}");
    }
    assert_eq!(
        values.iter().map(|(_, count)| count).sum::<u64>() + other,
        100_000
    );
    assert!(values.is_sorted_by(|a, b| a.1 >= b.1) && values.len() <= 10);
}

#[test]
fn types() {
    let check = |array: ArrayRef, distinct: Option<u64>, min: &str, max: &str| {
        let found = summarise(array.clone(), 2, 3);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let label = array.data_type();
        assert_eq!(
            (
                found.distinct,
                text(&found.min).as_str(),
                text(&found.max).as_str()
            ),
            (distinct, min, max),
            "{label}"
        );
        found
    };
    let numbers = [Some(3), None, Some(-1), Some(3)];
    let found = check(Arc::new(Int8Array::from_iter(numbers)), Some(2), "-1", "3");
    assert_eq!(
        (found.nulls, bins(&found).first(), bins(&found).last()),
        (1, Some(&1), Some(&2))
    );
    check(
        Arc::new(UInt64Array::from(vec![u64::MAX, 0])),
        Some(2),
        "0",
        "18446744073709551615",
    );
    check(
        Arc::new(
            Decimal32Array::from(vec![5, -5])
                .with_precision_and_scale(3, 1)
                .unwrap(),
        ),
        Some(2),
        "-0.5",
        "0.5",
    );
    let found = check(
        Arc::new(Decimal128Array::from(vec![i128::MAX, i128::MIN, 0])),
        Some(3),
        "-17014118346046923173168730371.5884105728",
        "17014118346046923173168730371.5884105727",
    );
    assert_eq!((bins(&found)[0], bins(&found)[10], bins(&found)[19]), (1, 1, 1));
    check(
        Arc::new(Date32Array::from(vec![0, 1])),
        Some(2),
        "1970-01-01",
        "1970-01-02",
    );
    check(
        Arc::new(TimestampMicrosecondArray::from(vec![1, 0]).with_timezone("UTC")),
        Some(2),
        "1970-01-01 00:00:00",
        "1970-01-01 00:00:00.000001",
    );
    check(
        Arc::new(Time64NanosecondArray::from(vec![1, 0])),
        Some(2),
        "00:00:00",
        "00:00:00.000000001",
    );
    check(
        Arc::new(DurationMicrosecondArray::from(vec![-1, 0])),
        Some(2),
        "-0 00:00:00.000001",
        "0 00:00:00",
    );
    check(
        Arc::new(IntervalYearMonthArray::from(vec![14, 3])),
        Some(2),
        "0-3",
        "1-2",
    );
    let found = check(
        Arc::new(Float32Array::from(vec![
            0.0,
            -0.0,
            f32::NAN,
            f32::NEG_INFINITY,
            2.0,
        ])),
        Some(4),
        "-Infinity",
        "NaN",
    );
    assert_eq!((bins(&found)[0], bins(&found)[19]), (2, 1));
    check(
        Arc::new(Float64Array::from(vec![f64::MAX, -f64::MAX, f64::INFINITY])),
        Some(3),
        "-1.7976931348623157E308",
        "Infinity",
    );
    let found = check(
        Arc::new(Float64Array::from(vec![f64::NAN, f64::NAN])),
        Some(1),
        "NaN",
        "NaN",
    );
    assert_eq!(found.histogram, None);
    let found = check(
        Arc::new(BooleanArray::from(vec![
            Some(true),
            None,
            Some(false),
            Some(true),
        ])),
        Some(2),
        "false",
        "true",
    );
    assert_eq!(
        (found.nulls, top(&found)),
        (1, (vec![("true".to_owned(), 2), ("false".to_owned(), 1)], 0))
    );
    check(Arc::new(BooleanArray::from(vec![true])), Some(1), "true", "true");
    let words: DictionaryArray<Int8Type> = vec![Some("x"), None, Some("y"), Some("x")].into_iter().collect();
    let found = check(Arc::new(words), Some(2), "x", "y");
    assert_eq!((found.nulls, top(&found).0[0].clone()), (1, ("x".to_owned(), 2)));
    let values: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None, Some(5)]));
    let runs: ArrayRef = Arc::new(RunArray::try_new(&Int32Array::from(vec![2, 3, 5]), &values).unwrap());
    assert_eq!(check(runs, Some(2), "5", "7").nulls, 1);
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None]);
    let found = check(Arc::new(list), None, "", "");
    assert_eq!((found.nulls, found.histogram), (1, None));
    assert_eq!(check(Arc::new(NullArray::new(5)), None, "", "").nulls, 5);
    assert_eq!(
        check(Arc::new(Int32Array::from(vec![None, None])), Some(0), "", "").histogram,
        None
    );
    assert_eq!(
        check(Arc::new(StringArray::from(vec![None::<&str>])), Some(0), "", "").histogram,
        None
    );
}

#[test]
fn truncating_counted_rows_begins_anew() {
    let mut table = table_in(Arc::new(Int32Array::from_iter_values(0..100)), "UTC");
    assert!(!table.advance_statistics(50));
    table.truncate(60);
    assert_eq!(table.statistics(0..1).rows, 50);
    table.truncate(40);
    assert_eq!(table.statistics(0..1).rows, 0);
    assert!(table.advance_statistics(50));
    let Statistics { rows, columns } = table.statistics(0..1);
    assert_eq!((rows, columns[0].max.as_deref()), (40, Some("39")));
}

#[test]
fn columns_that_are_asked_for() {
    let mut table = table_in(Arc::new(Int32Array::from(vec![1])), "UTC");
    assert_eq!(
        table.statistics(0..1).columns,
        [ColumnStatistics {
            distinct: Some(0),
            ..Default::default()
        }]
    );
    assert!(!table.advance_statistics(0));
    assert!(table.advance_statistics(1));
    assert!(table.advance_statistics(0));
    assert!(table.statistics(1..5).columns.is_empty());
    assert_eq!(table.statistics(0..9).columns.len(), 1);
}
