//! The page's icons: one stroked path each on a 16 by 16 field, in the colour of the text around it.
//!
//! Icons are hidden from assistive technology; the control that carries one has the name.

use leptos::prelude::*;

/// Which icon is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Icon {
    Run,
    Stop,
    Plus,
    Trash,
    Up,
    Down,
    Copy,
    Download,
    More,
    Close,
    Chevron,
    Sun,
    Moon,
    Search,
    Table,
    Warning,
    Check,
    Refresh,
    Tree,
}

impl Icon {
    /// The path's `d`, and whether its inside is filled too.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::Run => ("M4.5 2.8v10.4l8.5-5.2z", true),
            Self::Stop => ("M4 4h8v8h-8z", true),
            Self::Plus => ("M8 3v10M3 8h10", false),
            Self::Trash => (
                "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
                false,
            ),
            Self::Up => ("M8 13V3M4 7l4-4 4 4", false),
            Self::Down => ("M8 3v10M4 9l4 4 4-4", false),
            Self::Copy => (
                "M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5h-5a1.5 1.5 0 0 1-1.5-1.5v-5a1.5 1.5 0 0 1 1.5-1.5z\
                 M10.5 3.5v-.5a1 1 0 0 0-1-1H3a1 1 0 0 0-1 1v6.5a1 1 0 0 0 1 1h.5",
                false,
            ),
            Self::Download => ("M8 2v8M4.5 7l3.5 3.5 3.5-3.5M3 13.5h10", false),
            Self::More => (
                "M3 7.3a.7.7 0 1 1 0 1.4a.7.7 0 1 1 0-1.4zM8 7.3a.7.7 0 1 1 0 1.4a.7.7 0 1 1 0-1.4zM13 7.3a.7.7 0 1 1 0 1.4a.7.7 0 1 1 0-1.4z",
                true,
            ),
            Self::Close => ("M3.5 3.5l9 9M12.5 3.5l-9 9", false),
            Self::Chevron => ("M4 6l4 4 4-4", false),
            Self::Sun => (
                "M8 5.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6zM8 1.3v1.4M8 13.3v1.4M1.3 8h1.4M13.3 8h1.4\
                 M3.3 3.3l1 1M11.7 11.7l1 1M12.7 3.3l-1 1M4.3 11.7l-1 1",
                false,
            ),
            Self::Moon => ("M13.5 9.6A5.8 5.8 0 1 1 6.4 2.5a4.6 4.6 0 0 0 7.1 7.1z", false),
            Self::Search => (
                "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM10.3 10.3L14 14",
                false,
            ),
            Self::Table => ("M2 3h12v10h-12zM2 6.3h12M2 9.7h12M6 6.3v6.7", false),
            Self::Warning => ("M8 2.2l6.3 11.3h-12.6zM8 6.5v3.3M8 11.6v.3", false),
            Self::Check => ("M3 8.5l3.5 3.5 6.5-8", false),
            Self::Tree => ("M2.5 2.5h5v3h-5zM8.5 10.5h5v3h-5zM5 5.5v6.5h3.5", false),
            Self::Refresh => ("M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3", false),
        }
    }
}

/// An inline SVG icon.
#[component]
pub fn IconView(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    let (d, filled) = icon.path();
    view! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            fill=if filled { "currentColor" } else { "none" }
            stroke="currentColor"
            stroke-width="1.3"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=d/>
        </svg>
    }
}
