//! How far a run is: a thin bar and a line of text, from the server's progress.
//!
//! Elapsed time and rows so far belong to whoever shows the run; they are not known here.

use engine_api::Progress;
use leptos::prelude::*;

use crate::format;

/// `stage 2 of 3 · 124 / 200 tasks · 310 MB read`; empty while the server has reported no stage.
pub fn progress_text(progress: &Progress) -> String {
    let mut parts = Vec::new();
    let stages = progress.stages.len();
    if stages > 0 {
        let done = progress.stages.iter().filter(|s| s.done).count();
        parts.push(format!("stage {} of {stages}", (done + 1).min(stages)));
    }
    if progress.tasks() > 0 {
        let (done, all) = (progress.completed_tasks(), progress.tasks());
        parts.push(format!(
            "{} / {} task{}",
            format::count(done),
            format::count(all),
            plural(all)
        ));
    }
    if progress.input_bytes() > 0 {
        parts.push(format!("{} read", format::bytes(progress.input_bytes())));
    }
    parts.join(" · ")
}

fn plural(n: u64) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The share of tasks that are done, 0 to 1; none while no task is known.
fn fraction(progress: &Progress) -> Option<f64> {
    let tasks = progress.tasks();
    (tasks > 0).then(|| (progress.completed_tasks() as f64 / tasks as f64).min(1.0))
}

/// The bar of a run under way, 2 px high and as wide as its place. Mount it while the run lasts.
///
/// It fills with the tasks that are done. Stages that turn up late never move it back. Without tasks it
/// only shows that something happens, without motion for those who want none.
#[component]
pub fn RunProgress(
    /// What the server reported last.
    #[prop(into)]
    progress: Signal<Option<Progress>>,
) -> impl IntoView {
    let reached = Memo::new(move |before: Option<&Option<f64>>| {
        let now = progress.with(|p| p.as_ref().and_then(fraction));
        let before = before.copied().flatten();
        now.map(|share| share.max(before.unwrap_or(0.0))).or(before)
    });
    view! {
        <div
            class="run-progress"
            class:unknown=move || reached.get().is_none()
            role="progressbar"
            aria-label="Progress of the run"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || reached.get().map(|share| format!("{:.0}", share * 100.0))
            aria-valuetext=move || progress.with(|p| p.as_ref().map(progress_text).filter(|t| !t.is_empty()))
        >
            <i style:transform=move || format!("scaleX({})", reached.get().unwrap_or(1.0))></i>
        </div>
    }
}

/// The run's progress in words, for a status line; see [`progress_text`].
#[component]
pub fn ProgressText(
    /// What the server reported last.
    #[prop(into)]
    progress: Signal<Option<Progress>>,
) -> impl IntoView {
    view! {
        <span class="progress-text">
            {move || progress.with(|p| p.as_ref().map(progress_text).unwrap_or_default())}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_api::Stage;

    fn stage(tasks: u64, completed_tasks: u64, input_bytes: u64) -> Stage {
        Stage {
            id: 0,
            tasks,
            completed_tasks,
            input_bytes,
            done: tasks == completed_tasks,
        }
    }

    #[test]
    fn the_text_names_what_is_known() {
        let cases = [
            (vec![], ""),
            (vec![stage(1, 0, 0)], "stage 1 of 1 · 0 / 1 task"),
            (
                vec![
                    stage(100, 100, 300_000_000),
                    stage(60, 24, 10_000_000),
                    stage(40, 0, 0),
                ],
                "stage 2 of 3 · 124 / 200 tasks · 310 MB read",
            ),
            (vec![stage(4, 4, 0), stage(2, 2, 0)], "stage 2 of 2 · 6 / 6 tasks"),
        ];
        for (stages, expected) in cases {
            assert_eq!(
                progress_text(&Progress {
                    stages,
                    inflight_tasks: 0
                }),
                expected
            );
        }
    }

    #[test]
    fn the_share_is_of_known_tasks() {
        assert_eq!(fraction(&Progress::default()), None);
        let progress = Progress {
            stages: vec![stage(3, 3, 0), stage(1, 0, 0)],
            inflight_tasks: 1,
        };
        assert_eq!(fraction(&progress), Some(0.75));
    }
}
