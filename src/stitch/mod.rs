//! Prepared loops and where they are kept.

mod file;
mod recent;
mod store;

pub use file::{FileError, MAX_FILE, MAX_PICTURES, Prepared, read, write};
pub use store::{Bounds, Digest, Store};
