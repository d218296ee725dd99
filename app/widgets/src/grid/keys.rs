//! What a key means in the grid.

use super::selection::{Motion, Place};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    /// Move the focus, and the selection with it.
    Move(Motion),
    /// Move the end of the selection.
    Extend(Motion),
    /// Select what is at the focus: a column from the header, a row from the row numbers.
    Select,
    /// Select the rows of the selection, in every column.
    SelectRows,
    /// Select the columns of the selection, in every row.
    SelectColumns,
    /// Select every cell.
    SelectAll,
    /// Back to one cell.
    Deselect,
    /// Copy the selection, with the columns' names or without.
    Copy { header: bool },
    /// Show the cell at length, or in the header the column's statistics.
    Open,
    /// Ask for a row to go to.
    GoToRow,
    /// Change the width of the column, by this many px.
    Widen(f64),
}

/// A key press.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Key<'a> {
    /// `KeyboardEvent.key`.
    pub(crate) key: &'a str,
    /// Control, or Command on a Mac.
    pub(crate) control: bool,
    pub(crate) shift: bool,
    pub(crate) alt: bool,
}

/// What a key means at a place; none if it is not the grid's.
pub(crate) fn action(key: Key, at: Place) -> Option<Action> {
    if key.alt {
        return match key.key {
            "ArrowLeft" if at.row.is_none() && at.column.is_some() => Some(Action::Widen(-16.0)),
            "ArrowRight" if at.row.is_none() && at.column.is_some() => Some(Action::Widen(16.0)),
            _ => None,
        };
    }
    if let Some(motion) = motion(key) {
        return Some(if key.shift {
            Action::Extend(motion)
        } else {
            Action::Move(motion)
        });
    }
    match (key.key, key.control, key.shift) {
        ("a" | "A", true, false) => Some(Action::SelectAll),
        ("c" | "C", true, header) => Some(Action::Copy { header }),
        ("g" | "G", true, false) => Some(Action::GoToRow),
        ("Enter" | "F2", false, false) if at.column.is_some() => Some(Action::Open),
        ("Enter" | " ", false, false) => Some(Action::Select),
        (" ", true, false) => Some(Action::SelectColumns),
        (" ", false, true) => Some(Action::SelectRows),
        ("Escape", false, false) => Some(Action::Deselect),
        _ => None,
    }
}

fn motion(key: Key) -> Option<Motion> {
    Some(match (key.key, key.control) {
        ("ArrowLeft", false) => Motion::Left,
        ("ArrowRight", false) => Motion::Right,
        ("ArrowUp", false) => Motion::Up,
        ("ArrowDown", false) => Motion::Down,
        ("PageUp", false) => Motion::PageUp,
        ("PageDown", false) => Motion::PageDown,
        ("Home", false) | ("ArrowLeft", true) => Motion::RowStart,
        ("End", false) | ("ArrowRight", true) => Motion::RowEnd,
        ("ArrowUp", true) => Motion::ColumnStart,
        ("ArrowDown", true) => Motion::ColumnEnd,
        ("Home", true) => Motion::Start,
        ("End", true) => Motion::End,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `Ctrl+Shift+C`.
    fn press(name: &str, at: Place) -> Option<Action> {
        let mut key = Key::default();
        for part in name.split('+') {
            match part {
                "Ctrl" => key.control = true,
                "Shift" => key.shift = true,
                "Alt" => key.alt = true,
                "Space" => key.key = " ",
                other => key.key = other,
            }
        }
        action(key, at)
    }

    #[test]
    fn keys_mean_what_grids_agree_on() {
        let cases = [
            ("ArrowDown", Some(Action::Move(Motion::Down))),
            ("Shift+ArrowDown", Some(Action::Extend(Motion::Down))),
            ("Ctrl+Shift+End", Some(Action::Extend(Motion::End))),
            ("Ctrl+Home", Some(Action::Move(Motion::Start))),
            ("Home", Some(Action::Move(Motion::RowStart))),
            ("Ctrl+ArrowDown", Some(Action::Move(Motion::ColumnEnd))),
            ("Ctrl+a", Some(Action::SelectAll)),
            ("Ctrl+c", Some(Action::Copy { header: false })),
            ("Ctrl+Shift+C", Some(Action::Copy { header: true })),
            ("Ctrl+g", Some(Action::GoToRow)),
            ("Enter", Some(Action::Open)),
            ("Ctrl+Space", Some(Action::SelectColumns)),
            ("Shift+Space", Some(Action::SelectRows)),
            ("Escape", Some(Action::Deselect)),
            ("Ctrl+Enter", None),
            ("Shift+Enter", None),
            ("Alt+ArrowLeft", None),
            ("Tab", None),
            ("Ctrl+PageDown", None),
            ("x", None),
        ];
        for (name, expected) in cases {
            assert_eq!(press(name, Place::cell(3, 3)), expected, "{name}");
        }
    }

    #[test]
    fn headers_and_row_numbers_select_and_widen() {
        let header = Place {
            row: None,
            column: Some(2),
        };
        let number = Place {
            row: Some(2),
            column: None,
        };
        assert_eq!(press("Enter", header), Some(Action::Open));
        assert_eq!(press("Space", header), Some(Action::Select));
        assert_eq!(press("Enter", number), Some(Action::Select));
        assert_eq!(press("Space", number), Some(Action::Select));
        assert_eq!(press("Alt+ArrowRight", header), Some(Action::Widen(16.0)));
        assert_eq!(press("Alt+ArrowRight", number), None);
        assert_eq!(press("Alt+ArrowRight", Place::default()), None);
    }
}
