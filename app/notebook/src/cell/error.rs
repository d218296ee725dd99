//! An error in its cell: what happened in a sentence, what Spark calls it, where it is, and what may help.

use engine_api::{ErrorKind, ErrorReport, Origin};
use leptos::prelude::*;
use spark_widgets::{Icon, IconView, format};

use super::{
    CellScope,
    status::{Close, Edited},
};
use crate::{
    account::SignIn,
    app::App,
    catalog::proposals,
    run::{Output, OutputSignal},
};

/// The parameter in which Spark proposes other names.
const PROPOSAL: &str = "proposal";

/// An error of a run.
#[component]
pub(super) fn ErrorView(scope: CellScope, error: ErrorReport, output: OutputSignal) -> impl IntoView {
    let app = App::get();
    let facts = output.with_untracked(|output| facts(&error, output.as_ref()));
    let suggestions = suggestions(&error);
    let origin = error.origins.first().cloned();
    let source = output.with_untracked(|output| output.as_ref().map(|output| output.source.clone()));
    let replace = move |name: &str| {
        let Some(origin) = &origin else { return };
        app.editors.flush();
        let same = app.document.notebook().with_untracked(|notebook| {
            let now = notebook.cell(scope.id).map(|cell| cell.source.as_str());
            now == source.as_deref()
        });
        if same {
            app.editors.replace(scope.id, name, origin.start, origin.end);
            app.editors.focus(scope.id);
        } else {
            app.insert_text(name);
        }
    };
    let unreachable = matches!(
        error.kind,
        ErrorKind::Unreachable | ErrorKind::SessionLost | ErrorKind::Denied
    );
    if error.kind == ErrorKind::Denied {
        app.account.refresh();
    }
    let details = (!error.parameters.is_empty() || !error.causes.is_empty() || error.stack_trace.is_some())
        .then(|| view! { <Details error=error.clone()/> });
    let message = sentence(&error.message, !suggestions.is_empty()).to_owned();
    let did_you_mean = (!suggestions.is_empty()).then(|| {
        let last = suggestions.len() - 1;
        let buttons = suggestions.into_iter().enumerate().map(|(index, name)| {
            let replace = replace.clone();
            let shown = name.clone();
            view! {
                <button type="button" class="link" on:click=move |_| replace(&name)><code>{shown}</code></button>
                {if index < last { ", " } else { "?" }}
            }
        });
        view! { <span class="error-proposal">" Did you mean "{buttons.collect_view()}</span> }
    });
    view! {
        <div class="error">
            <div class="error-head">
                <IconView icon=Icon::Warning/>
                <p class="error-message">{with_code(&message)}{did_you_mean}</p>
                <Edited scope output=output.clone()/>
                <Close scope/>
            </div>
            <p class="error-facts">
                {error.error_class.clone().map(|class| view! { <span><code>{class}</code></span> })}
                {facts.into_iter().map(|fact| view! { <span>{fact}</span> }).collect_view()}
            </p>
            {unreachable.then(|| view! {
                <p class="error-actions">
                    <SignIn/>
                    <button
                        type="button"
                        class="button small"
                        on:click=move |_| {
                            super::focus_in_place(scope.id);
                            app.run(scope.id);
                        }
                    >
                        "Run again"
                    </button>
                    <button type="button" class="button small" on:click=move |_| app.connection_dialog.set(true)>
                        "Connection…"
                    </button>
                </p>
            })}
            {(error.kind == ErrorKind::Budget).then(|| view! { <Room scope/> })}
            {details}
        </div>
    }
}

/// Ways to make room for a result that did not fit.
#[component]
fn Room(scope: CellScope) -> impl IntoView {
    let app = App::get();
    let raise = move || {
        app.larger_budget().map(|budget| {
            view! {
                <button type="button" class="button small" on:click=move |_| app.set_budget(budget)>
                    {format!("Allow {}", format::bytes(budget))}
                </button>
            }
        })
    };
    view! {
        <p class="error-actions">
            <button type="button" class="button small" on:click=move |_| app.runs.free(Some(scope.id))>
                "Drop the other results"
            </button>
            {raise}
        </p>
    }
}

