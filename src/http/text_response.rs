//! Sends small texts of a link (JSON, WebVTT, playlists, plain text) with an ETag, so
//! that caches can revalidate them.
//!
//! For [`super::links`] and [`super::videos`]. The router uses [`weaken`] on every response.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::memory_response::etag_matches;
use super::problem::Problem;

/// `Cache-Control` of a text. The token determines the workout, so only another version of the program
/// changes the text. A cache may use it for a day, and for a week more while no server answers.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=86400, stale-if-error=604800");

/// Answers with a text, or with 304 if the client's copy is still valid. The ETag is a digest of the text.
pub fn answer(request: &HeaderMap, kind: &'static str, text: String) -> Result<Response, Problem> {
    let etag = format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..16]);
    let tag = HeaderValue::from_str(&etag).map_err(|error| Problem::internal(error.to_string()))?;
    let mut response = if etag_matches(request.get(header::IF_NONE_MATCH), &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(text).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, KEPT);
    // Sent with uncompressed responses, too: a cache must keep the compressed and the plain form apart.
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// Makes the ETag of a compressed response weak, because a compressed response is another
/// representation (RFC 9110, 8.8.1).
pub async fn weaken(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(strong) = headers.get(header::ETAG)
        && !strong.as_bytes().starts_with(b"W/")
        && let Ok(weak) = HeaderValue::from_bytes(&[b"W/", strong.as_bytes()].concat())
    {
        headers.insert(header::ETAG, weak);
    }
    response
}
