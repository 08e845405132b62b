//! The web app: serves the files of the exported web page, which `make web` builds and the binary embeds.
//!
//! For browsers. The export is built with `PLACEHOLDER` as its base path. The server learns the
//! real base path only at its start and replaces the placeholder then. A binary that was built
//! without Node has no web app: [`App::embedded`] returns `None`, and `/` explains how to build
//! one. This module answers no API route.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};

use super::AppState;
use super::memory_response::etag_matches;
use super::problem::Problem;
use super::range_response::IMMUTABLE;

#[derive(Embed)]
#[folder = "web/dist"]
struct Export;

/// The text that the export holds in place of the base path. `web/next.config.ts` holds the same text.
const PLACEHOLDER: &str = "/__base_path__";
/// The file that a folder's URL shows.
const INDEX: &str = "index.html";
/// The page for URLs that do not exist.
const NOT_FOUND: &str = "404.html";
/// Folder of files whose names hold a digest of their content.
const HASHED: &str = "_next/static/";
/// `Cache-Control` of all other files: browsers revalidate them on each use, so a new version shows at once.
const REVALIDATED: &str = "no-cache";

/// The files of the web app in memory, by their path in the export.
#[derive(Debug, Default)]
pub struct App {
    files: HashMap<String, File>,
}

#[derive(Debug, Clone)]
struct File {
    content: Bytes,
    headers: HeaderMap,
    etag: String,
}

impl App {
    /// Loads the embedded web app for a server below `base_path`. `None` if the binary embeds no web app.
    #[must_use]
    pub fn embedded(base_path: &str) -> Option<Self> {
        let files = Export::iter().filter_map(|name| {
            let embedded = Export::get(&name)?;
            let media = embedded.metadata.mimetype();
            let file = File::new(&name, media, &embedded.data, base_path)?;
            Some((name.into_owned(), file))
        });
        let app = Self {
            files: files.collect(),
        };
        app.files.contains_key(INDEX).then_some(app)
    }

    /// Answers `path`, which no route has. `path` is the path as it stands in the URL, without the base path.
    /// `None` if the web app has nothing for it.
    fn answer(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let name = path.trim_start_matches('/');
        let folder = if name.is_empty() || name.ends_with('/') {
            format!("{name}{INDEX}")
        } else {
            format!("{name}/{INDEX}")
        };
        let answer = |file: &File| file.answer(StatusCode::OK, request);
        if let Some(file) = self.files.get(name) {
            return Some(answer(file));
        }
        if let Some(file) = self.files.get(&folder) {
            if name.is_empty() || name.ends_with('/') {
                return Some(answer(file));
            }
            // The location is relative (`plan` -> `plan/`), so it is correct below any base path.
            let last = name.rsplit('/').next().unwrap_or(name);
            let location = HeaderValue::from_str(&format!("{last}/")).ok()?;
            return Some((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response());
        }
        // A browser gets the page for unknown URLs; a program gets a problem.
        let page = self.files.get(NOT_FOUND).filter(|_| {
            let accepts = request.get(header::ACCEPT).and_then(|value| value.to_str().ok());
            accepts.is_some_and(|kinds| kinds.contains("text/html")) && !name.starts_with("api/")
        })?;
        Some(page.answer(StatusCode::NOT_FOUND, request))
    }
}

impl File {
    fn new(name: &str, media: &str, data: &[u8], base_path: &str) -> Option<Self> {
        let text = ["text/", "application/json", "application/manifest", "image/svg"];
        let is_text = text.iter().any(|kind| media.starts_with(kind));
        let content = match std::str::from_utf8(data) {
            Ok(text) if is_text => Bytes::from(text.replace(PLACEHOLDER, base_path)),
            _ => Bytes::copy_from_slice(data),
        };
        let cache = if name.starts_with(HASHED) {
            IMMUTABLE
        } else {
            REVALIDATED
        };
        let kind = match media {
            text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
            other => other.to_owned(),
        };
        let etag = format!("\"{}\"", &blake3::hash(&content).to_hex()[..16]);
        let mut headers = HeaderMap::new();
        let mut add = |name: HeaderName, value: &str| {
            headers.insert(name, HeaderValue::from_str(value).ok()?);
            Some(())
        };
        add(header::CONTENT_TYPE, &kind)?;
        add(header::ETAG, &etag)?;
        add(header::CACHE_CONTROL, cache)?;
        add(header::VARY, "accept-encoding")?;
        add(header::X_CONTENT_TYPE_OPTIONS, "nosniff")?;
        if media == "text/html" {
            let page = String::from_utf8_lossy(&content);
            add(header::CONTENT_SECURITY_POLICY, &policy(&page))?;
            add(header::REFERRER_POLICY, "same-origin")?;
        }
        Some(Self {
            content,
            headers,
            etag,
        })
    }

