//! What leaves FFmpeg: exactly the streams that a command maps.

/// Options of every output: no chapters and no metadata of the inputs. Muxers would make tracks of them that
/// nobody asked for, such as a text track of chapters in MP4.
pub const MAPPED_ALONE: [&str; 4] = ["-map_chapters", "-1", "-map_metadata", "-1"];

/// Options of every MP4, beside [`MAPPED_ALONE`]: no track for a timecode, which frames carry, too.
pub const MP4: [&str; 4] = ["-f", "mp4", "-write_tmcd", "0"];

/// Options of an MP4 whose frames are read one by one as they come: each is a fragment, and leaves at once.
pub const FRAGMENTS: [&str; 4] = [
    "-movflags",
    "+empty_moov+default_base_moof+frag_every_frame+skip_trailer",
    "-flush_packets",
    "1",
];