#[component]
fn Details(error: ErrorReport) -> impl IntoView {
    let parameters = error.parameters.into_iter().map(|(name, value)| {
        view! { <dt>{name}</dt><dd>{value}</dd> }
    });
    view! {
        <details class="error-details">
            <summary>"Details"</summary>
            <dl>{parameters.collect_view()}</dl>
            {error.causes.into_iter().map(|cause| view! { <p class="error-cause">"Caused by " {cause}</p> }).collect_view()}
            {error.stack_trace.map(|trace| view! { <pre tabindex="0" aria-label="Stack trace">{trace}</pre> })}
        </details>
    }
}

/// What Spark calls the error, where it is, and what the run came to before.
fn facts(error: &ErrorReport, output: Option<&Output>) -> Vec<String> {
    let state = error.sql_state.as_ref().map(|state| format!("SQLSTATE {state}"));
    let place = error.origins.first().map(place);
    let statement = error
        .statement
        .map(|(number, of)| match of.saturating_sub(number) {
            0 => format!("statement {number} of {of}"),
            1 => format!("statement {number} of {of}; the last one did not run"),
            left => format!("statement {number} of {of}; the last {left} did not run"),
        });
    let rows = output.filter(|output| output.columns.is_some());
    let rows = rows.map(|output| format!("{} received before", format::counted(output.rows, "row")));
    let time = output
        .and_then(|output| output.failed_ms)
        .map(|ms| format!("after {}", format::duration(ms)));
    [state, place, statement, rows, time]
        .into_iter()
        .flatten()
        .collect()
}

/// Text in which names between backticks are set as code.
fn with_code(text: &str) -> impl IntoView + use<> {
    let paired = text.matches('`').count().is_multiple_of(2);
    let pieces = text
        .split(|character| paired && character == '`')
        .enumerate()
        .map(|(index, piece)| {
            let piece = piece.to_owned();
            if index % 2 == 1 {
                view! { <code>{piece}</code> }.into_any()
            } else {
                piece.into_any()
            }
        });
    pieces.collect_view()
}

/// The message without the proposals at its end, if they stand beside it as buttons.
fn sentence(message: &str, proposed: bool) -> &str {
    match message.find("Did you mean") {
        Some(at) if proposed && at > 0 => message[..at].trim_end(),
        _ => message,
    }
}

/// `line 1, columns 8–12`.
fn place(origin: &Origin) -> String {
    let Origin {
        line,
        column,
        start,
        end,
    } = origin;
    let width = end.saturating_sub(*start);
    if width > 1 {
        format!("line {line}, columns {column}–{}", column + width - 1)
    } else {
        format!("line {line}, column {column}")
    }
}

/// The names that Spark proposes in place of the one it does not know.
fn suggestions(error: &ErrorReport) -> Vec<String> {
    let proposal = error.parameters.iter().find(|(name, _)| name == PROPOSAL);
    proposal.map(|(_, list)| proposals(list)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_are_not_told_twice() {
        let message = "No column `zonne`. Did you mean one of the following? [`zone`].";
        assert_eq!(sentence(message, true), "No column `zonne`.");
        assert_eq!(sentence(message, false), message);
        assert_eq!(sentence("Did you mean it?", true), "Did you mean it?");
    }

    #[test]
    fn the_facts_of_an_error() {
        let mut error = ErrorReport::new(ErrorKind::Spark, "No column");
        assert!(facts(&error, None).is_empty());
        error.error_class = Some("UNRESOLVED_COLUMN.WITH_SUGGESTION".into());
        error.sql_state = Some("42703".into());
        error.origins = vec![Origin {
            start: 7,
            end: 12,
            line: 1,
            column: 8,
        }];
        error.parameters = vec![
            ("objectName".into(), "`zonne`".into()),
            ("proposal".into(), "`zone`, `fare`".into()),
        ];
        assert_eq!(facts(&error, None), ["SQLSTATE 42703", "line 1, columns 8–12"]);
        assert_eq!(suggestions(&error), ["zone", "fare"]);
        error.origins = vec![Origin {
            start: 7,
            end: 8,
            line: 2,
            column: 3,
        }];
        assert_eq!(facts(&error, None)[1], "line 2, column 3");
    }
}
