//! A video as files that are not there: byte ranges, segments, playlists.
//!
//! For HTTP. A [`VirtualFile`] has a length, an ETag and any range of its bytes, and none of them on a disk:
//! it is a list of what lies where, and what a range touches is looked up or written when it is read. The
//! whole video, its beginning, and each segment of it are such files.
//!
//! | file | does |
//! | --- | --- |
//! | `virtual_file` | what lies where; reading a range |
//! | `movie` | a video as one progressive MP4 |
//! | `layout_cache` | movies and playlists that were laid out lately |
//! | `hls` | the same video as playlists and fragmented segments |
//! | `ranges` | `Range`, `If-Range`, `If-None-Match` -> which bytes (RFC 9110) |
//!
//! It knows nothing of HTTP's requests and responses beyond the values of those headers, and nothing of how a
//! video came about.

mod hls;
mod layout_cache;
mod movie;
mod ranges;
mod virtual_file;
#[cfg(test)]
mod writer_version;

pub use hls::{Hls, HlsName, captions_playlist};
pub use layout_cache::LayoutCache;
pub use movie::{Texts, movie};
pub use ranges::{MAX_RANGES, RangeSelection, etag_matches, select_ranges};
pub use virtual_file::{DeliverError, Reader, ReaderStream, VirtualFile};
