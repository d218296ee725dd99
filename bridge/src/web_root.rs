//! The notebook's files as the build left them: each with a brotli and a gzip twin, hashed names below `assets/`.
//!
//! Chooses a twin, answers conditional requests and sets the security headers. Knows nothing of what is inside.

use std::{
    collections::HashMap,
    fmt, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
        IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use rust_embed::RustEmbed;
use tonic::Code;

use crate::dialect::Refusal;

#[derive(RustEmbed)]
#[folder = "../target/web-root"]
struct Embedded;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>The notebook is not built</title>\
    <h1>The notebook is not part of this bridge yet</h1>\
    <p>Build it with <code>cargo xtask build</code> in the source tree, then start the bridge again. \
    Calls to Spark are answered without it.</p></html>\n";

/// What the pages may load and do; which sites may show them comes behind it.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
     style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors";

const HEADERS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
];

/// How a file is encoded for the way, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

struct File {
    media_type: &'static str,
    immutable: bool,
    hash: u64,
    bodies: Vec<(Encoding, Bytes)>,
}

/// The files to serve, in memory.
pub struct WebRoot {
    files: HashMap<String, File>,
    /// Whether a page is missing when there is none.
    has_index: bool,
}

impl fmt::Debug for WebRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebRoot")
            .field("files", &self.files.len())
            .finish()
    }
}

impl WebRoot {
    /// What was in `target/web-root` when the bridge was built; empty if nothing was.
    pub fn embedded() -> Self {
        Self::from_files(Embedded::iter().filter_map(|name| {
            let data = match Embedded::get(&name)?.data {
                std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
                std::borrow::Cow::Owned(data) => Bytes::from(data),
            };
            Some((name.into_owned(), data))
        }))
    }

    /// Files by their path below the root, `/` between its parts. `NAME.br` and `NAME.gz` are the twins of `NAME`.
    pub fn from_files(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut contents: HashMap<String, Bytes> = files.into_iter().collect();
        let names: Vec<String> = contents
            .keys()
            .filter(|name| !name.ends_with(".br") && !name.ends_with(".gz"))
            .cloned()
            .collect();
        let files = names.into_iter().map(|name| {
            let bodies: Vec<_> = Encoding::ALL
                .into_iter()
                .filter_map(|encoding| {
                    Some((
                        encoding,
                        contents.remove(&format!("{name}{}", encoding.suffix()))?,
                    ))
                })
                .collect();
            let mut hasher = DefaultHasher::new();
            for (_, body) in &bodies {
                body.hash(&mut hasher);
            }
            let file = File {
                media_type: media_type(&name),
                immutable: name.starts_with("assets/"),
                hash: hasher.finish(),
                bodies,
            };
            (name, file)
        });
        Self {
            files: files.collect(),
            has_index: true,
        }
    }

    /// No files, and no page either.
    pub(crate) fn nothing() -> Self {
        Self {
            has_index: false,
            ..Self::from_files([])
        }
    }

    /// The files below a directory.
    pub(crate) fn from_directory(directory: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        collect(directory, "", &mut files)?;
        Ok(Self::from_files(files))
    }
}

fn collect(directory: &Path, prefix: &str, files: &mut Vec<(String, Bytes)>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = entry.path();
        // Follows links, as whoever made them expects.
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            files.push((format!("{prefix}{name}"), fs::read(&path)?.into()));
        }
    }
    Ok(())
}

/// Answers a request for a file.
pub(crate) async fn serve(State(root): State<Arc<WebRoot>>, request: Request) -> Response {
    let headers = request.headers();
    let path = request.uri().path();
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let sentence = format!("There is nothing at {path} that takes {}.", request.method());
        return Refusal::method("GET, HEAD", sentence).answer(headers);
    }
    let name = match path.strip_prefix('/').unwrap_or(path) {
        "" => "index.html",
        name => name,
    };
    match root.files.get(name) {
        Some(file) => file.answer(headers),
        None if name == "index.html" && root.has_index => {
            let html = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
            ];
            (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
        }
        None => {
            let sentence = format!("There is nothing at {path}.");
            let refusal = Refusal {
                http: StatusCode::NOT_FOUND,
                grpc: Code::Unimplemented,
                sentence,
                allow: None,
            };
            refusal.answer(headers)
        }
    }
}

impl File {
    fn answer(&self, request: &HeaderMap) -> Response {
        let accepted = Accepted::of(request);
        let Some((encoding, body)) = self
            .bodies
            .iter()
            .filter(|(encoding, _)| accepted.weight(*encoding) > 0)
            // The last of equals wins, and the best encoding is listed first.
            .rev()
            .max_by_key(|(encoding, _)| accepted.weight(*encoding))
            // Who welcomes nothing gets the file as it is.
            .or(self.bodies.last())
        else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let etag = format!("\"{:016x}-{}\"", self.hash, encoding.name());
        let cache = if self.immutable {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        let known = is_known(request, &etag);
        if let Ok(etag) = HeaderValue::try_from(etag) {
            headers.insert(ETAG, etag);
        }
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if *encoding != Encoding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        *response.body_mut() = Body::from(body.clone());
        response
    }
}

/// The request's `Accept-Encoding`, weights in thousandths.
#[derive(Debug, Default)]
struct Accepted {
    listed: Vec<(String, u16)>,
}

impl Accepted {
    fn of(request: &HeaderMap) -> Self {
        let values = request
            .get_all(ACCEPT_ENCODING)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        let listed = values.flat_map(|value| value.split(',')).map(|item| {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = match parameters.trim().strip_prefix(['q', 'Q']) {
                Some(weight) => weight
                    .trim_start()
                    .strip_prefix('=')
                    .and_then(|weight| weight.trim().parse::<f32>().ok())
                    .map_or(0, |weight| (weight.clamp(0.0, 1.0) * 1000.0) as u16),
                None => 1000,
            };
            (name.trim().to_ascii_lowercase(), weight)
        });
        Self {
            listed: listed.collect(),
        }
    }

    /// How welcome an encoding is. Nobody has to list `identity`, so it is better than what is refused.
    fn weight(&self, encoding: Encoding) -> u32 {
        let find = |name: &str| {
            self.listed
                .iter()
                .find(|(listed, _)| listed == name)
                .map(|(_, weight)| *weight)
        };
        match find(encoding.name()).or_else(|| find("*")) {
            Some(weight) => u32::from(weight) * 2,
            None if encoding == Encoding::Identity => 1,
            None => 0,
        }
    }
}

fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let values = request
        .get_all(IF_NONE_MATCH)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|item| item.trim().trim_start_matches("W/"))
        .any(|item| item == "*" || item == etag)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "ts" => "application/typescript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The pages' security policy, with the sites that may show them in a frame.
pub(crate) fn policy(frame_ancestors: &[String]) -> HeaderValue {
    let ancestors = match frame_ancestors {
        [] => "'none'".to_owned(),
        sources => sources.join(" "),
    };
    // The sources were looked at when they were read.
    HeaderValue::try_from(format!("{POLICY} {ancestors}"))
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// Sets the headers that keep foreign code out of our pages, and our pages out of foreign ones.
pub(crate) async fn security_headers(
    State(policy): State<HeaderValue>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
