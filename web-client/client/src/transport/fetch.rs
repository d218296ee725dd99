//! grpc-web over the browser's fetch, in a page or in a worker.
//!
//! The response is read into one buffer that is used again and again where the browser can (a BYOB reader), so that
//! the browser allocates nothing per chunk. Dropping a response aborts its request.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::BodyExt;
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use tonic::{Status, body::Body};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStream, ReadableStreamByobReader, ReadableStreamDefaultReader,
    ReadableStreamGetReaderOptions, ReadableStreamReaderMode, RequestInit,
};

use super::{Transport, framing::GrpcWebBody, not_grpc};
use crate::{connection::ConnectionString, error::Error};

/// Half of what Chromium holds ready of a response.
const BUFFER: u32 = 256 * 1024;

#[wasm_bindgen]
extern "C" {
    // The same in a page and in a worker.
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> js_sys::Promise;
}

impl Transport {
    /// grpc-web over fetch, to a bridge.
    pub fn fetch(connection: &ConnectionString) -> Result<Self, Error> {
        Self::fetch_below(&connection.base_url(), connection)
    }

    /// grpc-web over fetch, to a bridge that is below an address: `https://example.com/spark`, without a slash at the
    /// end. The connection string gives the headers.
    pub fn fetch_below(base: &str, connection: &ConnectionString) -> Result<Self, Error> {
        let base = base.to_owned();
        let service = tower::service_fn(move |request: Request<Body>| {
            let base = base.clone();
            SendWrapper::new(async move { call(&base, request).await })
        });
        Self::from_service(service).with_headers_of(connection)
    }
}

async fn call(base: &str, request: Request<Body>) -> Result<Response<Body>, Status> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let url = format!("{base}{}", parts.uri.path());

    let abort = Abort(AbortController::new().map_err(|e| broken(&e))?);
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_signal(Some(&abort.0.signal()));
    init.set_body(&Uint8Array::from(body.as_ref()));
    init.set_headers(request_headers(&parts.headers)?.as_ref());

    let response = JsFuture::from(global_fetch(&url, &init)).await.map_err(|error| {
        Status::unavailable(format!(
            "{base} cannot be reached ({}). Check the address, and that the bridge is running.",
            text(&error)
        ))
    })?;
    let response: web_sys::Response = response.unchecked_into();
    let status = StatusCode::from_u16(response.status()).map_err(|e| Status::internal(e.to_string()))?;
    let headers = response_headers(&response);
    if let Some(status) = not_grpc(status, &headers, base) {
        return Err(status);
    }
    let body = match response.body() {
        Some(stream) => {
            let body = FetchBody(SendWrapper::new(Reading::new(&stream, abort)?));
            Body::new(GrpcWebBody::new(body, &headers))
        }
        None => Body::empty(),
    };
    let mut translated = Response::new(body);
    *translated.status_mut() = status;
    *translated.headers_mut() = headers;
    Ok(translated)
}

fn request_headers(headers: &HeaderMap) -> Result<web_sys::Headers, Status> {
    let translated = web_sys::Headers::new().map_err(|e| broken(&e))?;
    for (name, value) in headers {
        // The browser sets its own; it refuses to send these.
        if name == header::TE || name == header::USER_AGENT || name == header::CONTENT_TYPE {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        translated.append(name.as_str(), &value).map_err(|e| broken(&e))?;
    }
    for (name, value) in [
        ("content-type", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
    ] {
        translated.set(name, value).map_err(|e| broken(&e))?;
    }
    Ok(translated)
}

fn response_headers(response: &web_sys::Response) -> HeaderMap {
    let mut translated = HeaderMap::new();
    for entry in response.headers().entries().into_iter().flatten() {
        let pair: js_sys::Array = entry.unchecked_into();
        let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) else {
            continue;
        };
        // A browser shows the bytes of a header as code points up to 255.
        let bytes: Vec<u8> = value
            .chars()
            .map(|c| u8::try_from(c as u32).unwrap_or(b'?'))
            .collect();
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(&bytes)) {
            translated.append(name, value);
        }
    }
    translated
}

/// Aborts the request when dropped; a request that is over does not mind.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

enum Reader {
    /// Reads into a buffer of ours, which goes back and forth.
    Byob(ReadableStreamByobReader),
    /// Where the browser has no such reader for responses.
    Default(ReadableStreamDefaultReader),
}

/// A response body that is being read.
struct Reading {
    reader: Reader,
    pending: Option<JsFuture>,
    buffer: Option<ArrayBuffer>,
    _abort: Abort,
}

impl Reading {
    fn new(stream: &ReadableStream, abort: Abort) -> Result<Self, Status> {
        let options = ReadableStreamGetReaderOptions::new();
        options.set_mode(ReadableStreamReaderMode::Byob);
        let byob = Reflect::get(stream, &"getReader".into())
            .and_then(|f| f.unchecked_into::<js_sys::Function>().call1(stream, &options));
        let reader = match byob {
            Ok(reader) => Reader::Byob(reader.unchecked_into()),
            Err(_) => Reader::Default(stream.get_reader().unchecked_into()),
        };
        let buffer = matches!(reader, Reader::Byob(_)).then(|| ArrayBuffer::new(BUFFER));
        Ok(Self {
            reader,
            pending: None,
            buffer,
            _abort: abort,
        })
    }

    fn start(&mut self) -> JsFuture {
        let promise = match &self.reader {
            Reader::Byob(reader) => {
                let buffer = self.buffer.take().unwrap_or_else(|| ArrayBuffer::new(BUFFER));
                reader.read_with_array_buffer_view(&Uint8Array::new(&buffer))
            }
            Reader::Default(reader) => reader.read(),
        };
        JsFuture::from(promise)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        let mut pending = match self.pending.take() {
            Some(pending) => pending,
            None => self.start(),
        };
        let Poll::Ready(result) = Pin::new(&mut pending).poll(cx) else {
            self.pending = Some(pending);
            return Poll::Pending;
        };
        let result = match result {
            Ok(result) => result,
            Err(error) => {
                return Poll::Ready(Some(Err(Status::unavailable(format!(
                    "The connection broke in the middle of a response ({}).",
                    text(&error)
                )))));
            }
        };
        let field = |name: &str| Reflect::get(&result, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return Poll::Ready(None);
        }
        let chunk: Uint8Array = field("value").unchecked_into();
        let bytes = Bytes::from(chunk.to_vec());
        if matches!(self.reader, Reader::Byob(_)) {
            self.buffer = Some(chunk.buffer());
        }
        Poll::Ready(Some(Ok(bytes)))
    }
}

/// The body for `http_body`, which wants it to be `Send`; wasm has one thread only.
struct FetchBody(SendWrapper<Reading>);

impl http_body::Body for FetchBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let bytes = ready!(self.0.poll(cx));
        Poll::Ready(bytes.map(|bytes| bytes.map(Frame::data)))
    }
}

fn text(error: &JsValue) -> String {
    Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

fn broken(error: &JsValue) -> Status {
    Status::internal(format!("The browser refuses the request ({}).", text(error)))
}
