//! The unresolved plan of a cell, before it runs: asked of the engine when it is opened, and again when the cell changes.

use engine_api::{Command, ErrorReport, Event, Plan};
use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};
use spark_widgets::{Icon, IconView, PlanTree};

use super::CellScope;
use crate::{app::App, connection::ConnectionState};

/// How long after the last key the plan is asked for again.
const PAUSE_MS: u32 = 400;

#[derive(Clone, Debug, PartialEq)]
enum Known {
    Asking,
    Plan(Plan),
    Not(String),
}

/// The plan of a cell, while it is wanted.
#[component]
pub(super) fn PlanPanel(scope: CellScope) -> impl IntoView {
    move || scope.plan.get().then(|| view! { <Panel scope/> })
}

#[component]
fn Panel(scope: CellScope) -> impl IntoView {
    let app = App::get();
    let known = RwSignal::new(Known::Asking);
    let timer = StoredValue::new_local(None::<Timeout>);
    let notebook = app.document.notebook();
    let cell =
        Memo::new(move |_| notebook.with(|n| n.cell(scope.id).map(|cell| (cell.kind, cell.source.clone()))));
    let usable = app.connection.state();
    let usable = Memo::new(move |_| usable.with(ConnectionState::is_usable));
    // Only the answer to the last question counts.
    let asked = StoredValue::new(0_u32);
    let ask = move || {
        let Some((kind, source)) = cell.get_untracked() else {
            return;
        };
        let question = asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        let connection = app.connection.id();
        spawn_local(async move {
            let command = |request| Command::Plan {
                connection,
                request,
                language: kind.language(),
                source,
            };
            let answer = match app.engine.ask(None, command).await {
                Some(Event::Plan { plan, .. }) => plan,
                _ => return,
            };
            if asked.try_get_value() == question {
                known.try_set(match answer {
                    Ok(plan) => Known::Plan(plan),
                    Err(error) => Known::Not(why(&error)),
                });
            }
        });
    };
    // Variables are others when a cell has run.
    let active = app.runs.active();
    Effect::new(move |before: Option<()>| {
        cell.track();
        active.track();
        if !usable.get() {
            known.set(Known::Not("Waiting for the connection to Spark.".to_owned()));
        } else if before.is_none() {
            ask();
        } else {
            timer.set_value(Some(Timeout::new(PAUSE_MS, ask)));
        }
    });
    let number = scope.number;
    let shown = move || match known.get() {
        Known::Asking => view! { <p class="plan-note">"…"</p> }.into_any(),
        Known::Not(why) => view! { <p class="plan-note">{why}</p> }.into_any(),
        Known::Plan(plan) => {
            let label = format!("Plan of cell {}", number.get_untracked());
            view! { <PlanTree nodes=plan.nodes label/> }.into_any()
        }
    };
    let place = move || {
        known.with(|known| match known {
            Known::Plan(Plan { line: Some(line), .. }) => format!("of line {line}, before it runs"),
            _ => "before it runs".to_owned(),
        })
    };
    view! {
        <section class="plan" aria-label=move || format!("Unresolved plan of cell {}", number.get())>
            <div class="plan-head">
                <b>"Plan"</b>
                <span>{place}</span>
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Close the plan"
                    title="Close the plan (P)"
                    on:click=move |_| {
                        super::focus_in_place(scope.id);
                        scope.plan.set(false);
                    }
                >
                    <IconView icon=Icon::Close/>
                </button>
            </div>
            {shown}
        </section>
    }
}

fn why(error: &ErrorReport) -> String {
    match error.origins.first() {
        Some(origin) => format!("Line {}: {}", origin.line, error.message),
        None => error.message.clone(),
    }
}
