//! Sends small files from memory (posters, previews), with validators and single byte ranges.
//!
//! For the routes of posters and previews. Ranges are needed because Safari plays no video from a server
//! without them. [`super::range_response`] serves videos that are not stored, with several ranges.

use std::ops::Range;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// The bytes of a file. For the OpenAPI document only.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Binary(pub Bytes);

/// Answers with the file, with one range of it, or with 304 if the client's copy is still valid.
pub fn answer(request: &HeaderMap, kind: &'static str, file: &Bytes) -> Result<Response, Problem> {
    let etag = format!("\"{}\"", &blake3::hash(file).to_hex()[..16]);
    let tag = HeaderValue::from_str(&etag).map_err(|error| Problem::internal(error.to_string()))?;
    let mut response = if etag_matches(request.get(header::IF_NONE_MATCH), &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match requested_range(request, &etag, file.len()) {
            ByteRange::Whole => file.clone().into_response(),
            ByteRange::Part(range) => {
                let content_range = format!("bytes {}-{}/{}", range.start, range.end - 1, file.len());
                let part = file.slice(range);
                (
                    StatusCode::PARTIAL_CONTENT,
                    [(header::CONTENT_RANGE, content_range)],
                    part,
                )
                    .into_response()
            }
            ByteRange::Unsatisfiable => {
                let content_range = format!("bytes */{}", file.len());
                return Ok((
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    [(header::CONTENT_RANGE, content_range)],
                )
                    .into_response());
            }
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ETAG, tag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Clips change seldom, and a changed clip changes the ETag.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    Ok(response)
}

/// The part of a file that a client asks for.
#[derive(Debug, PartialEq, Eq)]
enum ByteRange {
    Whole,
    Part(Range<usize>),
    Unsatisfiable,
}

fn requested_range(request: &HeaderMap, etag: &str, length: usize) -> ByteRange {
    let stale = request
        .get(header::IF_RANGE)
        .is_some_and(|known| known.as_bytes() != etag.as_bytes());
    let range = request.get(header::RANGE).and_then(|range| range.to_str().ok());
    match range {
        Some(range) if !stale => part(range, length),
        _ => ByteRange::Whole,
    }
}

/// Parses `bytes=0-99`, `bytes=100-` or `bytes=-100`. Several ranges, other units and malformed ranges give
/// the whole file, as RFC 9110 allows.
fn part(range: &str, length: usize) -> ByteRange {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return ByteRange::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return ByteRange::Whole,
    };
    if range.start < range.end {
        ByteRange::Part(range)
    } else {
        ByteRange::Unsatisfiable
    }
}

/// Whether the value of `If-None-Match` contains this ETag or `*`. The comparison is weak.
pub(super) fn etag_matches(header: Option<&HeaderValue>, etag: &str) -> bool {
    let tags = header.and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    tags.split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (range, expected) in [
            ("bytes=0-1", ByteRange::Part(0..2)),
            ("bytes=2-", ByteRange::Part(2..10)),
            ("bytes=-3", ByteRange::Part(7..10)),
            ("bytes=-99", ByteRange::Part(0..10)),
            ("bytes=5-18446744073709551615", ByteRange::Part(5..10)),
            ("bytes=10-", ByteRange::Unsatisfiable),
            ("bytes=-0", ByteRange::Unsatisfiable),
            ("bytes=3-2", ByteRange::Whole),
            ("bytes=0-1,4-5", ByteRange::Whole),
            ("lines=0-1", ByteRange::Whole),
            ("bytes=-", ByteRange::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
    }

    #[test]
    fn a_range_of_an_older_file_gets_the_whole_new_one() {
        let mut request = HeaderMap::new();
        request.insert(header::RANGE, "bytes=0-1".parse().unwrap());
        request.insert(header::IF_RANGE, "\"old\"".parse().unwrap());
        assert_eq!(requested_range(&request, "\"new\"", 10), ByteRange::Whole);
        assert_eq!(requested_range(&request, "\"old\"", 10), ByteRange::Part(0..2));
    }

    #[test]
    fn a_good_copy_is_not_sent_again() {
        let file = Bytes::from_static(b"picture");
        let first = answer(&HeaderMap::new(), "image/jpeg", &file).unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let second = answer(&again, "image/jpeg", &file).unwrap();
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    }
}
