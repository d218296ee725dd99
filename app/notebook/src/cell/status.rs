//! The line below a cell's source: how far its run is, or what came of it.

use engine_api::{RowLimit, Summary};
use leptos::prelude::*;
use spark_widgets::{Icon, IconView, ProgressText, format};

use super::CellScope;
use crate::{
    app::App,
    run::{Output, OutputSignal, Phase},
};

/// One line about a run, with what can be done about it.
#[component]
pub(super) fn StatusBar(scope: CellScope, output: OutputSignal, phase: Memo<Phase>) -> impl IntoView {
    let shown = output.clone();
    let facts = move || match phase.get() {
        Phase::Queued => view! { <Waiting/> }.into_any(),
        Phase::Running | Phase::Stopping => view! { <Going output=shown.clone() phase/> }.into_any(),
        Phase::Finished(summary) => view! { <Finished output=shown.clone() summary/> }.into_any(),
        Phase::Failed(_) => view! { <Stopped output=shown.clone()/> }.into_any(),
        Phase::Empty => view! { <span class="fact quiet">"Nothing to run here yet."</span> }.into_any(),
        Phase::Dropped(why) => view! { <span class="fact quiet">{why}</span> }.into_any(),
    };
    view! {
        <div class="status">
            {facts}
            <Edited scope output=output.clone()/>
            <span class="grow"></span>
            <Offer scope output phase/>
        </div>
    }
}

/// Says that the cell is not any more what was run.
#[component]
pub(super) fn Edited(scope: CellScope, output: OutputSignal) -> impl IntoView {
    let notebook = App::get().document.notebook();
    let edited = Memo::new(move |_| {
        let differs = |output: &Output| {
            notebook.with(|n| {
                n.cell(scope.id)
                    .is_some_and(|cell| *cell.source != *output.source)
            })
        };
        output.with(|output| {
            output
                .as_ref()
                .is_some_and(|output| !output.phase.is_active() && differs(output))
        })
    });
    move || {
        edited.get().then(|| {
            view! {
                <span class="badge quiet" title="The cell was edited after it ran">"edited since"</span>
            }
        })
    }
}

/// Why a run has not started yet.
#[component]
fn Waiting() -> impl IntoView {
    let app = App::get();
    let usable = app.connection.state();
    let running = app.runs.running();
    let notebook = app.document.notebook();
    move || {
        let text = if !usable.with(|state| state.is_usable()) {
            "Waiting for the connection".to_owned()
        } else {
            match running
                .get()
                .and_then(|cell| notebook.with(|notebook| notebook.position(cell)))
            {
                Some(index) => format!("Queued behind cell {}", index + 1),
                None => "Queued".to_owned(),
            }
        };
        view! { <span class="fact quiet">{text}</span> }
    }
}

/// A run under way: rows, time, the server's progress.
#[component]
fn Going(output: OutputSignal, phase: Memo<Phase>) -> impl IntoView {
    let app = App::get();
    let progress = super::output::part(&output, |output| output.progress.clone(), None);
    let retry = super::output::part(&output, |output| output.retry.clone(), None);
    let rows = super::output::part(&output, |output| output.rows, 0);
    let has_columns = super::output::part(&output, |output| output.columns.is_some(), false);
    let elapsed = move || {
        let now = app.runs.now().get();
        output.with(|output| {
            output
                .as_ref()
                .map(|output| format::duration(output.elapsed_ms(now)))
        })
    };
    view! {
        {move || (phase.get() == Phase::Stopping).then(|| view! { <span class="fact strong">"Stopping…"</span> })}
        {move || {
            has_columns.get().then(|| view! {
                <span class="fact"><b>{move || format::count(rows.get())}</b>" rows so far"</span>
            })
        }}
        <span class="fact time">{elapsed}</span>
        {move || match retry.get() {
            Some(retry) => view! {
                <span class="fact warn" title=retry.reason>
                    {format!("Connection broke; try {} of {}…", retry.attempt, retry.attempts)}
                </span>
            }.into_any(),
            None => view! { <span class="fact quiet progress"><ProgressText progress/></span> }.into_any(),
        }}
    }
}

