//! The widgets that show results and plans: the grid with its value view, the progress of a run, the tree of a plan,
//! icons, number formats.
//!
//! They know the engine's messages and nothing else: no notebook, no worker, no Spark. Their styles are in
//! `style/*.css` and take every colour and size from the page's custom properties.

pub mod format;
pub mod grid;
pub mod icons;
pub mod plan_tree;
pub mod progress;

pub use grid::{Answer, Grid, Source};
pub use icons::{Icon, IconView};
pub use plan_tree::PlanTree;
pub use progress::{ProgressText, RunProgress, progress_text};
