//! Statistics of a column of numbers.

use std::ops::Range;

use arrow_array::Array;
use arrow_schema::DataType;

use super::bins::Bins;
use super::distinct::Distinct;
use super::hash::HashedMap;
use super::number::Number;
use super::{BINS, ColumnStatistics, EXACT, Histogram};
use crate::resolve::resolve;

/// Values that are read from an array at a time.
const PIECE: usize = 2048;

#[derive(Debug)]
pub(super) struct Numbers<N> {
    values: u64,
    /// The smallest and the largest value, each with the row where it stands.
    range: Option<[(N, u64); 2]>,
    spread: Spread<N>,
}

/// How the values are spread.
#[derive(Debug)]
enum Spread<N> {
    /// Each value with its count.
    Exact(HashedMap<(N, u64)>),
    /// Too many values to keep each; distances from the origin are counted.
    Sketch {
        distinct: Distinct,
        origin: N,
        bins: Bins,
    },
}

impl<N: Number> Numbers<N> {
    pub(super) fn new() -> Numbers<N> {
        Numbers {
            values: 0,
            range: None,
            spread: Spread::Exact(HashedMap::default()),
        }
    }

    /// Adds a part of an array whose first place is `row` of the table; returns how many are null.
    pub(super) fn add(&mut self, array: &dyn Array, places: Range<usize>, row: u64) -> u64 {
        let mut nulls = 0;
        let mut piece = Vec::with_capacity(places.len().min(PIECE));
        let mut start = places.start;
        while start < places.end {
            let end = places.end.min(start + PIECE);
            piece.clear();
            read(array, start..end, &mut piece);
            nulls += (end - start - piece.len()) as u64;
            for &(place, value) in &piece {
                self.add_value(value, row + (place - places.start) as u64);
            }
            start = end;
        }
        nulls
    }

    fn add_value(&mut self, value: N, row: u64) {
        self.values += 1;
        match &mut self.range {
            None => self.range = Some([(value, row), (value, row)]),
            Some([min, max]) => {
                if value.less(min.0) {
                    *min = (value, row);
                }
                if max.0.less(value) {
                    *max = (value, row);
                }
            }
        }
        let hash = value.hash();
        match &mut self.spread {
            Spread::Sketch {
                distinct,
                origin,
                bins,
            } => {
                distinct.add(hash);
                if value.is_finite() {
                    bins.add(value.distance(*origin), 1);
                }
            }
            Spread::Exact(counts) => {
                counts.entry(hash).or_insert((value, 0)).1 += 1;
                if counts.len() > EXACT {
                    self.spread = sketch(counts);
                }
            }
        }
    }

    pub(super) fn statistics(&self, nulls: u64, format: &dyn Fn(u64) -> Option<String>) -> ColumnStatistics {
        let (distinct, bins) = match &self.spread {
            Spread::Exact(counts) => (counts.len() as u64, exact_bins(counts)),
            Spread::Sketch { distinct, bins, .. } => {
                let distinct = distinct.estimate().max(EXACT as u64 + 1).min(self.values);
                (distinct, Some(bins.equal()))
            }
        };
        ColumnStatistics {
            nulls,
            distinct: Some(distinct),
            min: self.range.and_then(|[(_, row), _]| format(row)),
            max: self.range.and_then(|[_, (_, row)]| format(row)),
            histogram: bins.map(Histogram::Bins),
        }
    }
}

/// Reads values of an array, behind a dictionary or run ends too.
fn read<N: Number>(array: &dyn Array, places: Range<usize>, into: &mut Vec<(usize, N)>) {
    if !matches!(
        array.data_type(),
        DataType::Dictionary(..) | DataType::RunEndEncoded(..)
    ) {
        return N::read(array, places, into);
    }
    let mut one = Vec::with_capacity(1);
    for place in places {
        if let Some((values, index)) = resolve(array, place) {
            N::read(values, index..index + 1, &mut one);
            into.extend(one.drain(..).map(|(_, value)| (place, value)));
        }
    }
}

fn sketch<N: Number>(counts: &HashedMap<(N, u64)>) -> Spread<N> {
    let mut distinct = Distinct::new();
    counts.keys().for_each(|&hash| distinct.add(hash));
    // There are a thousand values, of which three at most have no distance.
    let finite = || counts.values().filter(|(value, _)| value.is_finite());
    let Some(&(origin, _)) = finite().next() else {
        return Spread::Exact(HashedMap::default());
    };
    let (min, max) = distances(counts, origin);
    let mut bins = Bins::new(min, max);
    for &(value, count) in finite() {
        bins.add(value.distance(origin), count);
    }
    Spread::Sketch {
        distinct,
        origin,
        bins,
    }
}

/// The range of the finite values, as distances.
fn distances<N: Number>(counts: &HashedMap<(N, u64)>, origin: N) -> (f64, f64) {
    let finite = counts.values().filter(|(value, _)| value.is_finite());
    finite.fold((0.0_f64, 0.0_f64), |(min, max), (value, _)| {
        let distance = value.distance(origin);
        (min.min(distance), max.max(distance))
    })
}

fn exact_bins<N: Number>(counts: &HashedMap<(N, u64)>) -> Option<Vec<u64>> {
    let finite = || counts.values().filter(|(value, _)| value.is_finite());
    let &(origin, _) = finite().next()?;
    let (min, max) = distances(counts, origin);
    if min == max {
        return Some(vec![finite().map(|(_, count)| count).sum()]);
    }
    let mut bins = vec![0; BINS];
    for &(value, count) in finite() {
        let share = (value.distance(origin) - min) / (max - min);
        let bin = ((share * BINS as f64) as usize).min(BINS - 1);
        bins[bin] += count;
    }
    Some(bins)
}
