//! How a pool of elements follows a range that moves: some leave, some come, the rest stay as they are.

use std::ops::Range;

/// What happens at each end, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slide {
    pub(crate) drop_front: usize,
    pub(crate) drop_back: usize,
    /// New ones before the first, to be added nearest first.
    pub(crate) add_front: usize,
    pub(crate) add_back: usize,
}

/// From one range to another.
pub(crate) fn slide(from: &Range<u64>, to: &Range<u64>) -> Slide {
    let length = |start: u64, end: u64| end.saturating_sub(start) as usize;
    let kept = from.start.max(to.start)..from.end.min(to.end);
    if kept.is_empty() {
        return Slide {
            drop_back: length(from.start, from.end),
            add_back: length(to.start, to.end),
            ..Slide::default()
        };
    }
    Slide {
        drop_front: length(from.start, kept.start),
        drop_back: length(kept.end, from.end),
        add_front: length(to.start, kept.start),
        add_back: length(kept.end, to.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    #[test]
    fn the_pool_becomes_the_range() {
        let ranges = [0..0, 0..10, 3..7, 5..15, 9..10, 10..20, 40..50, 7..7];
        for from in &ranges {
            for to in &ranges {
                let mut pool: VecDeque<u64> = from.clone().collect();
                let s = slide(from, to);
                pool.drain(..s.drop_front);
                pool.truncate(pool.len() - s.drop_back);
                let first = pool.front().copied().unwrap_or(to.start);
                for i in 1..=s.add_front as u64 {
                    pool.push_front(first - i);
                }
                for i in (0..s.add_back as u64).rev() {
                    pool.push_back(to.end - 1 - i);
                }
                assert!(
                    pool.iter().copied().eq(to.clone()),
                    "{from:?} to {to:?}: {pool:?}"
                );
            }
        }
    }

    #[test]
    fn what_stays_is_not_touched() {
        let s = slide(&(5..25), &(7..27));
        assert_eq!(
            s,
            Slide {
                drop_front: 2,
                drop_back: 0,
                add_front: 0,
                add_back: 2
            }
        );
        assert_eq!(slide(&(5..25), &(5..25)), Slide::default());
    }
}
