//! Which run goes next: one at a time, in the order in which they were asked for. Pure.

use std::collections::VecDeque;

use engine_api::RunId;

/// The runs of one connection that are not over.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    running: Option<RunId>,
    waiting: VecDeque<RunId>,
    /// How many were under way and ended since none was left.
    ended: usize,
}

impl Queue {
    /// Puts a run at the end.
    pub(crate) fn push(&mut self, run: RunId) {
        self.waiting.push_back(run);
    }

    /// The run to be started now, if none is under way; it counts as running from here on.
    pub(crate) fn start_next(&mut self) -> Option<RunId> {
        if self.running.is_some() {
            return None;
        }
        self.running = self.waiting.pop_front();
        self.running
    }

    /// Takes a run out, wherever it is.
    pub(crate) fn remove(&mut self, run: RunId) {
        if self.running == Some(run) {
            self.running = None;
            self.ended += 1;
        }
        self.waiting.retain(|waiting| *waiting != run);
        self.start_anew_if_empty();
    }

    fn start_anew_if_empty(&mut self) {
        if self.len() == 0 {
            self.ended = 0;
        }
    }

    /// Takes out all that wait.
    pub(crate) fn drain_waiting(&mut self) -> Vec<RunId> {
        let drained = self.waiting.drain(..).collect();
        self.start_anew_if_empty();
        drained
    }

    /// Which run is under way, from 1, and of how many since none was left.
    pub(crate) fn place(&self) -> (usize, usize) {
        let (begun, all) = (usize::from(self.running.is_some()), self.len());
        (self.ended + begun, self.ended + all)
    }

    /// The runs that wait, in order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = RunId> {
        self.waiting.iter().copied()
    }

    /// The run under way.
    pub(crate) fn running(&self) -> Option<RunId> {
        self.running
    }

    /// Whether runs wait.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many runs are not over.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.running.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(runs: std::ops::RangeInclusive<u32>) -> Queue {
        let mut queue = Queue::default();
        for run in runs {
            queue.push(RunId(run));
        }
        queue
    }

    #[test]
    fn runs_go_one_at_a_time_and_in_order() {
        let mut queue = queue(1..=2);
        assert_eq!(queue.start_next(), Some(RunId(1)));
        assert_eq!(queue.start_next(), None, "one is under way");
        queue.remove(RunId(1));
        assert_eq!(queue.start_next(), Some(RunId(2)));
        queue.remove(RunId(2));
        assert_eq!(queue.start_next(), None);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn a_waiting_run_can_be_taken_out() {
        let mut queue = queue(1..=3);
        queue.start_next();
        queue.remove(RunId(2));
        queue.remove(RunId(9));
        assert_eq!(queue.len(), 2);
        queue.remove(RunId(1));
        assert_eq!(queue.start_next(), Some(RunId(3)));
    }

    #[test]
    fn the_place_goes_up_until_nothing_is_left() {
        let mut queue = queue(1..=3);
        assert_eq!(queue.place(), (0, 3));
        queue.start_next();
        assert_eq!(queue.place(), (1, 3));
        queue.remove(RunId(1));
        queue.start_next();
        assert_eq!(queue.place(), (2, 3));
        queue.push(RunId(4));
        assert_eq!(queue.place(), (2, 4));
        queue.remove(RunId(3));
        assert_eq!(queue.place(), (2, 3), "it waited and was taken out");
        queue.drain_waiting();
        queue.remove(RunId(2));
        assert_eq!(queue.place(), (0, 0));
        queue.push(RunId(5));
        queue.start_next();
        assert_eq!(queue.place(), (1, 1));
    }

    #[test]
    fn draining_leaves_what_runs() {
        let mut queue = queue(1..=3);
        queue.start_next();
        assert_eq!(queue.drain_waiting(), [RunId(2), RunId(3)]);
        assert_eq!(queue.running(), Some(RunId(1)));
        assert!(!queue.has_waiting());
    }
}
