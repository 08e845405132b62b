//! A video as virtual files: byte ranges, segments, playlists.
//!
//! For HTTP. A [`VirtualFile`] has a length, an ETag, and can be read at any range, but it is not stored on a
//! disk. It is a list of blocks with their offsets; a read looks up or writes only the blocks that its range
//! touches. The whole video as one movie, the init segment and each segment are virtual files.
//!
//! | file | does |
//! | --- | --- |
//! | `virtual_file` | the layout of a file; reads a range |
//! | `movie` | the layout of a video as one progressive MP4 |
//! | `layout_cache` | caches layouts of movies, and playlists |
//! | `hls` | the same video as playlists and fragmented segments |
//! | `ranges` | `Range`, `If-Range`, `If-None-Match` -> byte ranges (RFC 9110) |
//!
//! This module knows nothing about HTTP requests and responses except the values of those headers, and
//! nothing about how a video is made.

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