    fn answer(&self, status: StatusCode, request: &HeaderMap) -> Response {
        let (status, body) = if etag_matches(request.get(header::IF_NONE_MATCH), &self.etag) {
            (StatusCode::NOT_MODIFIED, Body::empty())
        } else {
            (status, Body::from(self.content.clone()))
        };
        (status, self.headers.clone(), body).into_response()
    }
}

/// Content security policy of a page: it may load files of this server, and may run the inline scripts that
/// it contains, by their hashes.
fn policy(page: &str) -> String {
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    // React writes styles into attributes, which cannot be allowed by a hash. `data:` and `blob:` are images
    // and sound that the page itself makes.
    format!(
        "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; font-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
}

/// Returns the inline scripts of a page: the text between `<script>` and `</script>`. The page comes from our
/// own build, so it has no comments and no CDATA around scripts.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        let inline = !attributes.contains("src=");
        inline.then_some(script)
    })
}

/// Answers every path that has no other route: with a file of the web app, or with 404.
pub(super) async fn serve(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let app = state
        .app
        .filter(|_| method == Method::GET || method == Method::HEAD);
    app.and_then(|app| app.answer(uri.path(), &headers))
        .ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))
}

/// Answers `/` with the first page. `None` if the binary has no web app.
pub(super) fn home(state: &AppState, headers: &HeaderMap) -> Option<Response> {
    state.app.as_ref()?.answer("/", headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(base_path: &str) -> App {
        let file = |name: &str, media: &str, text: &str| {
            let file = File::new(name, media, text.as_bytes(), base_path).unwrap();
            (name.to_owned(), file)
        };
        let page = "<html><script src=\"/__base_path__/_next/static/a.js\"></script><script>go()</script>\
                    <script id=\"x\">1</script>";
        App {
            files: [
                file("index.html", "text/html", page),
                file("plan/index.html", "text/html", "plan"),
                file("404.html", "text/html", "nothing"),
                file("_next/static/a.js", "text/javascript", "p=\"/__base_path__\""),
                file("icon.png", "image/png", "/__base_path__"),
            ]
            .into(),
        }
    }

    async fn get(app: &App, path: &str, accept: &str) -> Option<(StatusCode, HeaderMap, String)> {
        let request = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
        let (parts, body) = app.answer(path, &request)?.into_parts();
        let body = axum::body::to_bytes(body, 10_000).await.unwrap();
        Some((
            parts.status,
            parts.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        ))
    }

    #[tokio::test]
    async fn pages_scripts_and_images_are_found_and_nothing_else() {
        let app = app("/coach");
        let (status, headers, page) = get(&app, "/", "text/html").await.unwrap();
        assert_eq!(
            (status, &headers[header::CACHE_CONTROL]),
            (StatusCode::OK, &"no-cache".parse().unwrap())
        );
        assert!(page.contains("/coach/_next/static/a.js"), "{page}");
        let (_, headers, script) = get(&app, "/_next/static/a.js", "*/*").await.unwrap();
        assert_eq!(
            (headers[header::CACHE_CONTROL].as_bytes(), script.as_str()),
            (IMMUTABLE.as_bytes(), "p=\"/coach\"")
        );
        let (.., image) = get(&app, "/icon.png", "*/*").await.unwrap();
        assert_eq!(image, PLACEHOLDER, "a picture is no text");
        assert_eq!(get(&app, "/plan/", "*/*").await.unwrap().2, "plan");
        let (status, headers, _) = get(&app, "/plan", "*/*").await.unwrap();
        assert_eq!(
            (status.as_u16(), headers[header::LOCATION].as_bytes()),
            (308, &b"plan/"[..])
        );
        let (status, _, page) = get(&app, "/none", "text/html,*/*").await.unwrap();
        assert_eq!((status.as_u16(), page.as_str()), (404, "nothing"));
        for (path, accept) in [
            ("/none", "*/*"),
            ("/api/none", "text/html"),
            ("/../Cargo.toml", "*/*"),
        ] {
            assert!(get(&app, path, accept).await.is_none(), "{path}");
        }
    }

    #[tokio::test]
    async fn a_page_may_run_its_own_scripts_and_no_others() {
        let (_, headers, page) = get(&app(""), "/", "text/html").await.unwrap();
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert_eq!(inline_scripts(&page).collect::<Vec<_>>(), ["go()", "1"]);
        // printf 'go()' | openssl dgst -sha256 -binary | base64
        assert!(
            policy.contains("'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"),
            "{policy}"
        );
        assert_eq!(policy.matches("'sha256-").count(), 2, "{policy}");
        let script_src = policy
            .split("; ")
            .find(|part| part.starts_with("script-src"))
            .unwrap();
        assert!(!script_src.contains("unsafe"), "{script_src}");
    }

    #[tokio::test]
    async fn a_copy_that_is_still_good_is_not_sent_again() {
        let app = app("");
        let etag = app.files["index.html"].etag.clone();
        let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag.parse().unwrap())]);
        let answer = app.answer("/", &request).unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
    }
}
