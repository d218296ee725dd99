//! A session, as `api/session.ts` holds it.

use std::rc::Rc;

use js_sys::{Function, Uint8Array};
use send_wrapper::SendWrapper;
use spark_connect_client::{
    ConnectionString, DataFrame, Error, ErrorKind, Output, Result, RetryPolicy, Session, Transport, plan,
    proto,
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    arguments,
    call::Call,
    objects,
    run::{Operation, Run},
    token::{self, Tokens},
};

/// A session.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client {
    session: Session,
    connection: ConnectionString,
    base: String,
    tokens: Option<Rc<Tokens>>,
}

/// What a SQL text came to.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Relation {
    relation: proto::Relation,
    text: Rc<str>,
}

#[wasm_bindgen]
impl Client {
    /// Before anything else: `on_panic` is called with the text of a panic, after which nothing here works any more.
    pub fn prepare(on_panic: Function) {
        let on_panic = SendWrapper::new(on_panic);
        std::panic::set_hook(Box::new(move |panic| {
            // What it throws would only hide the panic.
            let _ = on_panic.call1(&JsValue::UNDEFINED, &panic.to_string().into());
        }));
    }

    /// A session on the server behind the bridge at `base`, an address without a slash at its end. The parameters are
    /// those of a connection string; `headers` are names and values in turn; `token` gives a token or a promise of one;
    /// `retry` is `patient`, `interactive` or `quick`. Nothing is sent yet.
    #[wasm_bindgen(constructor)]
    pub fn new(
        base: String,
        parameters: &str,
        headers: Vec<String>,
        token: Option<Function>,
        retry: &str,
    ) -> Result<Client, JsValue> {
        open(base, parameters, headers, token, retry).map_err(|error| objects::error(&error, ""))
    }

    /// The session's id on the server.
    #[wasm_bindgen(getter, js_name = sessionId)]
    pub fn session_id(&self) -> String {
        self.session.session_id().to_owned()
    }

    /// Asks for Spark's version: the first contact, which fails soon where nobody is.
    pub fn version(&self) -> Call {
        let session = self.session.with_retry_policy(RetryPolicy::quick());
        answer(async move { session.spark_version().await }, JsValue::from)
    }

    /// Sets a setting of the session.
    pub fn set(&self, key: String, value: String) -> Call {
        let session = self.session.clone();
        answer(async move { session.conf().set(&key, &value).await }, |_| {
            JsValue::UNDEFINED
        })
    }

    /// Has the server look at a SQL text, which runs a command. Gives a [`Relation`], of a query with at most `limit`
    /// rows. `tell` hears of progress.
    pub fn sql(&self, text: String, arguments: &JsValue, limit: Option<i32>, tell: Function) -> Call {
        let text: Rc<str> = text.into();
        let session = self.session.clone();
        let arguments = arguments::arguments(arguments);
        Call::start(async move {
            let looked = async {
                let plan = plan::sql_command_with(&text, arguments?);
                look(Operation::new(session.execute(plan), &session, tell), limit).await
            };
            match looked.await {
                Ok(relation) => Ok(Relation { relation, text }.into()),
                Err(error) => Err(objects::error(&error, &text)),
            }
        })
    }

    /// Asks for the columns that a relation has: `{ name, type, nullable }` each.
    pub fn schema(&self, relation: &Relation) -> Call {
        let text = relation.text.clone();
        let frame = DataFrame::new(self.session.clone(), relation.relation.clone());
        Call::start(async move {
            match frame.schema().await {
                Ok(schema) => Ok(objects::schema(&schema)),
                Err(error) => Err(objects::error(&error, &text)),
            }
        })
    }

    /// Makes a relation ready to be read: as Arrow IPC, or as JavaScript values. `tell` hears of progress. The server
    /// hears of it when the first batch is asked for.
    pub fn run(&self, relation: &Relation, values: bool, tell: Function) -> Run {
        let plan = plan::root(relation.relation.clone());
        let execution = match values {
            true => self.session.execute(plan),
            false => self.session.execute_ipc(plan),
        };
        Run::new(
            Operation::new(execution, &self.session, tell),
            relation.text.clone(),
        )
    }