/// A complete run.
#[component]
fn Finished(output: OutputSignal, summary: Summary) -> impl IntoView {
    let columns = output.with_untracked(|o| o.as_ref().and_then(|o| o.columns.as_ref().map(|c| c.len())));
    let elapsed = format::duration(summary.elapsed_ms);
    if let Some(message) = summary.message {
        return view! {
            <span class="fact done"><IconView icon=Icon::Check/>{message}</span>
            {(summary.statements > 1).then(|| view! {
                <span class="fact quiet">{format!("All {} statements ran", summary.statements)}</span>
            })}
            <span class="fact time">{elapsed}</span>
        }
        .into_any();
    }
    let rows = match columns {
        Some(0) => format!("{}, but no columns to show", format::counted(summary.rows, "row")),
        _ if summary.rows == 0 => "0 rows".to_owned(),
        _ => String::new(),
    };
    let limited = summary.limited_to.is_some();
    let count = rows.is_empty().then(|| {
        view! {
            <span class="fact">
                {if limited { "First " } else { "" }}
            <b>{format::count(summary.rows)}</b>
                {if summary.rows == 1 { " row" } else { " rows" }}
            </span>
        }
    });
    let words = (!rows.is_empty()).then(|| view! { <span class="fact">{rows}</span> });
    let of = (summary.statements > 1).then(|| {
        view! { <span class="fact quiet">{format!("of the last of {} statements", summary.statements)}</span> }
    });
    let first = summary.first_rows_ms.filter(|_| summary.rows > 0).map(|ms| {
        view! {
            <span class="fact quiet">{format!("first rows {}", format::duration(ms))}</span>
        }
    });
    let bytes =
        (summary.bytes > 0).then(|| view! { <span class="fact quiet">{format::bytes(summary.bytes)}</span> });
    let badge = match summary.limited_to {
        Some(_) => Some(
            view! {
                <span class="badge limited" title="The query has more rows than these">
                    "preview"
                </span>
            }
            .into_any(),
        ),
        None if summary.rows > 0 => Some(
            view! {
                <span class="badge whole" title="The result holds every row of the query">"all rows"</span>
            }
            .into_any(),
        ),
        None => None,
    };
    view! {
        {count} {words} {of}
        <span class="fact time">{elapsed}</span>
        {first} {bytes} {badge}
    }
    .into_any()
}

/// A run that the user stopped.
#[component]
fn Stopped(output: OutputSignal) -> impl IntoView {
    let (elapsed, rows, has_columns) = output
        .with_untracked(|o| {
            o.as_ref()
                .map(|o| (o.failed_ms.unwrap_or_default(), o.rows, o.columns.is_some()))
        })
        .unwrap_or_default();
    view! {
        <span class="fact strong">"Stopped"</span>
        {(elapsed > 0).then(|| view! { <span class="fact time">{format!("after {}", format::duration(elapsed))}</span> })}
        {has_columns.then(|| view! {
            <span class="fact quiet">{format!("{} received before", format::counted(rows, "row"))}</span>
        })}
    }
}

/// What can be done about a run.
#[component]
fn Offer(scope: CellScope, output: OutputSignal, phase: Memo<Phase>) -> impl IntoView {
    let app = App::get();
    let id = scope.id;
    let facts = move || output.with_untracked(|output| output.as_ref().map(|o| (o.source.clone(), o.limit)));
    // The buttons go with what they stop or start; the cell has the focus then.
    let stop = move || {
        super::focus_in_place(id);
        app.runs.stop(id);
    };
    move || {
        match phase.get() {
        Phase::Queued => Some(view! {
            <button type="button" class="button small" on:click=move |_| stop()>"Remove from queue"</button>
        }.into_any()),
        Phase::Running | Phase::Stopping => Some(view! {
            <button
                type="button"
                class="button small"
                aria-disabled=move || (phase.get() == Phase::Stopping).then_some("true")
                on:click=move |_| stop()
            >
                "Stop " <kbd>"Esc"</kbd>
            </button>
        }.into_any()),
        Phase::Finished(summary) => {
            let (source, limit) = facts()?;
            let all = (summary.limited_to.is_some() && limit != RowLimit::All).then(|| view! {
                <button
                    type="button"
                    class="button small"
                    on:click=move |_| {
                        super::focus_in_place(id);
                        app.run_for_all_rows(id, &source);
                    }
                >
                    "Load all rows"
                </button>
            });
            Some(view! { {all} <Close scope/> }.into_any())
        }
        Phase::Failed(_) | Phase::Dropped(_) | Phase::Empty => Some(view! { <Close scope/> }.into_any()),
    }
    }
}

/// Takes the result away.
#[component]
pub(super) fn Close(scope: CellScope) -> impl IntoView {
    let app = App::get();
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label="Close the result"
            title="Close the result"
            on:click=move |_| {
                app.runs.clear(scope.id);
                super::focus(scope.id);
            }
        >
            <IconView icon=Icon::Close/>
        </button>
    }
}

/// A complete run in words.
pub(super) fn finished(output: &Output, summary: &Summary) -> String {
    let elapsed = format::duration(summary.elapsed_ms);
    match (&summary.message, summary.limited_to) {
        (Some(message), _) => format!("{message} {elapsed}"),
        (None, Some(limit)) => format!("the first {} rows in {elapsed}", format::count(limit.into())),
        (None, None) => format!("{} in {elapsed}", format::counted(output.rows, "row")),
    }
}
