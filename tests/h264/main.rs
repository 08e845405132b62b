//! The H.264 reader and writer: a decoder checks what is written; bad and hostile input is refused.

mod drawn;
mod parameters;
mod slices;
mod stitched;
