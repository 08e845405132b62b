//! The complete description of a stitched video: everything that changes a byte of it, in a stable encoding.
//!
//! For everything that is kept or named for a video: cached indexes, layouts, ETags, names of HLS files. A
//! digest of this description is their only key, so two videos with different bytes never share a key. Pure.
//!
//! ```text
//! RenderSpec::request_key    plan, backdrop                            known before any loop is ready
//! RenderSpec::fingerprint    plan, backdrop, bytes of loops and sound  known when all of them are ready
//! ```
//!
//! The code destructures every struct of the plan completely. So a new field does not compile
//! until somebody decides whether it changes bytes. The encoding contains no `Debug` output and
//! does not depend on the order of enum variants.

use super::prepared_loop::PreparedLoop;
use super::sound::SoundTrack;
use super::video_index::Material;
use crate::graph::Backdrop;
use crate::sound::{Cue, CueKind};
use crate::workout::{
    Fit, HudParts, Interval, IntervalKind, Movement, Plan, Profile, RoundPosition, Side, Timeline,
};

/// The version of all code that writes bytes of a video: drawing the HUD, encoding its slices, choosing cuts,
/// putting the sound together, writing boxes. It must be raised whenever the same description gives other
/// bytes. The test `the_writers_version_pins_the_bytes` fails until it is raised.
pub const WRITER_VERSION: u32 = 1;

/// The inputs of a stitched video.
#[derive(Debug, Clone, Copy)]
pub struct RenderSpec<'a> {
    /// What is shown and heard.
    pub plan: &'a Plan,
    /// What is shown behind clips with transparency.
    pub backdrop: &'a Backdrop,
}

impl RenderSpec<'_> {
    /// Names the requested video. The bytes of the clips are not part of this key.
    #[must_use]
    pub fn request_key(&self) -> blake3::Hash {
        self.encoded().finish()
    }

    /// Names every byte of the video, in every form of delivery. Hashes all loops, which takes a moment.
    #[must_use]
    pub fn fingerprint(&self, material: &Material) -> blake3::Hash {
        let mut encoding = self.encoded();
        let Material {
            loops,
            loop_of_interval,
            sound,
        } = material;
        encoding.number(loops.len() as u64);
        for prepared in loops {
            encoding.bytes(digest_of_loop(prepared).as_bytes());
        }
        encoding.number(loop_of_interval.len() as u64);
        for of in loop_of_interval {
            encoding.number(*of as u64);
        }
        encoding.bytes(digest_of_sound(sound).as_bytes());
        encoding.finish()
    }

    fn encoded(&self) -> Encoding {
        let Plan {
            timeline,
            profile,
            hud_parts,
            language,
            fit,
            cues,
            clip_sound,
            // These fields select or describe. Their effects on the video are in the other fields.
            seed: _,
            kcal: _,
            renderer: _,
            notes: _,
        } = self.plan;
        let Profile {
            width,
            height,
            area_height,
        } = *profile;
        let HudParts {
            timer,
            progress_bar,
            exercise_name,
            round,
        } = *hud_parts;
        let mut encoding = Encoding::new("stitched video");
        encoding.number(WRITER_VERSION.into());
        for number in [width, height, area_height] {
            encoding.number(number.into());
        }
        for flag in [timer, progress_bar, exercise_name, round, *cues, *clip_sound] {
            encoding.number(flag.into());
        }
        encoding.text(language.tag());
        encoding.text(match fit {
            Fit::Auto => "auto",
            Fit::Contain => "contain",
            Fit::Cover => "cover",
        });
        match self.backdrop {
            Backdrop::Colour(colour) => {
                encoding.text("colour");
                encoding.bytes(colour);
            }
            // The bytes of the image are in the loops that show it.
            Backdrop::Image(path) => {
                encoding.text("picture");
                encoding.bytes(path.as_os_str().as_encoded_bytes());
            }
        }
        encoding.timeline(timeline);
        encoding
    }
}

/// Names every byte of a loop.
fn digest_of_loop(prepared: &PreparedLoop) -> blake3::Hash {
    let PreparedLoop {
        config,
        frames,
        restarts,
        hud_top,
    } = prepared;
    let mut encoding = Encoding::new("loop");
    encoding.bytes(config.avcc());
    encoding.number((*hud_top).into());
    for frames in [frames, restarts] {
        encoding.number(frames.len() as u64);
        for frame in frames {
            encoding.bytes(frame);
        }
    }
    encoding.finish()
}

/// Names every byte of the coded audio frames. The positions of cues follow from the timeline.
fn digest_of_sound(sound: &SoundTrack) -> blake3::Hash {
    let mut encoding = Encoding::new("sound");
    encoding.bytes(&sound.config().fields());
    sound.parts(|part| encoding.bytes(part));
    encoding.finish()
}

/// Encodes fields in a fixed order and hashes them. No two sequences of fields have the same encoding: a
/// number has eight bytes, and everything else follows its length.
#[derive(Debug)]
pub struct Encoding(blake3::Hasher);

impl Encoding {
    /// Begins the encoding of a thing of this kind. Things of different kinds never have the same digest.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        let mut encoding = Self(blake3::Hasher::new());
        encoding.text(kind);
        encoding
    }

    /// Adds a number or a flag, as eight bytes.
    pub fn number(&mut self, number: u64) {
        self.0.update(&number.to_be_bytes());
    }

    /// Adds bytes after their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    /// Adds a text after its length in bytes.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Adds the kinds and positions of cues.
    pub fn cues(&mut self, cues: &[Cue]) {
        self.number(cues.len() as u64);
        for Cue { kind, at } in cues {
            self.text(match kind {
                CueKind::Countdown => "countdown",
                CueKind::Start => "start",
                CueKind::End => "end",
                CueKind::HalfTime => "half time",
                CueKind::Switch => "switch",
            });
            self.number(at.0);
        }
    }

    fn timeline(&mut self, timeline: &Timeline) {
        self.number(timeline.intervals().len() as u64);
        for interval in timeline.intervals() {
            let Interval {
                // The index and the start follow from the intervals before.
                index: _,
                start: _,
                kind,
                length,
                movement,
                round_position,
            } = interval;
            self.text(match kind {
                IntervalKind::GetReady => "get ready",
                IntervalKind::WarmUp => "warm up",
                IntervalKind::Work => "work",
                IntervalKind::Rest => "rest",
                IntervalKind::RoundRest => "round rest",
                IntervalKind::CoolDown => "cool down",
                IntervalKind::Finish => "finish",
            });
            self.number(length.0);
            let Movement {
                exercise,
                name,
                side,
                speed,
            } = movement;
            self.text(exercise.as_str());
            self.text(name);
            self.text(match side {
                None => "",
                Some(Side::Left) => "left",
                Some(Side::Right) => "right",
            });
            self.number(speed.numerator().into());
            self.number(speed.denominator().into());
            self.number(round_position.is_some().into());
            if let Some(RoundPosition {
                round,
                rounds,
                position,
                positions,
            }) = round_position
            {
                for number in [round, rounds, position, positions] {
                    self.number((*number).into());
                }
            }
        }
    }

    /// The digest of all fields.
    #[must_use]
    pub fn finish(self) -> blake3::Hash {
        self.0.finalize()
    }
}
