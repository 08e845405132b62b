//! Prepared loops and where they are kept, and the laid sound.

mod file;
mod recent;
pub mod sound;
mod store;

pub use file::{FileError, MAX_FILE, MAX_PICTURES, Prepared, read, write};
pub use store::{Bounds, Digest, Store};
