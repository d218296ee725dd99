//! `spark.catalog`.

use spark_connect_client::{
    Catalog,
    catalog::{self, CatalogCall, FromRows},
    proto::{CreateTable, data_type},
};

use super::{
    convert::{self, flag, optional, required},
    entry::{self, Entry},
    error::raised,
    frame::PyFrame,
    storage,
    types::PyType,
    wrapped::wrapped,
};
use crate::{
    class::Class,
    exception::{self, R, raise},
    types,
    value::{Dict, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) static CATALOG: Class = Class {
    methods: METHODS,
    ..Class::named("Catalog", "pyspark.sql.connect.catalog")
};

wrapped!(PyCatalog(Catalog), CATALOG);

/// What an operation gives, as a value.
trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for () {
    fn into_value(self) -> Value {
        Value::None
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::text(self)
    }
}

impl IntoValue for Option<String> {
    fn into_value(self) -> Value {
        self.map_or(Value::None, Value::text)
    }
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Value {
        Value::list(self.into_iter().map(T::into_value).collect())
    }
}

impl IntoValue for Option<Vec<String>> {
    fn into_value(self) -> Value {
        self.map_or(Value::None, Vec::into_value)
    }
}

/// Entries: a class of named values each.
macro_rules! entries {
    ($($entry:ident $class:ident: $($field:ident)+;)*) => {
        $(
            impl IntoValue for catalog::$entry {
                fn into_value(self) -> Value {
                    Entry::value(&entry::$class, vec![$(self.$field.into_value()),+])
                }
            }
        )*
    };
}

entries! {
    CatalogMetadata CATALOG_METADATA: name description;
    Database DATABASE: name catalog description location_uri;
    Table TABLE: name catalog namespace description table_type is_temporary;
    Column COLUMN: name description data_type nullable is_partition is_bucket is_cluster;
    Function FUNCTION: name catalog namespace description class_name is_temporary;
    TablePartition TABLE_PARTITION: partition;
}

async fn run<T: FromRows + IntoValue + Send + 'static>(call: CatalogCall<T>) -> R<Value> {
    call.await.map(T::into_value).map_err(raised)
}

/// An operation without arguments.
macro_rules! plain {
    ($name:literal, $method:ident) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this] = args.exactly($name)?;
                run(PyCatalog::this(Some(&this))?.$method()).await
            })
        })
    };
}

/// An operation on one name.
macro_rules! named {
    ($name:literal, $parameter:literal, $method:ident) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this, name] = args.bind($name, ["self", $parameter], 2)?;
                let name = required(name, $parameter)?;
                run(PyCatalog::this(this.as_ref())?.$method(&name)).await
            })
        })
    };
}

/// A list of those that a pattern matches, perhaps of one database.
macro_rules! listed {
    ($name:literal, $method:ident) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this, pattern] = args.bind($name, ["self", "pattern"], 1)?;
                let pattern = optional(pattern, "pattern")?;
                run(PyCatalog::this(this.as_ref())?.$method(pattern.as_deref())).await
            })
        })
    };
    ($name:literal, $method:ident, of database) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this, database, pattern] = args.bind($name, ["self", "dbName", "pattern"], 1)?;
                let (database, pattern) = (optional(database, "dbName")?, optional(pattern, "pattern")?);
                run(PyCatalog::this(this.as_ref())?.$method(database.as_deref(), pattern.as_deref())).await
            })
        })
    };
}

/// An operation on one name, perhaps of one database.
macro_rules! of_database {
    ($name:literal, $parameter:literal, $method:ident) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this, name, database] = args.bind($name, ["self", $parameter, "dbName"], 2)?;
                let (name, database) = (required(name, $parameter)?, optional(database, "dbName")?);
                run(PyCatalog::this(this.as_ref())?.$method(&name, database.as_deref())).await
            })
        })
    };
}

/// An operation on one name, with a flag.
macro_rules! flagged {
    ($name:literal, $parameter:literal, $flag:literal, $method:ident) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this, name, set] = args.bind($name, ["self", $parameter, $flag], 2)?;
                let (name, set) = (required(name, $parameter)?, flag(set, false)?);
                run(PyCatalog::this(this.as_ref())?.$method(&name, set)).await
            })
        })
    };
}

/// An operation on one name, with two flags.
macro_rules! twice_flagged {
    ($name:literal, $parameter:literal, $first:literal, $second:literal, $method:ident) => {
        Native::action($name, |_, args| {
            Box::pin(async move {
                let [this, name, first, second] =
                    args.bind($name, ["self", $parameter, $first, $second], 2)?;
                let name = required(name, $parameter)?;
                let (first, second) = (flag(first, false)?, flag(second, false)?);
                run(PyCatalog::this(this.as_ref())?.$method(&name, first, second)).await
            })
        })
    };
}

