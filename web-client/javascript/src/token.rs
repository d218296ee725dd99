//! Tokens that JavaScript gives for each request, so that one that expires can be replaced in the middle of a query.

use std::{cell::RefCell, rc::Rc};

use http::{HeaderValue, Request, header::AUTHORIZATION};
use js_sys::{Function, Promise};
use send_wrapper::SendWrapper;
use spark_connect_client::Transport;
use tonic::{Status, body::Body};
use tower_service::Service;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Where tokens come from, and the last one.
#[derive(Debug)]
pub(crate) struct Tokens {
    provider: Function,
    last: RefCell<Option<String>>,
}

impl Tokens {
    pub(crate) fn new(provider: Function) -> Self {
        Self {
            provider,
            last: RefCell::default(),
        }
    }

    /// The value of `authorization` that was sent last, for a page that cannot wait for a new one.
    pub(crate) fn last(&self) -> Option<String> {
        self.last.borrow().clone()
    }

    async fn next(&self) -> Result<HeaderValue, Status> {
        let given = self.provider.call0(&JsValue::UNDEFINED);
        let given = match given {
            Ok(given) => JsFuture::from(Promise::resolve(&given)).await,
            Err(thrown) => Err(thrown),
        };
        let given = given.map_err(|error| {
            let reason = js_sys::Error::from(error).message();
            Status::unauthenticated(format!("The function that gives the token failed: {reason}"))
        })?;
        let token = given
            .as_string()
            .ok_or_else(|| Status::unauthenticated("The function that gives the token gave no string."))?;
        let bearer = format!("Bearer {token}");
        let mut header = HeaderValue::try_from(&bearer)
            .map_err(|_| Status::unauthenticated("The token holds characters that no header may have."))?;
        header.set_sensitive(true);
        self.last.replace(Some(bearer));
        Ok(header)
    }
}

/// The same way to the server, which asks for a token before each request.
pub(crate) fn with_tokens(transport: Transport, tokens: Rc<Tokens>) -> Transport {
    let tokens = SendWrapper::new(tokens);
    Transport::from_service(tower::service_fn(move |mut request: Request<Body>| {
        let (tokens, mut transport) = (tokens.clone(), transport.clone());
        SendWrapper::new(async move {
            let token = tokens.next().await?;
            request.headers_mut().insert(AUTHORIZATION, token);
            transport.call(request).await
        })
    }))
}
