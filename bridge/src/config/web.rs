//! `[web]`: the notebook's files and the pages that may show them.

use std::sync::Arc;

use http::HeaderValue;

use super::table::{Section, Table};
use crate::{
    origins::{AllowedOrigin, Origins},
    web_root::WebRoot,
};

/// What the bridge serves to browsers besides calls.
#[derive(Clone, Debug)]
pub struct Web {
    /// `notebook`: whether the notebook's files are served. Default true.
    pub notebook: bool,
    /// `directory`: files to serve in place of the built-in ones, read when the settings are.
    pub files: Option<Arc<WebRoot>>,
    /// `origins`: the sites, SCHEME://HOST or SCHEME://HOST:PORT, whose pages may call from their visitors' browsers
    /// (CORS) besides the bridge's own. Default none.
    pub origins: Origins,
    /// `frame_ancestors`: the sites that may show the pages in a frame, as Content-Security-Policy names them, for
    /// example `["'self'", "https://dashboards.example.com"]`. Default none.
    pub frame_ancestors: Vec<String>,
}

impl Section for Web {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let notebook = table.or("notebook", true);
        let files = table.resolved("directory", |path| {
            WebRoot::from_directory(path).map_err(|error| error.to_string())
        });
        let origins: Vec<AllowedOrigin> = table.parsed_list("origins").unwrap_or_default();
        let frame_ancestors: Vec<String> = table.get("frame_ancestors").unwrap_or_default();
        let one = |source: &String| {
            !source.is_empty() && !source.contains([' ', ';', ',']) && HeaderValue::from_str(source).is_ok()
        };
        if !frame_ancestors.iter().all(one) {
            table.problem(
                "frame_ancestors",
                "each item is one source, for example \"https://dashboards.example.com\" or \"'self'\"",
            );
        }
        Some(Self {
            notebook,
            files: files.map(Arc::new),
            origins: origins.into_iter().collect(),
            frame_ancestors,
        })
    }
}
