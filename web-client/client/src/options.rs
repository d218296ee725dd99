//! What every reader and writer has alike: options, which its source or sink understands.

/// `option` and `options` of a builder that has a map `options`.
macro_rules! option_methods {
    ($builder:ident) => {
        #[doc = concat!("An option, `", stringify!($builder), ".option`.")]
        pub fn option(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
            self.options.insert(key.into(), value.into());
            self
        }

        #[doc = concat!("Options, `", stringify!($builder), ".options`.")]
        pub fn options(
            mut self,
            options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
        ) -> Self {
            let options = options
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()));
            self.options.extend(options);
            self
        }
    };
}
pub(crate) use option_methods;
