//! Bounded groups of shots, each for one FFmpeg process.

use super::shot::{HOLD_BYTES, Shot};
use crate::units::Frames;
use crate::workout::Profile;

/// Inputs of one process. Each costs about 25 MB and 20 ms before the first frame; starting a
/// process costs about 100 ms of one core, so a few shots share one.
const MAX_SHOTS: usize = 3;

/// Neighbouring shots that one process renders. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// In order.
    pub shots: Vec<Shot>,
}

impl Group {
    /// First frame in the timeline.
    #[must_use]
    pub fn start(&self) -> Frames {
        self.shots.first().map_or(Frames::ZERO, |shot| shot.start)
    }

    /// Frames in all.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.shots.iter().map(|shot| shot.length).sum()
    }
}

/// Divides shots into groups for their frames, one shot for each pass of a clip that is not held in memory. The
/// first shot stands alone: nothing delays the first frame.
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

/// Divides shots into groups for their sound.
#[must_use]
pub fn sound_groups(shots: &[Shot]) -> Vec<Group> {
    let groups = shots.chunks(MAX_SHOTS);
    groups
        .map(|shots| Group {
            shots: shots.to_vec(),
        })
        .collect()
}
