//! Operations on the catalog, each a method of `spark.catalog`.

use spark_connect_client::proto::{self as pb, catalog::CatType};

use super::{Writer, frame::Frame, no_code};
use crate::{Result, error::ViewError, literal::python_text, types};

fn text(text: &str) -> Option<String> {
    Some(python_text(text))
}

fn optional(text: &Option<String>) -> Option<String> {
    text.as_deref().map(python_text)
}

fn flag(name: &str, flag: bool) -> Option<String> {
    flag.then(|| format!("{name}=True"))
}

/// Arguments by place; what is left out between others is None.
fn arguments(arguments: Vec<Option<String>>) -> Vec<String> {
    let given = arguments
        .iter()
        .rposition(Option::is_some)
        .map_or(0, |last| last + 1);
    let argument = |argument: Option<String>| argument.unwrap_or_else(|| "None".to_owned());
    arguments.into_iter().take(given).map(argument).collect()
}

impl Writer<'_> {
    pub(super) fn catalog(&mut self, catalog: &pb::Catalog) -> Result<Frame> {
        use CatType as C;
        let operation = catalog.cat_type.as_ref();
        let (name, given) = match operation.ok_or_else(|| ViewError::missing("Catalog", "operation"))? {
            C::CurrentDatabase(_) => ("currentDatabase", vec![]),
            C::SetCurrentDatabase(c) => ("setCurrentDatabase", vec![text(&c.db_name)]),
            C::ListDatabases(c) => ("listDatabases", vec![optional(&c.pattern)]),
            C::ListTables(c) => ("listTables", vec![optional(&c.db_name), optional(&c.pattern)]),
            C::ListFunctions(c) => ("listFunctions", vec![optional(&c.db_name), optional(&c.pattern)]),
            C::ListColumns(c) => ("listColumns", vec![text(&c.table_name), optional(&c.db_name)]),
            C::GetDatabase(c) => ("getDatabase", vec![text(&c.db_name)]),
            C::GetTable(c) if c.db_name.is_none() => ("getTable", vec![text(&c.table_name)]),
            C::GetFunction(c) if c.db_name.is_none() => ("getFunction", vec![text(&c.function_name)]),
            C::DatabaseExists(c) => ("databaseExists", vec![text(&c.db_name)]),
            C::TableExists(c) => ("tableExists", vec![text(&c.table_name), optional(&c.db_name)]),
            C::FunctionExists(c) => (
                "functionExists",
                vec![text(&c.function_name), optional(&c.db_name)],
            ),
            C::CreateTable(c) => return self.create_table(c),
            C::DropTempView(c) => ("dropTempView", vec![text(&c.view_name)]),
            C::DropGlobalTempView(c) => ("dropGlobalTempView", vec![text(&c.view_name)]),
            C::RecoverPartitions(c) => ("recoverPartitions", vec![text(&c.table_name)]),
            C::IsCached(c) => ("isCached", vec![text(&c.table_name)]),
            C::CacheTable(c) if c.storage_level.is_none() => ("cacheTable", vec![text(&c.table_name)]),
            C::UncacheTable(c) => ("uncacheTable", vec![text(&c.table_name)]),
            C::ClearCache(_) => ("clearCache", vec![]),
            C::RefreshTable(c) => ("refreshTable", vec![text(&c.table_name)]),
            C::RefreshByPath(c) => ("refreshByPath", vec![text(&c.path)]),
            C::CurrentCatalog(_) => ("currentCatalog", vec![]),
            C::SetCurrentCatalog(c) => ("setCurrentCatalog", vec![text(&c.catalog_name)]),
            C::ListCatalogs(c) => ("listCatalogs", vec![optional(&c.pattern)]),
            C::DropTable(c) => (
                "dropTable",
                vec![
                    text(&c.table_name),
                    flag("ifExists", c.if_exists),
                    flag("purge", c.purge),
                ],
            ),
            C::DropView(c) => (
                "dropView",
                vec![text(&c.view_name), flag("ifExists", c.if_exists)],
            ),
            C::CreateDatabase(c) => {
                let entries: Vec<String> = (c.properties.iter())
                    .map(|(key, value)| format!("{}: {}", python_text(key), python_text(value)))
                    .collect();
                let properties =
                    (!entries.is_empty()).then(|| format!("properties={{{}}}", entries.join(", ")));
                (
                    "createDatabase",
                    vec![text(&c.db_name), flag("ifNotExists", c.if_not_exists), properties],
                )
            }
            C::DropDatabase(c) => (
                "dropDatabase",
                vec![
                    text(&c.db_name),
                    flag("ifExists", c.if_exists),
                    flag("cascade", c.cascade),
                ],
            ),
            C::ListPartitions(c) => ("listPartitions", vec![text(&c.table_name)]),
            C::ListViews(c) => ("listViews", vec![optional(&c.db_name), optional(&c.pattern)]),
            C::GetTableProperties(c) => ("getTableProperties", vec![text(&c.table_name)]),
            C::GetCreateTableString(c) => (
                "getCreateTableString",
                vec![text(&c.table_name), flag("asSerde", c.as_serde)],
            ),
            C::TruncateTable(c) => ("truncateTable", vec![text(&c.table_name)]),
            C::AnalyzeTable(c) => (
                "analyzeTable",
                vec![text(&c.table_name), flag("noScan", c.no_scan)],
            ),
            other => {
                let name = crate::error::kind_name(other);
                return Err(no_code(
                    format!("Catalog.{name}"),
                    "its arguments are not written out",
                ));
            }
        };
        let has_names = given
            .iter()
            .flatten()
            .any(|argument| argument.ends_with("=True") || argument.starts_with("properties="));
        let given = match has_names {
            true => given.into_iter().flatten().collect(),
            false => arguments(given),
        };
        let mut frame = Frame::new("spark.catalog", name).step(name, &given);
        frame.action = true;
        Ok(frame)
    }

    fn create_table(&mut self, create: &pb::CreateTable) -> Result<Frame> {
        let mut given = vec![python_text(&create.table_name)];
        let named = [("path", &create.path), ("source", &create.source)];
        given.extend(
            named
                .into_iter()
                .filter_map(|(name, text)| Some(format!("{name}={}", optional(text)?))),
        );
        if let Some(schema) = &create.schema {
            self.uses.types = true;
            given.push(format!("schema={}", types::python(schema)?));
        }
        given.extend(optional(&create.description).map(|text| format!("description={text}")));
        if !create.options.is_empty() {
            let entries: Vec<String> = (create.options.iter())
                .map(|(key, value)| format!("{}: {}", python_text(key), python_text(value)))
                .collect();
            given.push(format!("**{{{}}}", entries.join(", ")));
        }
        Ok(Frame::new("spark.catalog", "table").step("createTable", &given))
    }
}
