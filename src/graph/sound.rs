//! The filter graph that makes the sound of a group's clips.

use super::shot::Shot;
use super::{FilterGraph, Group, Input, OUTPUT};
use crate::clip::chains as clip_chains;
use crate::units::{SAMPLE_RATE, Samples, Speed};

/// Fade at both ends of a clip's sound: cut anywhere, it would click.
const FADE: Samples = Samples(480);
/// The longest pass that is repeated from memory: five minutes, 58 MB.
const LONGEST_HELD: Samples = Samples(300 * 48_000);

/// The graph of a group's clip sound: for each shot exactly as many samples as its frames last,
/// silence where nothing is heard. `None` when nothing is heard in the whole group.
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
        // Cut and padded to the sample: frame and sound of a shot are equally long.
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

/// A clip's sound, in step with its frames, for as many passes as the shot needs: a chain to go on with.
///
/// A pass of sound is as long as a pass of frames, or each pass would drift further.
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
    // Opened anew for each pass, of which there are few.
    let passes = (needed / pass.0 as f64).ceil() as usize;
    let mut joined = String::new();
    for pass in 0..passes {
        chains.push(format!("{},asetpts=N/SR/TB[pass{number}x{pass}]", open()));
        joined.push_str(&format!("[pass{number}x{pass}]"));
    }
    format!("{joined}concat=n={passes}:v=0:a=1,asetpts=N/SR/TB,")
}

/// Brought to speed and faded.
fn heard(shot: &Shot) -> String {
    let needed = shot.length.samples();
    let mut filters = Vec::new();
    let (above, below) = (shot.speed.numerator(), shot.speed.denominator());
    if u64::from(above) * 2 < u64::from(below) {
        // `atempo` goes down to a half: what is slower takes two of them.
        filters.push(format!("atempo=1/2,atempo=2*{above}/{below}"));
    } else if shot.speed != Speed::NORMAL {
        filters.push(format!("atempo={}", shot.speed));
    }
    let end = needed.0.saturating_sub(FADE.0);
    filters.push(format!("afade=type=in:start_sample=0:nb_samples={FADE}"));
    filters.push(format!("afade=type=out:start_sample={end}:nb_samples={FADE}"));
    filters.join(",")
}