    /// Interrupts everything that runs in the session. Gives the ids of the operations.
    #[wasm_bindgen(js_name = interruptAll)]
    pub fn interrupt_all(&self) -> Call {
        let session = self.session.clone();
        answer(async move { session.interrupt_all().await }, |ids| {
            objects::array(ids.into_iter().map(JsValue::from))
        })
    }

    /// Ends the session.
    pub fn release(&self) -> Call {
        let session = self.session.with_retry_policy(RetryPolicy::quick());
        answer(async move { session.release().await }, |()| JsValue::UNDEFINED)
    }

    /// The request that ends the session, for a page that goes away: `{ url, headers, body }`.
    #[wasm_bindgen(js_name = releaseRequest)]
    pub fn release_request(&self) -> JsValue {
        let (path, body) = self.session.release_request();
        let token = self.tokens.as_ref().and_then(|tokens| tokens.last());
        let token = token.map(|token| ("authorization".to_owned(), token));
        let grpc_web = [
            ("content-type", "application/grpc-web+proto"),
            ("x-grpc-web", "1"),
        ];
        let grpc_web = grpc_web.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = grpc_web
            .into_iter()
            .chain(self.connection.request_headers())
            .chain(token);
        let headers = headers.map(|(name, value)| objects::array([name.into(), value.into()]));
        objects::object([
            ("url", format!("{}{path}", self.base).into()),
            ("headers", objects::array(headers)),
            ("body", Uint8Array::from(body.as_slice()).into()),
        ])
    }
}

fn open(
    base: String,
    parameters: &str,
    headers: Vec<String>,
    token: Option<Function>,
    retry: &str,
) -> Result<Client> {
    let mut connection = ConnectionString::parse(&format!("sc://bridge/;{parameters}"))?;
    let pairs = headers.chunks_exact(2);
    connection.headers = pairs
        .map(|pair| (pair[0].to_ascii_lowercase(), pair[1].clone()))
        .collect();
    let policy = match retry {
        "patient" => RetryPolicy::default(),
        "interactive" => RetryPolicy::interactive(),
        "quick" => RetryPolicy::quick(),
        other => {
            let message = format!("retry is {other:?}. Write patient, interactive or quick.");
            return Err(Error::new(ErrorKind::Invalid, message));
        }
    };
    let mut transport = Transport::fetch_below(&base, &connection)?;
    let tokens = token.map(|provider| Rc::new(Tokens::new(provider)));
    if let Some(tokens) = &tokens {
        transport = token::with_tokens(transport, tokens.clone());
    }
    Ok(Client {
        session: Session::new(transport, &connection, policy),
        connection,
        base,
        tokens,
    })
}

/// Reads what a SQL command came to.
async fn look(mut operation: Operation, limit: Option<i32>) -> Result<proto::Relation> {
    let mut found = None;
    while let Some(output) = operation.next().await {
        if let Output::Sql(relation) = output? {
            found = Some(*relation);
        }
    }
    let relation = found.ok_or_else(|| {
        Error::new(
            ErrorKind::Protocol,
            "The server gave no answer to the SQL text. Its version may not fit this client.",
        )
    })?;
    Ok(match limit {
        Some(rows) if !plan::is_command_result(&relation) => plan::limit(relation, rows),
        _ => relation,
    })
}

/// A call whose answer becomes a JavaScript value.
fn answer<T: 'static>(
    work: impl Future<Output = Result<T>> + 'static,
    value: impl FnOnce(T) -> JsValue + 'static,
) -> Call {
    Call::start(async move {
        match work.await {
            Ok(answer) => Ok(value(answer)),
            Err(error) => Err(objects::error(&error, "")),
        }
    })
}
