//! What a cell's run gave: its state in one line, its rows in a grid, its error in place.

use std::rc::Rc;

use engine_api::{Command, Event, RunId};
use leptos::prelude::*;
use spark_widgets::{Answer, Grid, RunProgress, Source};

use super::{CellScope, error::ErrorView, status::StatusBar};
use crate::{
    app::App,
    engine::Engine,
    run::{OutputSignal, Phase},
};

/// How much of a long value is shown at once.
const VALUE_BYTES: u32 = 64 * 1024;

/// The part of a cell below its source; nothing before the first run.
#[component]
pub(super) fn OutputView(scope: CellScope) -> impl IntoView {
    let app = App::get();
    let output = app.runs.output(scope.id);
    announce(app, scope, output.clone());
    let run = Memo::new({
        let output = output.clone();
        move |_| output.with(|output| output.as_ref().map(|output| output.run))
    });
    Effect::new(move || {
        if !scope.active.get() {
            super::release_height(scope.id);
        }
    });
    view! {
        <div class="output-place">
            {move || {
                let output = output.clone();
                run.get().map(|run| view! { <RunView scope run output/> })
            }}
        </div>
    }
}

/// One run: everything in it is made anew for the next.
#[component]
fn RunView(scope: CellScope, run: RunId, output: OutputSignal) -> impl IntoView {
    let app = App::get();
    let phase = part(&output, |output| output.phase.clone(), Phase::Queued);
    let progress = part(&output, |output| output.progress.clone(), None);
    let columns = part(&output, |output| output.columns.clone(), None);
    let rows = part(&output, |output| output.rows, 0);
    let text = part(&output, |output| !output.text.is_empty(), false);
    let printed = {
        let output = output.clone();
        move || output.with(|output| output.as_ref().map(|output| output.text.clone()))
    };
    let complete = Memo::new(move |_| phase.with(|phase| !phase.is_active()));
    let running = Memo::new(move |_| phase.with(|phase| matches!(phase, Phase::Running | Phase::Stopping)));
    let error = Memo::new(move |_| {
        phase.with(|phase| match phase {
            Phase::Failed(error) if !phase.is_cancelled() => Some(error.clone()),
            _ => None,
        })
    });

    view! {
        <div class="output">
            <div class="output-progress">
                {move || running.get().then(|| view! { <RunProgress progress/> })}
            </div>
            {move || match error.get() {
                Some(error) => view! { <ErrorView scope error output=output.clone()/> }.into_any(),
                None => view! { <StatusBar scope output=output.clone() phase/> }.into_any(),
            }}
            {move || {
                text.get().then(|| view! {
                    <pre
                        class="output-text"
                        tabindex="0"
                        role="region"
                        aria-label=move || format!("Printed by cell {}", scope.number.get())
                    >
                        {printed.clone()}
                    </pre>
                })
            }}
            {move || {
                let columns = columns.get().filter(|columns| !columns.is_empty())?;
                Some(view! {
                    <div class="output-grid">
                        <Grid
                            columns=columns.to_vec()
                            rows
                            complete
                            source=source(app.engine, run)
                            label=format!("Result of cell {}", scope.number.get_untracked())
                        />
                    </div>
                })
            }}
        </div>
    }
}

/// A part of an output that tells its readers only when it changes.
pub(super) fn part<T: Clone + PartialEq + Send + Sync + 'static>(
    output: &OutputSignal,
    read: impl Fn(&crate::run::Output) -> T + Send + Sync + 'static,
    otherwise: T,
) -> Memo<T> {
    let output = output.clone();
    Memo::new(move |_| {
        output
            .with(|output| output.as_ref().map(&read))
            .unwrap_or_else(|| otherwise.clone())
    })
}

/// Where the grid of a run gets its cells: from the engine's answers.
fn source(engine: Engine, run: RunId) -> Source {
    Source {
        window: Rc::new(move |rows, columns| -> Answer<_> {
            Box::pin(async move {
                let ask = |request| Command::Window {
                    run,
                    request,
                    rows,
                    columns,
                };
                match engine.ask(Some(run), ask).await? {
                    Event::Window { window, .. } => Some(window),
                    _ => None,
                }
            })
        }),
        value: Rc::new(move |row, column| -> Answer<_> {
            Box::pin(async move {
                let ask = |request| Command::Value {
                    run,
                    request,
                    row,
                    column,
                    max_bytes: VALUE_BYTES,
                };
                match engine.ask(Some(run), ask).await? {
                    Event::Value { value, .. } => Some(value),
                    _ => None,
                }
            })
        }),
        copy: Rc::new(move |rows, columns, header| -> Answer<_> {
            Box::pin(async move {
                let ask = |request| Command::Copy {
                    run,
                    request,
                    rows,
                    columns,
                    header,
                };
                match engine.ask(Some(run), ask).await {
                    Some(Event::Copied { text, .. }) => text,
                    _ => Err(engine_api::ErrorReport::new(
                        engine_api::ErrorKind::Internal,
                        "The result is no longer held; run the cell again.",
                    )),
                }
            })
        }),
        statistics: Rc::new(move |columns| -> Answer<_> {
            Box::pin(async move {
                let ask = |request| Command::Statistics {
                    run,
                    request,
                    columns,
                };
                match engine.ask(Some(run), ask).await? {
                    Event::Statistics { rows, columns, .. } => Some((rows, columns)),
                    _ => None,
                }
            })
        }),
    }
}

/// Tells assistive technology that a run started and what became of it; not how it goes on meanwhile.
fn announce(app: App, scope: CellScope, output: OutputSignal) {
    let running = part(
        &output,
        |output| matches!(output.phase, Phase::Running | Phase::Stopping),
        false,
    );
    Effect::watch(
        move || running.get(),
        move |running, _, _| {
            let text = format!("Cell {} is running.", scope.number.get_untracked());
            if *running {
                app.started.set(text);
            } else if app.started.with_untracked(|started| *started == text) {
                // Or the same text would not be read out again.
                app.started.set(String::new());
            }
        },
        false,
    );
    let news = Memo::new(move |_| {
        output.with(|output| {
            let output = output.as_ref()?;
            match &output.phase {
                Phase::Queued | Phase::Running | Phase::Stopping => None,
                Phase::Finished(summary) => Some(super::status::finished(output, summary)),
                Phase::Failed(error) => Some(error.message.clone()),
                Phase::Empty => Some("nothing to run".to_owned()),
                Phase::Dropped(why) => Some((*why).to_owned()),
            }
        })
    });
    Effect::watch(
        move || news.get(),
        move |news, _, _| {
            if let Some(news) = news {
                app.announcement
                    .set(format!("Cell {}: {news}", scope.number.get_untracked()));
            }
        },
        false,
    );
}
