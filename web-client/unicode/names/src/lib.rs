//! Stands in for the crate `unicode_names2`, which ruff's parser asks what `\N{...}` means in a string. In a browser its
//! table of all names would be a sixth of what the notebook loads, so that names are not known there; the interpreter
//! says what to write instead. Everywhere else the crate itself answers.

/// The character of a name.
#[cfg(not(target_arch = "wasm32"))]
pub fn character(name: &str) -> Option<char> {
    table::character(name)
}

/// The character of a name: none.
#[cfg(target_arch = "wasm32")]
pub fn character(_name: &str) -> Option<char> {
    None
}
