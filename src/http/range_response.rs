//! Answers GET and HEAD with a virtual file: validators, byte ranges, multipart bodies.
//!
//! For the routes of videos and HLS segments. [`select_ranges`] parses the ranges, and [`VirtualFile`]
//! reads the bytes; this module builds the response. Section numbers are of RFC 9110.
//! [`super::memory_response`] serves files from memory.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt as _, stream};

use super::problem::Problem;
use crate::deliver::{DeliverError, RangeSelection, VirtualFile, etag_matches, select_ranges};

/// The headers of a file's response that depend on the route.
#[derive(Debug, Clone, Copy)]
pub struct FileHeaders<'a> {
    /// `Content-Type`.
    pub media_type: &'a str,
    /// `Cache-Control`.
    pub cache_control: &'static str,
    /// `Content-Disposition`, if the client should save the file.
    pub disposition: Option<&'a str>,
}

/// `Cache-Control` of responses that change when the server's clips or loops change: caches use them for five
/// minutes, and then revalidate them by the ETag.
pub const FIVE_MINUTES: &str = "public, max-age=300";
/// `Cache-Control` of files whose name changes with their content.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Answers GET and HEAD with the file, with ranges of it, with 304 or with 416.
pub fn answer(
    method: &Method,
    request: &HeaderMap,
    file: &VirtualFile,
    headers: FileHeaders<'_>,
) -> Result<Response, Problem> {
    let text = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
    let mut answer = if text(header::IF_NONE_MATCH).is_some_and(|tags| etag_matches(tags, file.etag())) {
        Answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        // 14.2: ranges are defined only for GET.
        let range = text(header::RANGE).filter(|_| method == Method::GET);
        match select_ranges(range, text(header::IF_RANGE), file.etag(), file.len()) {
            RangeSelection::Whole => Answer::whole(file, headers),
            RangeSelection::Unsatisfiable => {
                let mut answer = Answer::empty(StatusCode::RANGE_NOT_SATISFIABLE);
                let content_range = format!("bytes */{}", file.len());
                answer.headers.push((header::CONTENT_RANGE, content_range));
                answer
            }
            RangeSelection::Parts(parts) => match parts.as_slice() {
                [part] => Answer::part(file, part.clone(), headers),
                _ => Answer::several(file, parts, headers),
            },
        }
    };
    answer.headers.push((header::ETAG, file.etag().to_owned()));
    answer.headers.push((header::ACCEPT_RANGES, "bytes".to_owned()));
    answer
        .headers
        .push((header::CACHE_CONTROL, headers.cache_control.to_owned()));
    if let Some(disposition) = headers.disposition {
        answer
            .headers
            .push((header::CONTENT_DISPOSITION, disposition.to_owned()));
    }
    answer.respond(method)
}

/// The parts of a response.
struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Body,
}

impl Answer {
    fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::empty(),
        }
    }

    fn whole(file: &VirtualFile, headers: FileHeaders<'_>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: vec![
                (header::CONTENT_TYPE, headers.media_type.to_owned()),
                (header::CONTENT_LENGTH, file.len().to_string()),
            ],
            body: Body::from_stream(logged(file.read(0..file.len()).stream())),
        }
    }

    fn part(file: &VirtualFile, part: std::ops::Range<u64>, headers: FileHeaders<'_>) -> Self {
        Self {
            status: StatusCode::PARTIAL_CONTENT,
            headers: vec![
                (header::CONTENT_TYPE, headers.media_type.to_owned()),
                (header::CONTENT_LENGTH, (part.end - part.start).to_string()),
                (header::CONTENT_RANGE, content_range(&part, file)),
            ],
            body: Body::from_stream(logged(file.read(part).stream())),
        }
    }

    /// Builds a `multipart/byteranges` body (14.6). The boundary is the file's ETag, 128 bits of a digest: a
    /// file does not contain its own digest by chance.
    fn several(file: &VirtualFile, parts: Vec<std::ops::Range<u64>>, headers: FileHeaders<'_>) -> Self {
        let boundary = file.etag().trim_matches('"').to_owned();
        let end = Bytes::from(format!("\r\n--{boundary}--\r\n"));
        let mut length = end.len() as u64;
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            let head = Bytes::from(format!(
                "\r\n--{boundary}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                headers.media_type,
                content_range(&part, file)
            ));
            length += head.len() as u64 + (part.end - part.start);
            pieces.push((head, part));
        }
        let file = file.clone();
        let pieces = stream::iter(pieces).flat_map(move |(head, part)| {
            stream::once(std::future::ready(Ok(head))).chain(file.read(part).stream())
        });
        let pieces = pieces.chain(stream::once(std::future::ready(Ok(end))));
        let media = format!("multipart/byteranges; boundary={boundary}");
        Self {
            status: StatusCode::PARTIAL_CONTENT,
            headers: vec![
                (header::CONTENT_TYPE, media),
                (header::CONTENT_LENGTH, length.to_string()),
            ],
            body: Body::from_stream(logged(pieces)),
        }
    }

    fn respond(self, method: &Method) -> Result<Response, Problem> {
        let body = if method == Method::HEAD {
            Body::empty()
        } else {
            self.body
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            let value =
                HeaderValue::from_str(&value).map_err(|error| Problem::internal(error.to_string()))?;
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }
}

fn content_range(part: &std::ops::Range<u64>, file: &VirtualFile) -> String {
    // A range is never empty, so `end - 1` is its last byte.
    format!("bytes {}-{}/{}", part.start, part.end - 1, file.len())
}

/// Logs an error of the body. The error makes hyper cut the connection, so that no client takes
/// a part of the file for the whole.
fn logged(
    pieces: impl Stream<Item = Result<Bytes, DeliverError>>,
) -> impl Stream<Item = Result<Bytes, DeliverError>> {
    pieces.inspect(|piece| {
        if let Err(error) = piece {
            tracing::error!(%error, "a file broke off");
        }
    })
}
