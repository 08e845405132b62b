//! Options of FFmpeg's outputs. An output contains exactly the streams that a command maps.

/// Options of every output: no chapters and no metadata of the inputs. Muxers would make
/// unrequested tracks of them, such as a text track of the chapters in MP4.
pub const MAPPED_ALONE: [&str; 4] = ["-map_chapters", "-1", "-map_metadata", "-1"];

/// Options of every MP4 output, beside [`MAPPED_ALONE`]: no timecode track, which
/// the muxer would make even of the timecodes that frames carry.
pub const MP4: [&str; 4] = ["-f", "mp4", "-write_tmcd", "0"];

/// Options of an MP4 output that is read frame by frame: each frame is a fragment and is written at once.
pub const FRAGMENTS: [&str; 4] = [
    "-movflags",
    "+empty_moov+default_base_moof+frag_every_frame+skip_trailer",
    "-flush_packets",
    "1",
];
