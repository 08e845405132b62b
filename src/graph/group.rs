//! Groups of shots: one FFmpeg process renders one group.
//!
//! For the graph renderer, which needs a bound on the memory and the start time of each process. Pure.

use super::shot::{HOLD_BYTES, Shot};
use crate::units::Frames;
use crate::workout::Profile;

/// The most inputs of one process. Each input costs about 25 MB, and 20 ms before the first frame. Starting a
/// process costs about 100 ms of one core, so a few shots share one process.
const MAX_SHOTS: usize = 3;

/// Consecutive shots that one process renders. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The shots, in the order of the timeline.
    pub shots: Vec<Shot>,
}

impl Group {
    /// The first frame of the group in the timeline.
    #[must_use]
    pub fn start(&self) -> Frames {
        self.shots.first().map_or(Frames::ZERO, |shot| shot.start)
    }

    /// The number of frames of all shots together.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.shots.iter().map(|shot| shot.length).sum()
    }
}

/// Divides shots into groups for rendering frames. A shot whose clip is not held in memory is first divided
/// into one shot for each pass. The first shot forms a group of its own, so that nothing delays the first
/// frame.
#[must_use]
pub fn groups(shots: &[Shot], profile: &Profile) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut held = 0;
    for shot in shots.iter().flat_map(|shot| shot.passes(profile)) {
        let bytes = shot.held_bytes(profile);
        let first = groups.len() == 1;
        match groups.last_mut() {
            Some(group) if !first && group.shots.len() < MAX_SHOTS && held + bytes <= HOLD_BYTES => {
                held += bytes;
                group.shots.push(shot);
            }
            _ => {
                held = bytes;
                groups.push(Group { shots: vec![shot] });
            }
        }
    }
    groups
}

/// Divides shots into groups for rendering sound.
#[must_use]
pub fn sound_groups(shots: &[Shot]) -> Vec<Group> {
    let groups = shots.chunks(MAX_SHOTS);
    groups
        .map(|shots| Group {
            shots: shots.to_vec(),
        })
        .collect()
}
