//! Headers that keep browsers from taking an answer for more than it is.
//!
//! For [`super::envelope`], which adds them to every answer, and for the pages, whose policies say what they load.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

/// For the OpenAPI page. Its scripts are files; it writes styles into attributes, which have no digest.
pub(super) const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// For a page that loads nothing, with styles of its own.
pub(super) const PLAIN_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// For whatever else a browser shows as a document: problems, JSON, texts, redirects.
const NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Media types of such documents. Not of scripts, whose policy would be that of workers, nor of videos and images,
/// which browsers show by styles and elements of their own.
const DOCUMENTS: [&str; 4] = [
    "text/html",
    "text/plain",
    "application/json",
    "application/problem+json",
];

/// Says of an answer that it is what its type says, and, of a document without a policy, that it loads nothing and is
/// shown in no other page.
pub(super) fn protect(status: StatusCode, headers: &mut HeaderMap) {
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let is_document = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        DOCUMENTS
            .iter()
            .any(|document| kind.as_bytes().starts_with(document.as_bytes()))
    });
    // 304 brings the headers that are to replace those of the copy, so it has the policy of the page or none.
    let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
    if (is_document || redirects) && !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    }
}
