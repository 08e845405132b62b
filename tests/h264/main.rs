//! H.264 as it is written and read here: judged by a decoder, refused where it must be, and hostile.

mod drawn;
mod parameters;
mod slices;
mod stitched;
