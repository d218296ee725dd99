//! Stands in for the crate `unicode-normalization`, with which ruff's parser normalises names that are not ASCII. A
//! browser can do that itself, so no tables need to be loaded there.

/// What texts can be brought to.
pub trait UnicodeNormalization {
    /// The characters of the normalisation form NFKC.
    fn nfkc(&self) -> std::vec::IntoIter<char>;
}

impl UnicodeNormalization for str {
    fn nfkc(&self) -> std::vec::IntoIter<char> {
        normalized(self).chars().collect::<Vec<_>>().into_iter()
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn normalized(text: &str) -> String {
    icu_normalizer::ComposingNormalizerBorrowed::new_nfkc()
        .normalize(text)
        .into_owned()
}

#[cfg(target_arch = "wasm32")]
fn normalized(text: &str) -> String {
    // Every browser knows the form; one that did not would leave the name as it is.
    let normalized = js_sys::JsString::from(text).normalize("NFKC").as_string();
    normalized.unwrap_or_else(|| text.to_owned())
}
