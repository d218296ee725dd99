//! The keyboard, as a person uses it: keys go to whatever has the focus.

use anyhow::{Result, ensure};
use fantoccini::{
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
};

use super::Browser;

impl Browser {
    /// Presses keys together, written as `Control+Shift+Enter`.
    pub async fn press(&self, chord: &str) -> Result<()> {
        let mut keys = Vec::new();
        for name in chord.split('+') {
            keys.push(key(name)?);
        }
        let down = keys.iter().map(|value| KeyAction::Down { value: *value });
        let up = keys.iter().rev().map(|value| KeyAction::Up { value: *value });
        self.perform(down.chain(up)).await
    }

    /// Types a text on one line, key by key.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        let press = |value| [KeyAction::Down { value }, KeyAction::Up { value }];
        self.perform(text.chars().flat_map(press)).await
    }

    async fn perform(&self, actions: impl Iterator<Item = KeyAction>) -> Result<()> {
        let keyboard = KeyActions::new("keyboard".to_owned());
        let keyboard = actions.fold(keyboard, |keyboard, action| keyboard.then(action));
        Ok(self.session.client.perform_actions(keyboard).await?)
    }
}

fn key(name: &str) -> Result<char> {
    let key = match name {
        "Alt" => Key::Alt,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "ArrowUp" => Key::Up,
        "Control" => Key::Control,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "PageDown" => Key::PageDown,
        "Shift" => Key::Shift,
        "Tab" => Key::Tab,
        one => {
            let mut characters = one.chars();
            let character = characters.next().filter(|_| characters.next().is_none());
            ensure!(character.is_some(), "{name} is no key");
            return Ok(character.unwrap_or_default());
        }
    };
    Ok(key.into())
}
