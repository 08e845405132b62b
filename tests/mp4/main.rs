//! The MP4 reader and writer: properties, box layouts, and files checked by FFmpeg.

mod ffmpeg;
mod layout;
mod properties;
