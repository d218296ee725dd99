//! A histogram over a range that is not known beforehand.
//!
//! Numbers are counted in steps whose width is a power of two. When a number lies outside of the steps that
//! there are room for, pairs of neighbours become one until it fits, so that no count is ever lost.

use super::BINS;

/// Steps that there are room for. Half of them are in use at least, after the first steps became pairs.
const STEPS: usize = 1024;

#[derive(Debug)]
pub(super) struct Bins {
    /// Steps per unit: a power of two.
    scale: f64,
    /// The index of the first step: the floor of its numbers times the scale.
    first: f64,
    counts: Vec<u64>,
    min: f64,
    max: f64,
}

impl Bins {
    /// Steps fine enough to begin with numbers between `min` and `max`.
    pub(super) fn new(min: f64, max: f64) -> Bins {
        const FINEST: f64 = 1e300;
        let (range, wanted) = (max - min, STEPS as f64 / 2.0);
        let mut scale = 1.0;
        while range * scale >= wanted {
            scale *= 0.5;
        }
        while range * scale < wanted / 2.0 && scale < FINEST {
            scale *= 2.0;
        }
        Bins {
            scale,
            first: (min * scale).floor(),
            counts: Vec::new(),
            min,
            max,
        }
    }

    /// Counts a finite number.
    pub(super) fn add(&mut self, number: f64, count: u64) {
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        loop {
            let step = (number * self.scale).floor() - self.first;
            if step < 0.0 {
                self.widen(-step, number);
            } else if let Some(counted) = self.counts.get_mut(step as usize) {
                *counted += count;
                return;
            } else if step < STEPS as f64 {
                self.counts.resize(step as usize + 1, 0);
            } else {
                self.merge();
            }
        }
    }

    /// Makes room for `missing` steps before the first, or makes steps wider.
    fn widen(&mut self, missing: f64, number: f64) {
        if self.counts.is_empty() {
            self.first = (number * self.scale).floor();
        } else if missing + self.counts.len() as f64 <= STEPS as f64 {
            self.first -= missing;
            self.counts.splice(..0, std::iter::repeat_n(0, missing as usize));
        } else {
            self.merge();
        }
    }

    /// Makes one step of each pair.
    fn merge(&mut self) {
        // A pair begins at an even index.
        let odd = self.first.rem_euclid(2.0) == 1.0;
        let mut merged = Vec::with_capacity(STEPS);
        let (single, pairs) = self.counts.split_at(usize::from(odd).min(self.counts.len()));
        merged.extend_from_slice(single);
        merged.extend(pairs.chunks(2).map(|pair| pair.iter().sum::<u64>()));
        self.counts = merged;
        self.first = (self.first / 2.0).floor();
        self.scale *= 0.5;
    }

    /// Counts in equal steps between the smallest and the largest number. Where a border cuts a finer step,
    /// the count of that step is divided in proportion.
    pub(super) fn equal(&self) -> Vec<u64> {
        let total: u64 = self.counts.iter().sum();
        let mut equal = Vec::with_capacity(BINS);
        let mut before = 0;
        let (mut step, mut below) = (0, 0_u64);
        for bin in 1..=BINS {
            let border = self.min + (self.max - self.min) * (bin as f64 / BINS as f64);
            while step < self.counts.len() && self.range(step).1 <= border {
                below += self.counts[step];
                step += 1;
            }
            let mut up_to = below as f64;
            if let Some(&count) = self.counts.get(step) {
                let (from, to) = self.range(step);
                up_to += count as f64 * ((border - from) / (to - from)).clamp(0.0, 1.0);
            }
            let up_to = if bin == BINS {
                total
            } else {
                (up_to.round() as u64).clamp(before, total)
            };
            equal.push(up_to - before);
            before = up_to;
        }
        equal
    }

    /// The numbers that a step covers, cut to those that there were.
    fn range(&self, step: usize) -> (f64, f64) {
        let from = (self.first + step as f64) / self.scale;
        let to = (self.first + step as f64 + 1.0) / self.scale;
        (from.max(self.min), to.min(self.max))
    }
}