static METHODS: &[Native] = &[
    plain!("currentCatalog", current_catalog),
    plain!("currentDatabase", current_database),
    plain!("clearCache", clear_cache),
    named!("setCurrentCatalog", "catalogName", set_current_catalog),
    named!("setCurrentDatabase", "dbName", set_current_database),
    named!("getDatabase", "dbName", get_database),
    named!("databaseExists", "dbName", database_exists),
    named!("getTable", "tableName", get_table),
    named!("getFunction", "functionName", get_function),
    named!("dropTempView", "viewName", drop_temp_view),
    named!("dropGlobalTempView", "viewName", drop_global_temp_view),
    named!("isCached", "tableName", is_cached),
    named!("uncacheTable", "tableName", uncache_table),
    named!("refreshTable", "tableName", refresh_table),
    named!("refreshByPath", "path", refresh_by_path),
    named!("recoverPartitions", "tableName", recover_partitions),
    named!("listPartitions", "tableName", list_partitions),
    named!("truncateTable", "tableName", truncate_table),
    listed!("listCatalogs", list_catalogs),
    listed!("listDatabases", list_databases),
    listed!("listTables", list_tables, of database),
    listed!("listViews", list_views, of database),
    listed!("listFunctions", list_functions, of database),
    of_database!("listColumns", "tableName", list_columns),
    of_database!("tableExists", "tableName", table_exists),
    of_database!("functionExists", "functionName", function_exists),
    flagged!("dropView", "viewName", "ifExists", drop_view),
    flagged!(
        "getCreateTableString",
        "tableName",
        "asSerde",
        get_create_table_string
    ),
    flagged!("analyzeTable", "tableName", "noScan", analyze_table),
    twice_flagged!("dropTable", "tableName", "ifExists", "purge", drop_table),
    twice_flagged!("dropDatabase", "dbName", "ifExists", "cascade", drop_database),
    Native::action("createDatabase", |_, args| Box::pin(create_database(args))),
    Native::action("getTableProperties", |_, args| {
        Box::pin(async move {
            let [this, table] = args.bind("getTableProperties", ["self", "tableName"], 2)?;
            let table = required(table, "tableName")?;
            let call = PyCatalog::this(this.as_ref())?.get_table_properties(&table);
            let properties = Dict::new();
            for (key, value) in call.await.map_err(raised)? {
                properties.insert(Value::text(key), Value::text(value))?;
            }
            Ok(Value::dict(properties))
        })
    }),
    Native::action("cacheTable", |_, args| {
        Box::pin(async move {
            let [this, table, level] = args.bind("cacheTable", ["self", "tableName", "storageLevel"], 2)?;
            let table = required(table, "tableName")?;
            let level = storage::optional(level, "storageLevel")?;
            run(PyCatalog::this(this.as_ref())?.cache_table(&table, level)).await
        })
    }),
    Native::action("createTable", |vm, args| {
        Box::pin(create_table(vm, args, "createTable"))
    }),
    Native::action("createExternalTable", |vm, args| {
        Box::pin(create_table(vm, args, "createExternalTable"))
    }),
];

async fn create_database(args: Arguments) -> R<Value> {
    let names = ["self", "dbName", "ifNotExists", "properties"];
    let [this, database, if_not_exists, properties] = args.bind("createDatabase", names, 2)?;
    let (database, if_not_exists) = (required(database, "dbName")?, flag(if_not_exists, false)?);
    let properties = convert::pairs(properties, "properties")?.into_iter().collect();
    run(PyCatalog::this(this.as_ref())?.create_database(&database, if_not_exists, properties)).await
}

async fn create_table(vm: &mut Vm, mut args: Arguments, name: &str) -> R<Value> {
    const NAMES: [&str; 6] = ["self", "tableName", "path", "source", "schema", "description"];
    // Every other keyword is an option of the source.
    let (named, options): (Vec<_>, Vec<_>) = std::mem::take(&mut args.named)
        .into_iter()
        .partition(|(key, _)| NAMES.contains(&key.as_str()));
    args.named = named;
    let [this, table, path, source, schema, description] = args.bind(name, NAMES, 2)?;
    let schema = match convert::given(schema) {
        None => None,
        Some(schema) => match schema.downcast::<PyType>() {
            Some(PyType(data_type)) if matches!(data_type.kind, Some(data_type::Kind::Struct(_))) => {
                Some(data_type.clone())
            }
            _ => {
                return Err(raise(
                    &exception::PYSPARK_TYPE_ERROR,
                    format!(
                        "[NOT_EXPECTED_TYPE] Argument `schema` should be of type struct type, got {}.",
                        types::class_of(&schema).name
                    ),
                ));
            }
        },
    };
    let mut pairs = Vec::new();
    for (key, value) in options {
        pairs.push((key.as_str().to_owned(), convert::option(&value)?));
    }
    let call = PyCatalog::this(this.as_ref())?.create_table(CreateTable {
        table_name: required(table, "tableName")?,
        path: optional(path, "path")?,
        source: optional(source, "source")?,
        description: optional(description, "description")?,
        schema,
        options: pairs.into_iter().collect(),
    });
    let frame = call.frame().clone();
    call.await.map_err(raised)?;
    Ok(PyFrame::of_step(vm, name, frame))
}
