//! An error in its cell: what happened in a sentence, what Spark calls it, where it is, and what may help.

use engine_api::{ErrorKind, ErrorReport, Origin};
use leptos::prelude::*;
use spark_widgets::{Icon, IconView};

use super::CellScope;
use crate::{app::App, catalog::proposals, run::OutputSignal};

/// The parameter in which Spark proposes other names.
const PROPOSAL: &str = "proposal";

/// An error of a run.
#[component]
pub(super) fn ErrorView(scope: CellScope, error: ErrorReport, output: OutputSignal) -> impl IntoView {
    let app = App::get();
    let facts = facts(&error);
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
    let details = (!error.parameters.is_empty() || !error.causes.is_empty() || error.stack_trace.is_some())
        .then(|| view! { <Details error=error.clone()/> });
    let did_you_mean = (!suggestions.is_empty()).then(|| {
        let buttons = suggestions.into_iter().map(|name| {
            let replace = replace.clone();
            let shown = name.clone();
            view! { <button type="button" class="link" on:click=move |_| replace(&name)><code>{shown}</code></button> }
        });
        view! { <p class="error-proposal">"Did you mean " {buttons.collect_view()} "?"</p> }
    });
    view! {
        <div class="error">
            <p class="error-message"><IconView icon=Icon::Warning/><span>{error.message.clone()}</span></p>
            {did_you_mean}
            {(!facts.is_empty()).then(|| view! {
                <p class="error-facts">{facts.into_iter().map(|fact| view! { <span>{fact}</span> }).collect_view()}</p>
            })}
            {unreachable.then(|| view! {
                <p class="error-actions">
                    <button type="button" class="button small" on:click=move |_| app.run(scope.id)>"Run again"</button>
                    <button type="button" class="button small" on:click=move |_| app.connection_dialog.set(true)>
                        "Connection…"
                    </button>
                </p>
            })}
            {details}
        </div>
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

/// What Spark calls the error, and where it is.
fn facts(error: &ErrorReport) -> Vec<String> {
    let class = error.error_class.clone();
    let state = error.sql_state.as_ref().map(|state| format!("SQLSTATE {state}"));
    let place = error.origins.first().map(place);
    [class, state, place].into_iter().flatten().collect()
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
    fn the_facts_of_an_error() {
        let mut error = ErrorReport::new(ErrorKind::Spark, "No column");
        assert!(facts(&error).is_empty());
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
        assert_eq!(
            facts(&error),
            [
                "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                "SQLSTATE 42703",
                "line 1, columns 8–12"
            ]
        );
        assert_eq!(suggestions(&error), ["zone", "fare"]);
        error.origins = vec![Origin {
            start: 7,
            end: 8,
            line: 2,
            column: 3,
        }];
        assert_eq!(facts(&error)[2], "line 2, column 3");
    }
}
