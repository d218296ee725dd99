//! What the grid asks its source, and what it does with the answers.

use engine_api::ColumnStats;
use leptos::{
    prelude::{Notify, Set},
    task::spawn_local,
};

use super::{Driver, Notice, now, upgrade};
use crate::{format::counted, grid::clipboard};

impl Driver {
    /// Asks for the cells that are to be seen and not here, unless an answer is awaited.
    pub(super) fn ask_window(&self) {
        let asked = {
            let view = &mut *self.0.view.borrow_mut();
            let (visible, whole) = (view.visible(), view.whole());
            view.loader.ask(&visible, &whole)
        };
        let Some(area) = asked else { return };
        let answer = (self.0.source.window)(area.rows, area.columns);
        let weak = self.weak();
        spawn_local(async move {
            let window = answer.await;
            let Some(driver) = upgrade(&weak) else { return };
            if window.is_none() {
                driver.notify(Notice::Failed(
                    "These rows are no longer held. Run the cell again.".into(),
                ));
            }
            driver.change(|view| view.take_window(window));
        });
    }

    /// Asks for the statistics of the columns in view, soon; an earlier intention is given up.
    pub(super) fn ask_statistics_in(&self, milliseconds: u32) {
        let timeout = self.timeout(milliseconds, |driver| {
            driver.0.statistics.take();
            driver.ask_statistics();
        });
        self.0.statistics.replace(Some(timeout));
    }

    fn ask_statistics(&self) {
        let asked = {
            let view = &mut *self.0.view.borrow_mut();
            let (seen, rows, complete) = (view.seen(), view.rows, view.complete);
            view.summaries.ask(seen, rows, complete, now())
        };
        let Some(columns) = asked else { return };
        let answer = (self.0.source.statistics)(columns);
        let weak = self.weak();
        spawn_local(async move {
            let statistics = answer.await;
            let Some(driver) = upgrade(&weak) else { return };
            driver.change(|view| {
                view.take_statistics(statistics);
                Ok(())
            });
            driver.0.signals.summarised.notify();
            // Other columns may have come into view, other rows have arrived.
            let wait = driver.0.view.borrow().summaries.wait(now());
            driver.ask_statistics_in(wait as u32);
        });
    }

    /// What is known of a column, and over how many rows.
    pub(crate) fn statistics(&self, column: u32) -> Option<(u64, ColumnStats)> {
        let view = self.0.view.borrow();
        let (rows, stats) = view.summaries.get(column)?;
        Some((rows, stats.clone()))
    }

    /// Copies the selection.
    pub(super) fn copy(&self, header: bool) {
        let area = self.0.view.borrow().selected();
        let columns = area.columns.len() as u64;
        let done = match (area.rows.end - area.rows.start, columns) {
            (0, _) | (_, 0) => return,
            (1, 1) => "Copied".to_string(),
            (rows, columns) => format!("Copied {}, {}", counted(rows, "row"), counted(columns, "column")),
        };
        self.0.signals.notice.set(None);
        let text = (self.0.source.copy)(area.rows, area.columns, header);
        let weak = self.weak();
        spawn_local(async move {
            let outcome = clipboard::write(async move { text.await.map_err(|e| e.message) }).await;
            if let Some(driver) = upgrade(&weak) {
                driver.notify(outcome.map_or_else(Notice::Failed, |()| Notice::Done(done)));
            }
        });
    }
}
