//! The catalog: PySpark's `SparkSession.catalog`.
//!
//! Each operation is a relation. Await one for what it gives, or take its [`frame`](CatalogCall::frame).

mod entries;

use std::{collections::BTreeMap, fmt, future::IntoFuture, marker::PhantomData};

use futures::future::BoxFuture;
use spark_connect_proto::connect::{self as pb, catalog::CatType};

pub use self::entries::{CatalogMetadata, Column, Database, FromRows, Function, Table, TablePartition};
use crate::{DataFrame, Session, error::Result, plan::LogicalPlan};

/// The catalog of a session, `SparkSession.catalog`.
#[derive(Clone, Debug)]
pub struct Catalog(Session);

/// An operation on the catalog that has not run yet.
#[must_use = "an operation on the catalog does nothing until it is awaited"]
pub struct CatalogCall<T> {
    frame: DataFrame,
    gives: PhantomData<fn() -> T>,
}

impl<T> CatalogCall<T> {
    /// The rows that the server gives.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }
}

impl<T: FromRows + Send + 'static> IntoFuture for CatalogCall<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { T::from_rows(&self.frame.collect().await?) })
    }
}

impl<T> fmt::Debug for CatalogCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogCall").field("frame", &self.frame).finish()
    }
}

impl Session {
    /// The catalog, `SparkSession.catalog`.
    pub fn catalog(&self) -> Catalog {
        Catalog(self.clone())
    }
}

fn text(value: Option<&str>) -> Option<String> {
    value.map(str::to_owned)
}

