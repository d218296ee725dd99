//! The browser's database: one record a notebook, with a revision that only goes up.

use std::rc::Rc;

use idb::{DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

const NAME: &str = "spark-notebook";
const STORE: &str = "notebooks";

/// One kept notebook.
pub(super) struct Record {
    /// Counts the times it was stored.
    pub(super) revision: u64,
    /// The tab that stored it.
    pub(super) writer: String,
    /// The notebook's text.
    pub(super) text: String,
}

/// What came of storing.
pub(super) enum Put {
    /// It is stored, as this revision.
    Stored(u64),
    /// Another revision is stored than the one that the change is based on.
    Conflict,
}

/// The open database.
#[derive(Clone)]
pub(super) struct Database(Rc<idb::Database>);

impl Database {
    /// Opens the database, and makes it if there is none.
    pub(super) async fn open() -> Result<Self, String> {
        let open = || -> Result<_, idb::Error> {
            let mut request = Factory::new()?.open(NAME, Some(1))?;
            request.on_upgrade_needed(|event| {
                // If it fails, so does the opening, which tells why.
                let _ = event.database().map(|database| {
                    database
                        .create_object_store(STORE, ObjectStoreParams::new())
                        .map(drop)
                });
            });
            Ok(request)
        };
        let database = open().map_err(reason)?.await.map_err(reason)?;
        Ok(Self(Rc::new(database)))
    }

    /// The record of that notebook, if there is one.
    pub(super) async fn get(&self, id: &str) -> Result<Option<Record>, String> {
        let value = async {
            let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
            transaction.object_store(STORE)?.get(JsValue::from(id))?.await
        };
        Ok(value.await.map_err(reason)?.as_ref().and_then(read))
    }

    /// Stores a record on top of the revision that it names, in one transaction.
    pub(super) async fn put(&self, id: &str, record: Record) -> Result<Put, String> {
        let put = async {
            let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
            let store = transaction.object_store(STORE)?;
            let stored = store.get(JsValue::from(id))?.await?.as_ref().and_then(read);
            if stored.is_some_and(|stored| stored.revision != record.revision) {
                return Ok(Put::Conflict);
            }
            let revision = record.revision + 1;
            store
                .put(&write(&record, revision), Some(&JsValue::from(id)))?
                .await?;
            transaction.commit()?.await?;
            Ok(Put::Stored(revision))
        };
        put.await.map_err(reason)
    }
}

fn reason(error: idb::Error) -> String {
    let reason = error.to_string();
    if reason.contains("Quota") {
        "the browser's storage for this page is full".into()
    } else {
        reason
    }
}

fn read(value: &JsValue) -> Option<Record> {
    let field = |name: &str| Reflect::get(value, &name.into()).ok();
    Some(Record {
        revision: field("revision")?.as_f64()? as u64,
        writer: field("writer")?.as_string()?,
        text: field("text")?.as_string()?,
    })
}

fn write(record: &Record, revision: u64) -> JsValue {
    let object = Object::new();
    let fields = [
        ("revision", JsValue::from(revision as f64)),
        ("writer", JsValue::from(&record.writer)),
        ("text", JsValue::from(&record.text)),
    ];
    for (name, value) in fields {
        // A new plain object takes every property.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
