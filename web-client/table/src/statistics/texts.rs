//! Statistics of a column of text or bytes.
//!
//! A value is known by its hash and by the first row where it stands, so that its length does not matter.

use super::distinct::Distinct;
use super::hash::{self, HashedMap};
use super::{ColumnStatistics, EXACT, Histogram, TOP};

/// Values whose counts are kept once there are too many to keep all.
const KEPT: usize = 512;

#[derive(Debug)]
pub(super) struct Texts {
    values: u64,
    /// The rows of the smallest and of the largest value, compared by bytes.
    range: Option<[u64; 2]>,
    /// Whether the most frequent values are wanted.
    top: bool,
    counts: HashedMap<Count>,
    /// There once `counts` no longer has every value.
    distinct: Option<Distinct>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    row: u64,
    count: u64,
}

impl Texts {
    pub(super) fn new(top: bool) -> Texts {
        Texts {
            values: 0,
            range: None,
            top,
            counts: HashedMap::default(),
            distinct: None,
        }
    }

    /// Adds values with their rows; `value_at` gives the value of an earlier row.
    pub(super) fn add<'a>(
        &mut self,
        values: impl Iterator<Item = (u64, &'a [u8])>,
        value_at: &dyn Fn(u64) -> Option<&'a [u8]>,
    ) {
        let at = |row: u64| Some((row, value_at(row)?));
        let mut range = self.range.and_then(|[min, max]| Some([at(min)?, at(max)?]));
        for (row, value) in values {
            match &mut range {
                None => range = Some([(row, value), (row, value)]),
                Some([min, max]) => {
                    if value < min.1 {
                        *min = (row, value);
                    }
                    if value > max.1 {
                        *max = (row, value);
                    }
                }
            }
            self.count(hash::of_bytes(value), row);
        }
        self.range = range.map(|[min, max]| [min.0, max.0]);
    }

    fn count(&mut self, hash: u64, row: u64) {
        self.values += 1;
        match &mut self.distinct {
            None => {
                self.counts.entry(hash).or_insert(Count { row, count: 0 }).count += 1;
                if self.counts.len() > EXACT {
                    self.sketch();
                }
            }
            Some(distinct) => {
                distinct.add(hash);
                if self.top {
                    self.counts.entry(hash).or_insert(Count { row, count: 0 }).count += 1;
                    if self.counts.len() > KEPT {
                        self.thin_out();
                    }
                }
            }
        }
    }

    /// Goes over from exact counts to estimates.
    fn sketch(&mut self) {
        let mut distinct = Distinct::new();
        self.counts.keys().for_each(|&hash| distinct.add(hash));
        self.distinct = Some(distinct);
        if self.top {
            self.thin_out();
        } else {
            self.counts.clear();
        }
        self.counts.shrink_to(KEPT + 1);
    }

    /// Makes room for new values: takes from each count what half of them do not exceed. The rows taken are
    /// at least half of `KEPT` for each row that a single value loses, so no value loses more than one
    /// row in `KEPT / 2` (Misra and Gries, "Finding repeated elements", 1982).
    fn thin_out(&mut self) {
        let mut counts: Vec<u64> = self.counts.values().map(|kept| kept.count).collect();
        let surplus = counts.len().saturating_sub(KEPT / 2 + 1);
        let (_, &mut taken, _) = counts.select_nth_unstable(surplus);
        self.counts.retain(|_, kept| {
            kept.count = kept.count.saturating_sub(taken);
            kept.count > 0
        });
    }

    pub(super) fn statistics(&self, nulls: u64, format: &dyn Fn(u64) -> Option<String>) -> ColumnStatistics {
        let distinct = match &self.distinct {
            None => self.counts.len() as u64,
            Some(distinct) => distinct.estimate().max(EXACT as u64 + 1).min(self.values),
        };
        ColumnStatistics {
            nulls,
            distinct: Some(distinct),
            min: self.range.and_then(|[row, _]| format(row)),
            max: self.range.and_then(|[_, row]| format(row)),
            histogram: (self.top && self.values > 0).then(|| self.most_frequent(format)),
        }
    }

    fn most_frequent(&self, format: &dyn Fn(u64) -> Option<String>) -> Histogram {
        let mut counts: Vec<Count> = self.counts.values().copied().collect();
        counts.sort_unstable_by_key(|kept| (std::cmp::Reverse(kept.count), kept.row));
        counts.truncate(TOP);
        let shown: u64 = counts.iter().map(|kept| kept.count).sum();
        let values = counts
            .iter()
            .filter_map(|kept| Some((format(kept.row)?, kept.count)))
            .collect();
        Histogram::Top {
            values,
            other: self.values - shown,
        }
    }
}