/// Operations whose only argument is a name.
macro_rules! named {
    ($($(#[$doc:meta])* $method:ident($argument:ident) $kind:ident $message:ident -> $gives:ty;)*) => {
        impl Catalog {
            $(
                $(#[$doc])*
                pub fn $method(&self, name: &str) -> CatalogCall<$gives> {
                    let mut message = pb::$message::default();
                    message.$argument = name.to_owned();
                    self.call(CatType::$kind(message))
                }
            )*
        }
    };
}

named! {
    /// Makes another catalog the current one, `Catalog.setCurrentCatalog`.
    set_current_catalog(catalog_name) SetCurrentCatalog SetCurrentCatalog -> ();
    /// Makes another database the current one, `Catalog.setCurrentDatabase`.
    set_current_database(db_name) SetCurrentDatabase SetCurrentDatabase -> ();
    /// A database, `Catalog.getDatabase`.
    get_database(db_name) GetDatabase GetDatabase -> Database;
    /// Whether there is a database, `Catalog.databaseExists`.
    database_exists(db_name) DatabaseExists DatabaseExists -> bool;
    /// A table or a view, `Catalog.getTable`.
    get_table(table_name) GetTable GetTable -> Table;
    /// A function, `Catalog.getFunction`.
    get_function(function_name) GetFunction GetFunction -> Function;
    /// Drops a view of this session; whether there was one, `Catalog.dropTempView`.
    drop_temp_view(view_name) DropTempView DropTempView -> bool;
    /// Drops a view of all sessions; whether there was one, `Catalog.dropGlobalTempView`.
    drop_global_temp_view(view_name) DropGlobalTempView DropGlobalTempView -> bool;
    /// Whether a table is kept in memory, `Catalog.isCached`.
    is_cached(table_name) IsCached IsCached -> bool;
    /// Keeps a table in memory no longer, `Catalog.uncacheTable`.
    uncache_table(table_name) UncacheTable UncacheTable -> ();
    /// Reads anew what is known of a table, `Catalog.refreshTable`.
    refresh_table(table_name) RefreshTable RefreshTable -> ();
    /// Reads anew what is known of a path, `Catalog.refreshByPath`.
    refresh_by_path(path) RefreshByPath RefreshByPath -> ();
    /// Finds the partitions of a table in its directories, `Catalog.recoverPartitions`.
    recover_partitions(table_name) RecoverPartitions RecoverPartitions -> ();
    /// The partitions of a table, `Catalog.listPartitions`. Since Spark 4.2.
    list_partitions(table_name) ListPartitions ListPartitions -> Vec<TablePartition>;
    /// The properties of a table, `Catalog.getTableProperties`. Since Spark 4.2.
    get_table_properties(table_name) GetTableProperties GetTableProperties -> BTreeMap<String, String>;
    /// Deletes the rows of a table, `Catalog.truncateTable`. Since Spark 4.2.
    truncate_table(table_name) TruncateTable TruncateTable -> ();
}

impl Catalog {
    fn call<T>(&self, operation: CatType) -> CatalogCall<T> {
        CatalogCall {
            frame: DataFrame::of(self.0.clone(), LogicalPlan::catalog(operation)),
            gives: PhantomData,
        }
    }

    /// The current catalog, `Catalog.currentCatalog`.
    pub fn current_catalog(&self) -> CatalogCall<String> {
        self.call(CatType::CurrentCatalog(pb::CurrentCatalog {}))
    }

    /// The current database, `Catalog.currentDatabase`.
    pub fn current_database(&self) -> CatalogCall<String> {
        self.call(CatType::CurrentDatabase(pb::CurrentDatabase {}))
    }

    /// The catalogs, `Catalog.listCatalogs`; those that a pattern matches, if there is one.
    pub fn list_catalogs(&self, pattern: Option<&str>) -> CatalogCall<Vec<CatalogMetadata>> {
        let pattern = text(pattern);
        self.call(CatType::ListCatalogs(pb::ListCatalogs { pattern }))
    }

    /// The databases of the current catalog, `Catalog.listDatabases`.
    pub fn list_databases(&self, pattern: Option<&str>) -> CatalogCall<Vec<Database>> {
        let pattern = text(pattern);
        self.call(CatType::ListDatabases(pb::ListDatabases { pattern }))
    }

    /// The tables and views of a database, or of the current one, `Catalog.listTables`.
    pub fn list_tables(&self, database: Option<&str>, pattern: Option<&str>) -> CatalogCall<Vec<Table>> {
        self.call(CatType::ListTables(pb::ListTables {
            db_name: text(database),
            pattern: text(pattern),
        }))
    }

    /// The views of a database, or of the current one, `Catalog.listViews`. A pattern needs a database. Since Spark 4.2.
    pub fn list_views(&self, database: Option<&str>, pattern: Option<&str>) -> CatalogCall<Vec<Table>> {
        self.call(CatType::ListViews(pb::ListViews {
            db_name: text(database),
            pattern: text(pattern),
        }))
    }

    /// The functions of a database, or of the current one, `Catalog.listFunctions`.
    pub fn list_functions(
        &self,
        database: Option<&str>,
        pattern: Option<&str>,
    ) -> CatalogCall<Vec<Function>> {
        self.call(CatType::ListFunctions(pb::ListFunctions {
            db_name: text(database),
            pattern: text(pattern),
        }))
    }

    /// The columns of a table, `Catalog.listColumns`.
    pub fn list_columns(&self, table: &str, database: Option<&str>) -> CatalogCall<Vec<Column>> {
        self.call(CatType::ListColumns(pb::ListColumns {
            table_name: table.to_owned(),
            db_name: text(database),
        }))
    }

    /// Whether there is a table or a view, `Catalog.tableExists`.
    pub fn table_exists(&self, table: &str, database: Option<&str>) -> CatalogCall<bool> {
        self.call(CatType::TableExists(pb::TableExists {
            table_name: table.to_owned(),
            db_name: text(database),
        }))
    }

    /// Whether there is a function, `Catalog.functionExists`.
    pub fn function_exists(&self, function: &str, database: Option<&str>) -> CatalogCall<bool> {
        self.call(CatType::FunctionExists(pb::FunctionExists {
            function_name: function.to_owned(),
            db_name: text(database),
        }))
    }

    /// A new table; read its frame, `Catalog.createTable`, or `Catalog.createExternalTable`.
    pub fn create_table(&self, table: pb::CreateTable) -> CatalogCall<()> {
        self.call(CatType::CreateTable(table))
    }

    /// Drops a table, `Catalog.dropTable`. Since Spark 4.2.
    pub fn drop_table(&self, table: &str, if_exists: bool, purge: bool) -> CatalogCall<()> {
        self.call(CatType::DropTable(pb::DropTable {
            table_name: table.to_owned(),
            if_exists,
            purge,
        }))
    }

    /// Drops a view, `Catalog.dropView`. Since Spark 4.2.
    pub fn drop_view(&self, view: &str, if_exists: bool) -> CatalogCall<()> {
        self.call(CatType::DropView(pb::DropView {
            view_name: view.to_owned(),
            if_exists,
        }))
    }

    /// A new database, `Catalog.createDatabase`. Since Spark 4.2.
    pub fn create_database(
        &self,
        database: &str,
        if_not_exists: bool,
        properties: BTreeMap<String, String>,
    ) -> CatalogCall<()> {
        self.call(CatType::CreateDatabase(pb::CreateDatabase {
            db_name: database.to_owned(),
            if_not_exists,
            properties,
        }))
    }

    /// Drops a database, `Catalog.dropDatabase`, with all that is in it if said. Since Spark 4.2.
    pub fn drop_database(&self, database: &str, if_exists: bool, cascade: bool) -> CatalogCall<()> {
        self.call(CatType::DropDatabase(pb::DropDatabase {
            db_name: database.to_owned(),
            if_exists,
            cascade,
        }))
    }

    /// Keeps a table in memory, `Catalog.cacheTable`.
    pub fn cache_table(&self, table: &str, storage_level: Option<pb::StorageLevel>) -> CatalogCall<()> {
        self.call(CatType::CacheTable(pb::CacheTable {
            table_name: table.to_owned(),
            storage_level,
        }))
    }

    /// Keeps no table in memory any longer, `Catalog.clearCache`.
    pub fn clear_cache(&self) -> CatalogCall<()> {
        self.call(CatType::ClearCache(pb::ClearCache {}))
    }

    /// The statement that makes a table, `Catalog.getCreateTableString`. Since Spark 4.2.
    pub fn get_create_table_string(&self, table: &str, as_serde: bool) -> CatalogCall<String> {
        self.call(CatType::GetCreateTableString(pb::GetCreateTableString {
            table_name: table.to_owned(),
            as_serde,
        }))
    }

    /// Counts rows and bytes of a table for the optimizer, `Catalog.analyzeTable`; with `no_scan` bytes only. Since
    /// Spark 4.2.
    pub fn analyze_table(&self, table: &str, no_scan: bool) -> CatalogCall<()> {
        self.call(CatType::AnalyzeTable(pb::AnalyzeTable {
            table_name: table.to_owned(),
            no_scan,
        }))
    }
}
