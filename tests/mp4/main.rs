//! MP4 as it is read and written here: by law, box by box, and as FFmpeg takes it.

mod ffmpeg;
mod layout;
mod properties;
