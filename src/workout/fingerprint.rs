//! The fingerprint of a plan: a short digest that tells plans apart.
//!
//! For `token`: a link opens only if the plan that the link gives
//! now has the fingerprint of the plan for which the link was made.

use super::{Interval, Language, Plan, Side};
use crate::units::Frames;

/// Length of a fingerprint in bytes.
pub(super) const FINGERPRINT: usize = 8;

/// Hashes everything in a plan that determines the bytes of a video. Energy, seed and notes do not change the
/// video. The choice of renderer changes only the bytes of a stream, so the hash leaves it out, too.
pub(super) fn fingerprint(plan: &Plan) -> [u8; FINGERPRINT] {
    let mut said = blake3::Hasher::new();
    let mut number = |number: u64| {
        said.update(&number.to_le_bytes());
    };
    let Plan {
        profile, hud_parts, ..
    } = plan;
    for edge in [profile.width, profile.height, profile.area_height] {
        number(edge.into());
    }
    let switches = [
        hud_parts.timer,
        hud_parts.progress_bar,
        hud_parts.exercise_name,
        hud_parts.round,
        plan.cues,
        plan.clip_sound,
    ];
    for on in switches {
        number(on.into());
    }
    number(plan.fit as u64);
    for interval in plan.timeline.intervals() {
        say_interval(&mut said, interval);
    }
    // English adds nothing to the hash, so that links from before there were languages still open.
    if plan.language != Language::English {
        said.update(plan.language.tag().as_bytes());
    }
    // BLAKE3's extendable output (XOF) always fills the whole buffer.
    let mut first = [0; FINGERPRINT];
    said.finalize_xof().fill(&mut first);
    first
}

fn say_interval(said: &mut blake3::Hasher, interval: &Interval) {
    let shown = &interval.movement;
    let Frames(length) = interval.length;
    let side = match shown.side {
        None => 0,
        Some(Side::Left) => 1,
        Some(Side::Right) => 2,
    };
    let round_position = interval
        .round_position
        .map_or([0; 4], |p| [p.round, p.rounds, p.position, p.positions]);
    let speed = [shown.speed.numerator(), shown.speed.denominator()];
    let numbers = [interval.kind as u64, length, side].into_iter();
    for number in numbers.chain(speed.into_iter().chain(round_position).map(u64::from)) {
        said.update(&number.to_le_bytes());
    }
    for text in [shown.exercise.as_str(), &shown.name] {
        said.update(&(text.len() as u64).to_le_bytes());
        said.update(text.as_bytes());
    }
}
