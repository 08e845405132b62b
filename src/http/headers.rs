//! Security headers: they restrict what a browser does with a response.
//!
//! [`super::envelope`] adds them to every response. [`super::docs`] takes the policies of its pages from
//! here; the web app's policy is in [`super::app`].

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

/// Content security policy of the OpenAPI page. Its scripts are files. It writes styles into attributes,
/// which cannot be allowed by a digest.
pub(super) const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Content security policy of a page that loads nothing and has inline styles.
pub(super) const PLAIN_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Content security policy of everything else that a browser shows as a document:
/// problems, JSON, texts, redirects.
const NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Media types that get [`NOTHING`]. Scripts are left out, because a script's policy would apply
/// to the workers that run it. Videos and images are left out, because browsers show them with
/// styles and elements of their own.
const DOCUMENTS: [&str; 4] = [
    "text/html",
    "text/plain",
    "application/json",
    "application/problem+json",
];

/// Adds the security headers to a response. A browser must not guess another media type than the declared
/// one. A document without a policy may load nothing, and no other page may frame it.
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
    // A browser replaces the headers of its cached copy with those of a 304. So a 304
    // carries the page's own policy or none.
    let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
    if (is_document || redirects) && !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    }
}
