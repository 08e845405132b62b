//! Byte ranges that a client asks for: the values of `Range`, `If-Range` and `If-None-Match` (RFC 9110).
//!
//! For HTTP. Pure: it reads header values and returns ranges, and knows nothing about responses. Numbers in
//! the comments are sections of RFC 9110.

use std::ops::Range;

/// The most ranges in one response. A request for more ranges gets the whole file.
pub const MAX_RANGES: usize = 8;

/// What to answer to a request for ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeSelection {
    /// The whole file (200).
    Whole,
    /// These ranges (206): one or more, none of them empty, in the order of the request.
    Parts(Vec<Range<u64>>),
    /// The file has none of the requested bytes (416).
    Unsatisfiable,
}

/// Parses a `Range` header for a file of `length` bytes with this ETag.
///
/// The whole file is the answer to other units, to invalid headers, to more than [`MAX_RANGES`] ranges, and
/// to several ranges with more bytes in total than the file has; 14.2 allows that. It is also the answer if
/// `If-Range` names another version. `If-Range` must be exactly the ETag: dates and weak tags cannot tell our
/// versions apart.
#[must_use]
pub fn select_ranges(range: Option<&str>, if_range: Option<&str>, etag: &str, length: u64) -> RangeSelection {
    let Some(range) = range else {
        return RangeSelection::Whole;
    };
    if if_range.is_some_and(|known| known.trim() != etag) {
        return RangeSelection::Whole;
    }
    parts(range, length).unwrap_or(RangeSelection::Whole)
}

fn parts(range: &str, length: u64) -> Option<RangeSelection> {
    let (unit, list) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut parts = Vec::new();
    // 5.6.1: empty elements of a list are ignored.
    let all = list.split(',').map(str::trim).filter(|part| !part.is_empty());
    for (count, part) in all.enumerate() {
        if count == MAX_RANGES {
            return None;
        }
        parts.push(one(part, length)?);
    }
    if parts.is_empty() {
        return None;
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return Some(RangeSelection::Unsatisfiable);
    }
    let bytes: u64 = parts.iter().map(|part| part.end - part.start).sum();
    (parts.len() == 1 || bytes <= length).then_some(RangeSelection::Parts(parts))
}

/// Parses `0-99`, `100-` or `-100` (14.1.2). The range is empty where the file has none of these bytes;
/// `None` if the text is invalid.
fn one(part: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = part.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let range = match (first, last) {
        ("", count) => length.saturating_sub(number(count)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(length)
        }
    };
    Some(range.start.min(length)..range.end)
}

/// Parses digits only. A number that exceeds u64 becomes the largest one, which is beyond the end of any
/// file.
fn number(digits: &str) -> Option<u64> {
    let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Whether an `If-None-Match` header names this tag (13.1.2: weak comparison).
#[must_use]
pub fn etag_matches(if_none_match: &str, etag: &str) -> bool {
    let tags = if_none_match.split(',').map(str::trim);
    tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag))
        .any(|tag| tag == etag || tag == "*")
}

#[cfg(test)]
#[expect(
    clippy::single_range_in_vec_init,
    reason = "one range is a list of ranges here"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let parts = |ranges: &[Range<u64>]| RangeSelection::Parts(ranges.to_vec());
        let max = u64::MAX;
        for (range, expected) in [
            ("bytes=0-1".to_owned(), parts(&[0..2])),
            ("Bytes = 2-".to_owned(), parts(&[2..10])),
            ("bytes=-3".to_owned(), parts(&[7..10])),
            ("bytes=-99".to_owned(), parts(&[0..10])),
            (format!("bytes=5-{max}0"), parts(&[5..10])),
            (format!("bytes=5-{max}"), parts(&[5..10])),
            ("bytes=0-1, ,8-20".to_owned(), parts(&[0..2, 8..10])),
            ("bytes=10-20,4-4".to_owned(), parts(&[4..5])),
            ("bytes=10-".to_owned(), RangeSelection::Unsatisfiable),
            ("bytes=-0".to_owned(), RangeSelection::Unsatisfiable),
            ("bytes=10-11,99-".to_owned(), RangeSelection::Unsatisfiable),
            ("bytes=3-2".to_owned(), RangeSelection::Whole),
            ("bytes=+1-2".to_owned(), RangeSelection::Whole),
            ("bytes=0-,0-".to_owned(), RangeSelection::Whole),
            ("lines=0-1".to_owned(), RangeSelection::Whole),
            ("bytes=-".to_owned(), RangeSelection::Whole),
            ("bytes=".to_owned(), RangeSelection::Whole),
            (
                "bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8".to_owned(),
                RangeSelection::Whole,
            ),
        ] {
            assert_eq!(
                select_ranges(Some(&range), None, "\"tag\"", 10),
                expected,
                "{range}"
            );
        }
    }

    #[test]
    fn a_range_of_another_version_gets_the_whole() {
        let ask = |if_range| select_ranges(Some("bytes=0-1"), Some(if_range), "\"new\"", 10);
        assert_eq!(ask("\"new\""), RangeSelection::Parts(vec![0..2]));
        for other in ["\"old\"", "W/\"new\"", "Sat, 21 Nov 2026 03:00:00 GMT"] {
            assert_eq!(ask(other), RangeSelection::Whole, "{other}");
        }
    }

    #[test]
    fn a_tag_is_found_in_a_list() {
        assert!(etag_matches("\"a\", W/\"b\"", "\"b\"") && etag_matches("*", "\"b\""));
        assert!(!etag_matches("\"a\", \"bb\"", "\"b\"") && !etag_matches("", "\"b\""));
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_lies_in_the_file(range in "(bytes=)?[-0-9, ]{0,40}", length in 0u64..100) {
            if let RangeSelection::Parts(parts) = select_ranges(Some(&range), None, "\"tag\"", length) {
                prop_assert!(!parts.is_empty() && parts.len() <= MAX_RANGES);
                for part in parts {
                    prop_assert!(part.start < part.end && part.end <= length, "{:?}", part);
                }
            }
        }
    }
}
