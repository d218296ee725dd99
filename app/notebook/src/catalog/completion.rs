//! The catalog for the editor's completion: what is below a path that may be short of its catalog or schema.

use engine_api::{CatalogEntry, CatalogKind};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::Catalog;

/// The schema of a session that has chosen none.
const DEFAULT_SCHEMA: &str = "default";

impl Catalog {
    /// What a path of names in SQL text may be followed by, for the editor: `[{ name, kind, detail }]`.
    /// Without a path: catalogs, the first catalog's schemas, and the tables of its default schema.
    pub(crate) async fn complete(self, path: Vec<String>) -> JsValue {
        let first = self
            .entries(Vec::new())
            .await
            .first()
            .map(|catalog| catalog.name.clone());
        let Some(first) = first else {
            return Array::new().into();
        };
        let mut found = Vec::new();
        if path.is_empty() {
            found.extend(self.entries(Vec::new()).await);
            found.extend(self.entries(vec![first.clone()]).await);
            found.extend(self.entries(vec![first, DEFAULT_SCHEMA.into()]).await);
        } else {
            for base in [vec![], vec![first.clone()], vec![first, DEFAULT_SCHEMA.into()]] {
                let full = [base, path.clone()].concat();
                if full.len() <= 3 && self.exists(&full).await {
                    found.extend(self.entries(full).await);
                    break;
                }
            }
        }
        found.iter().map(option).collect::<Array>().into()
    }

    /// Whether each level lists the next name of the path, whatever its case.
    async fn exists(self, path: &[String]) -> bool {
        for (depth, name) in path.iter().enumerate() {
            let entries = self.entries(path[..depth].to_vec()).await;
            if !entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name)) {
                return false;
            }
        }
        true
    }
}

fn option(entry: &CatalogEntry) -> JsValue {
    let (kind, detail) = match entry.kind {
        CatalogKind::Catalog => ("namespace", "catalog"),
        CatalogKind::Schema => ("namespace", "schema"),
        CatalogKind::Table => ("class", "table"),
        CatalogKind::View => ("class", "view"),
        CatalogKind::Column(_) => ("column", entry.data_type.as_str()),
    };
    let object = Object::new();
    for (name, value) in [("name", entry.name.as_str()), ("kind", kind), ("detail", detail)] {
        // A new plain object takes every property.
        let _ = Reflect::set(&object, &name.into(), &value.into());
    }
    object.into()
}
