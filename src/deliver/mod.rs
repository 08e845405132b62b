//! A film as files that are not there: byte ranges, segments, playlists.
//!
//! For HTTP. A [`VirtualFile`] has a length, an ETag and any range of its bytes, and none of them on a disk:
//! it is a list of what lies where, and what a range touches is looked up or written when it is read. The
//! whole video, its beginning, and each segment of it are such files.
//!
//! | file | does |
//! | --- | --- |
//! | `file` | what lies where; reading a range |
//! | `movie` | a film as one progressive MP4 |
//! | `shelf` | movies and playlists that were laid out lately |
//! | `hls` | the same film as playlists and fragmented segments |
//! | `ranges` | `Range`, `If-Range`, `If-None-Match` -> which bytes (RFC 9110) |
//!
//! It knows nothing of HTTP's requests and responses beyond the values of those headers, and nothing of how a
//! film came about.

mod file;
mod hls;
mod movie;
#[cfg(test)]
mod pinned;
mod ranges;
mod shelf;

pub use file::{DeliverError, Reader, ReaderStream, VirtualFile};
pub use hls::{Hls, HlsName, captions_playlist};
pub use movie::{Texts, movie};
pub use ranges::{MOST_RANGES, Wanted, is_named, wanted};
pub use shelf::Shelf;
