//! A test that pins the bytes of a small video to [`WRITER_VERSION`].
//!
//! HLS names, which caches keep for a year, are derived from this version and not from the bytes of the
//! files. So the version must be raised whenever the same description of a video gives other bytes.

use std::sync::Arc;

use bytes::Bytes;
use tempfile::NamedTempFile;

use super::{Hls, Texts, VirtualFile, movie};
use crate::catalogue::ExerciseId;
use crate::graph::Backdrop;
use crate::h264::{Parameters, nal_units, restart_form};
use crate::mp4::{AacConfig, AvcConfig};
use crate::stitch::{
    Material, PreparedLoop, Recorder, RenderSpec, SliceMemory, SoundTrack, StitchedVideo, WRITER_VERSION,
};
use crate::units::{Frames, Speed};
use crate::workout::{
    Fit, HudParts, Interval, IntervalKind, Language, Movement, Orientation, Plan, Profile, RendererChoice,
    Resolution, RoundPosition, Side, Timeline,
};

/// The output of x264 for 15 frames at 854x480 in one GOP: its avcC, and the beginning of each frame's first
/// slice. Nothing but the slice headers is read.
const AVCC: &str =
    "0164001fffe1001e6764001facb201b07bcde02d40404050000003001000000303c0f183248001000568cb8cb22cfdf8f800";
const SLICES: [&str; 15] = [
    "6588842bc98a000228b272727272",
    "419a385788863ffe278b853fffff",
    "419a5415e23087fff13c5e10ffff",
    "419a60af11843fff89e2f087ffff",
    "419a80af042278363f06c7e0d8fc",
    "419aa0af042278363f06c7e0d8fc",
    "419ac0af042278363f06c7e0d8fc",
    "419ae0af042278363f06c7e0d8fc",
    "419b00af042278363f06c7e0d8fc",
    "419b20af042278363f06c7e0d8fc",
    "419b40af042278363f06c7e0d8fc",
    "419b60af042278363f06c7e0d8fc",
    "419b80af042278363f06c7e0d8fc",
    "419ba1bc1089e0d8fc1b1f8363f0",
    "419bc2f042278363f06c7e0d8fc1",
];

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks_exact(2);
    let digit = |digit: u8| char::from(digit).to_digit(16).expect("a digit") as u8;
    pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn prepared(profile: &Profile) -> PreparedLoop {
    let config = AvcConfig::new(bytes(AVCC).into()).expect("an avcC");
    let frames: Vec<Bytes> = SLICES
        .iter()
        .map(|slice| [&14_u32.to_be_bytes()[..], &bytes(slice)].concat().into())
        .collect();
    let parameters = Parameters::from_avcc(config.avcc()).expect("its parameters");
    let first = nal_units(&frames[0])
        .next()
        .expect("a slice")
        .expect("a whole one");
    let mut restart = Vec::new();
    restart_form(first, &parameters, 15, &mut restart).expect("a second form");
    PreparedLoop {
        config,
        frames,
        restarts: vec![restart.into()],
        hud_top: profile.hud_top(),
    }
}

/// A plan with every kind of interval, at whole and at fractional speeds.
fn plan(language: Language, hud: bool) -> Plan {
    use IntervalKind::{CoolDown, Finish, GetReady, Rest, RoundRest, WarmUp, Work};
    let round_position = |position| {
        Some(RoundPosition {
            round: 1,
            rounds: 2,
            position,
            positions: 3,
        })
    };
    let kinds = [
        (GetReady, 65, (1, 2), None, None),
        (WarmUp, 90, (1, 1), None, None),
        (Work, 121, (6, 5), Some(Side::Left), round_position(1)),
        (Work, 121, (19, 20), Some(Side::Right), round_position(1)),
        (Rest, 95, (1, 2), None, round_position(2)),
        (Work, 300, (1, 1), None, round_position(3)),
        (RoundRest, 62, (1, 2), None, round_position(1)),
        (CoolDown, 60, (1, 1), None, None),
        (Finish, 45, (1, 1), None, None),
    ];
    let interval = |(kind, length, (above, below), side, round_position)| Interval {
        index: 0,
        kind,
        start: Frames::ZERO,
        length: Frames(length),
        movement: Movement {
            exercise: ExerciseId::new("burpee").expect("a slug"),
            name: "Burpee".to_owned(),
            side,
            speed: Speed::new(above, below).expect("a speed"),
        },
        round_position,
    };
    Plan {
        timeline: Timeline::new(kinds.into_iter().map(interval).collect()).expect("intervals"),
        seed: 0,
        kcal: 0.0,
        profile: Profile::new(Resolution::P480, Orientation::Landscape, hud),
        hud_parts: if hud { HudParts::ALL } else { HudParts::NONE },
        language,
        fit: Fit::Auto,
        cues: false,
        clip_sound: true,
        renderer: RendererChoice::Auto,
        notes: Vec::new(),
    }
}

async fn video(plan: &Arc<Plan>, folder: &std::path::Path) -> Arc<StitchedVideo> {
    let length = plan.length().samples();
    let temp = NamedTempFile::new_in(folder).expect("a file");
    let mut recorder = Recorder::new(temp).await.expect("a recorder");
    for audio_frame in 0..length.0.div_ceil(1024) {
        let audio_frame = vec![audio_frame as u8; (audio_frame * 7 % 40) as usize];
        recorder.push(&audio_frame).await.expect("room on the disk");
    }
    let (sound, _) = recorder
        .finish(AacConfig::LC_48K_STEREO, length)
        .await
        .expect("a recording");
    let material = Material {
        loops: vec![Arc::new(prepared(&plan.profile))],
        loop_of_interval: vec![0; plan.timeline.intervals().len()],
        sound: SoundTrack::Recorded(Arc::new(sound)),
    };
    let backdrop = Backdrop::default();
    let fingerprint = RenderSpec {
        plan,
        backdrop: &backdrop,
    }
    .fingerprint(&material);
    let memory = SliceMemory::new(64 << 10);
    Arc::new(StitchedVideo::new(plan, material, fingerprint, 3, &memory).expect("a video"))
}

fn whole(file: &VirtualFile) -> Vec<u8> {
    let pieces = file.read(0..file.len()).map(|piece| piece.expect("a sound file"));
    pieces.flatten().collect()
}

#[tokio::test]
async fn the_writers_version_pins_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut hasher = blake3::Hasher::new();
    let mut tags = std::collections::HashSet::new();
    for language in Language::ALL {
        for hud in [true, false] {
            let video = video(&Arc::new(plan(language, hud)), folder.path()).await;
            let hls = Hls::new(Arc::clone(&video));
            assert!(tags.insert(hls.tag().to_owned()), "{language:?}, HUD: {hud}");
            hasher.update(&hls.init());
            for number in 0..hls.segments() {
                let segment = hls.segment(number).expect("a segment").expect("a sound one");
                hasher.update(&whole(&segment));
            }
            hasher.update(hls.media().replace(hls.tag(), "").as_bytes());
            hasher.update(&whole(&movie(&video, &Texts::default())));
        }
    }
    let pinned = (
        1,
        "30433f35bc2938314d780e3b7a849acd2c5d7bfc8c0f233270ad582309f44c4d",
    );
    assert_eq!(
        (WRITER_VERSION, &*hasher.finalize().to_hex()),
        pinned,
        "other bytes are written: raise stitch::WRITER_VERSION, and pin both here"
    );
}
