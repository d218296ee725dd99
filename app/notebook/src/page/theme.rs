//! Light, dark, or as the system has it. app/js/src/theme.js applies the choice before the first paint.

use leptos::prelude::*;
use spark_widgets::{Icon, IconView};

use crate::browser::setting;

const SETTING: &str = "theme";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn stored() -> Self {
        match setting::get(SETTING).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn apply(self) {
        let Some(root) = document().document_element() else {
            return;
        };
        // Setting and removing an attribute of that name cannot fail.
        if self == Self::System {
            setting::remove(SETTING);
            let _ = root.remove_attribute("data-theme");
        } else {
            setting::set(SETTING, self.name());
            let _ = root.set_attribute("data-theme", self.name());
        }
    }
}

/// The choice of the theme.
#[component]
pub(super) fn ThemeChoice() -> impl IntoView {
    let chosen = RwSignal::new(Theme::stored());
    let options = Theme::ALL.map(|theme| {
        let face = match theme {
            Theme::System => view! { <span>"Auto"</span> }.into_any(),
            Theme::Light => view! { <IconView icon=Icon::Sun/> }.into_any(),
            Theme::Dark => view! { <IconView icon=Icon::Moon/> }.into_any(),
        };
        let label = format!("{} theme", theme.name());
        let title = label.clone();
        view! {
            <label title=title>
                <input
                    type="radio"
                    name="theme"
                    class="visually-hidden"
                    aria-label=label
                    prop:checked=move || chosen.get() == theme
                    on:change=move |_| {
                        chosen.set(theme);
                        theme.apply();
                    }
                />
                {face}
            </label>
        }
    });
    view! { <fieldset class="segments"><legend class="visually-hidden">"Theme"</legend>{options.into_iter().collect_view()}</fieldset> }
}
