//! The filter graph that makes the sound of a group's clips.

use super::shot::Shot;
use super::{FilterGraph, Group, Input, OUTPUT};
use crate::units::{SAMPLE_RATE, Samples, Speed};
use crate::workout::Profile;

/// Fade at both ends of a clip's sound: cut anywhere, it would click.
const FADE: Samples = Samples(480);

/// The graph of a group's clip sound: for each shot exactly as many samples as its pictures last,
/// silence where nothing is heard. `None` when nothing is heard in the whole group.
#[must_use]
pub fn sound_graph(group: &Group, profile: &Profile) -> Option<FilterGraph> {
    if !group.shots.iter().any(|shot| shot.heard) {
        return None;
    }
    let mut inputs = Vec::new();
    let mut chains: Vec<String> = Vec::new();
    for (number, shot) in group.shots.iter().enumerate() {
        let source = match &shot.clip.facts.sound {
            Some(sound) if shot.heard => {
                inputs.push(Input::Clip {
                    path: shot.clip.path.clone(),
                    decoder: None,
                    reread: false,
                });
                heard(shot, &format!("[{}:{}]", inputs.len() - 1, sound.stream), profile)
            }
            _ => format!("anullsrc=sample_rate={SAMPLE_RATE}:channel_layout=stereo"),
        };
        // Cut and padded to the sample: picture and sound of a shot are equally long.
        let end = shot.length.samples();
        chains.push(format!(
            "{source},apad=whole_len={end},atrim=end_sample={end},asetpts=N/SR/TB[sound{number}]"
        ));
    }
    let joined: String = (0..chains.len())
        .map(|number| format!("[sound{number}]"))
        .collect();
    chains.push(format!("{joined}concat=n={}:v=0:a=1{OUTPUT}", group.shots.len()));
    Some(FilterGraph {
        inputs,
        text: chains.join(";\n"),
    })
}

/// A clip's sound, in step with its pictures, repeated and brought to speed.
fn heard(shot: &Shot, source: &str, profile: &Profile) -> String {
    let pass = shot.pass(profile);
    let needed = shot.length.samples();
    let mut filters = vec![
        "asetpts=PTS-STARTPTS".to_owned(),
        // `async` fills holes in the track by its own clock, as phones leave them.
        format!("aresample={SAMPLE_RATE}:async=1"),
        "aformat=sample_fmts=s16:channel_layouts=stereo".to_owned(),
    ];
    let delay = (shot.clip.facts.sound_delay().0 * f64::from(SAMPLE_RATE)).round() as i64;
    if delay > 0 {
        filters.push(format!("adelay={delay}S:all=1"));
    } else if delay < 0 {
        filters.push(format!("atrim=start_sample={},asetpts=PTS-STARTPTS", -delay));
    }
    // A pass of sound is as long as a pass of pictures, or each pass would drift further.
    filters.push(format!("apad=whole_len={pass},atrim=end_sample={pass}"));
    if (pass.0 as f64) < needed.0 as f64 * shot.speed.as_f64() {
        filters.push(format!("aloop=loop=-1:size={pass},asetpts=N/SR/TB"));
    }
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
    format!("{source}{}", filters.join(","))
}
