//! The filter graph for the sound of a group's clips.
//!
//! For `render`, which mixes cues into the result and encodes it. Pure text.

use super::shot::Shot;
use super::{FilterGraph, Group, Input, OUTPUT};
use crate::clip::chains as clip_chains;
use crate::units::{SAMPLE_RATE, Samples, Speed};

/// Length of the fade at both ends of a shot's sound (10 ms). A cut without a fade would click.
const FADE: Samples = Samples(480);
/// The longest pass of sound that is repeated from memory: five minutes, 58 MB.
const LONGEST_HELD: Samples = Samples(300 * 48_000);

/// The graph for the clip sound of a group. Each shot gets exactly as many samples as its frames last, and
/// silence where its clip is not heard. `None` when no clip of the group is heard.
#[must_use]
pub fn sound_graph(group: &Group) -> Option<FilterGraph> {
    if !group.shots.iter().any(|shot| shot.heard) {
        return None;
    }
    let mut inputs = Vec::new();
    let mut chains: Vec<String> = Vec::new();
    for (number, shot) in group.shots.iter().enumerate() {
        let source = match &shot.clip.facts.sound {
            Some(sound) if shot.heard => {
                let repeated = repeated(shot, number, sound.stream, &mut inputs, &mut chains);
                format!("{repeated}{}", heard(shot))
            }
            _ => format!("anullsrc=sample_rate={SAMPLE_RATE}:channel_layout=stereo"),
        };
        // Cut and padded to the exact sample, so that the frames and the sound of a shot are equally long.
        let end = shot.length.samples();
        chains.push(format!(
            "{source},apad=whole_len={end},atrim=end_sample={end},asetpts=N/SR/TB[sound{number}]"
        ));
    }
    let joined: String = (0..group.shots.len())
        .map(|number| format!("[sound{number}]"))
        .collect();
    chains.push(format!("{joined}concat=n={}:v=0:a=1{OUTPUT}", group.shots.len()));
    Some(FilterGraph {
        inputs,
        text: chains.join(";\n"),
    })
}

/// Starts a filter chain with a clip's sound, in step with its frames, repeated as often as the shot needs.
/// Returns the open end of the chain, with a comma.
///
/// A pass of sound is made as long as a pass of frames. Otherwise each pass would add to the drift.
fn repeated(
    shot: &Shot,
    number: usize,
    stream: u32,
    inputs: &mut Vec<Input>,
    chains: &mut Vec<String>,
) -> String {
    let pass = shot.pass();
    let mut open = || {
        inputs.push(Input::Clip {
            path: shot.clip.path.clone(),
            decoder: None,
            demuxer: shot.clip.facts.demuxer().map(str::to_owned),
            still: false,
        });
        let input = inputs.len() - 1;
        let in_step = clip_chains::sound(&shot.clip.facts);
        format!("[{input}:{stream}]{in_step},apad=whole_len={pass},atrim=end_sample={pass}")
    };
    let needed = shot.length.samples().0 as f64 * shot.speed.as_f64();
    if pass.0 as f64 >= needed {
        return format!("{},", open());
    }
    if pass <= LONGEST_HELD {
        return format!("{},aloop=loop=-1:size={pass},asetpts=N/SR/TB,", open());
    }
    // The clip is opened again for each pass. Passes this long are few.
    let passes = (needed / pass.0 as f64).ceil() as usize;
    let mut joined = String::new();
    for pass in 0..passes {
        chains.push(format!("{},asetpts=N/SR/TB[pass{number}x{pass}]", open()));
        joined.push_str(&format!("[pass{number}x{pass}]"));
    }
    format!("{joined}concat=n={passes}:v=0:a=1,asetpts=N/SR/TB,")
}

/// The filters that change the speed of a shot's sound and fade it in and out.
fn heard(shot: &Shot) -> String {
    let needed = shot.length.samples();
    let mut filters = Vec::new();
    let (above, below) = (shot.speed.numerator(), shot.speed.denominator());
    if u64::from(above) * 2 < u64::from(below) {
        // `atempo` goes down to 1/2. A slower speed takes two of them.
        filters.push(format!("atempo=1/2,atempo=2*{above}/{below}"));
    } else if shot.speed != Speed::NORMAL {
        filters.push(format!("atempo={}", shot.speed));
    }
    let end = needed.0.saturating_sub(FADE.0);
    filters.push(format!("afade=type=in:start_sample=0:nb_samples={FADE}"));
    filters.push(format!("afade=type=out:start_sample={end}:nb_samples={FADE}"));
    filters.join(",")
}
