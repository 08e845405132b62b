//! Snapshots of the written boxes, for people to read.

use bytes::Bytes;
use virtual_coach::mp4::{
    AUDIO_TRACK, AacConfig, AudioTrack, AvcConfig, Movie, SampleInfo, TrackRun, VIDEO_TRACK, VideoTrack,
    fragment_header,
};

fn movie_of_a_minute() -> Movie {
    // Baseline, level 3.1; the parameter sets are placeholders, because no decoder reads them.
    let avcc = Bytes::from_static(b"\x01\x42\xc0\x1f\xff\xe1\0\x04\x67\x42\xc0\x1f\x01\0\x02\x68\xce");
    Movie {
        video: VideoTrack {
            config: AvcConfig::new(avcc).expect("a sound avcC"),
            width: 1280,
            height: 720,
            timescale: 90_000,
            duration: 60 * 90_000,
        },
        audio: Some(AudioTrack {
            config: AacConfig::LC_48K_STEREO,
            duration: 60 * 48_000,
            bitrate: 128_000,
        }),
    }
}

/// Boxes as a tree, small ones with their bytes.
fn tree(bytes: &[u8], depth: usize, lines: &mut Vec<String>) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = u32::from_be_bytes(rest[..4].try_into().expect("four bytes")) as usize;
        let kind = std::str::from_utf8(&rest[4..8]).expect("our kinds are ASCII");
        let body = &rest[8..size];
        // Bytes of the fields before the child boxes, in a box that has both.
        let fields = match kind {
            "moov" | "trak" | "mdia" | "minf" | "dinf" | "stbl" | "mvex" | "moof" | "traf" => Some(0),
            "stsd" | "dref" => Some(8),
            "avc1" => Some(78),
            "mp4a" => Some(28),
            _ => None,
        };
        let (shown, boxes) = body.split_at(fields.unwrap_or(body.len()));
        let hex: Vec<String> = shown
            .chunks(4)
            .map(|word| {
                word.iter()
                    .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
            })
            .collect();
        lines.push(
            format!("{}{kind} {size}: {}", "  ".repeat(depth), hex.join(" "))
                .trim_end()
                .to_owned(),
        );
        tree(boxes, depth + 1, lines);
        rest = &rest[size..];
    }
}

#[test]
fn the_boxes_of_a_minute_are_these() {
    let frame = |key| SampleInfo {
        size: if key { 9000 } else { 700 },
        duration: 3000,
        key,
    };
    let sound = |duration| SampleInfo {
        size: 341,
        duration,
        key: true,
    };
    let header = fragment_header(
        7,
        &[
            TrackRun {
                track_id: VIDEO_TRACK,
                decode_time: 90_000,
                samples: &[frame(true), frame(false), frame(false)],
            },
            TrackRun {
                track_id: AUDIO_TRACK,
                decode_time: 48_000,
                samples: &[sound(1024), sound(1024), sound(64)],
            },
        ],
    )
    .expect("a small fragment");
    let mut lines = Vec::new();
    tree(&movie_of_a_minute().init_segment(), 0, &mut lines);
    let (moof, mdat) = header.split_at(header.len() - 8);
    tree(moof, 0, &mut lines);
    lines.push(format!(
        "mdat {}",
        u32::from_be_bytes(mdat[..4].try_into().expect("four bytes"))
    ));
    insta::assert_snapshot!(lines.join("\n"));
}
