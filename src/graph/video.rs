//! Filter graphs for frames: of a group, of a clip alone, and of a loop to be prepared.
//!
//! For `render` (workouts, posters, previews) and `stitch` (prepared loops). Pure text.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::shot::{Offset, Shot};
use super::{FilterGraph, Group, Input, OUTPUT, colour_conversion};
use crate::clip::{Clip, chains};
use crate::colour::{Colour, Yuv};
use crate::hud;
use crate::units::{FPS, Frames, Speed};
use crate::workout::{Fit, Profile};

/// What is shown behind clips with transparency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backdrop {
    /// A colour: red, green, blue (sRGB).
    Colour([u8; 3]),
    /// An image file. The image fills the exercise area.
    Image(PathBuf),
}

impl Default for Backdrop {
    /// A light studio grey, on which both dark and light figures stand out.
    fn default() -> Self {
        Self::Colour([0xd9, 0xdc, 0xe1])
    }
}

/// Reads the text of the setting: `#rrggbb`, or the path of an image file.
impl FromStr for Backdrop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(digits) = text.strip_prefix('#') else {
            return match text {
                "" => Err("it is empty: give a colour (#rrggbb) or a picture file".to_owned()),
                file => Ok(Self::Image(file.into())),
            };
        };
        let number = (digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
            .ok_or_else(|| {
                format!("{text} is no colour: write # and six hexadecimal digits, such as #d9dce1")
            })?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self::Colour([red, green, blue]))
    }
}

/// The look of every frame of a rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Sizes of the frame, the exercise area and the HUD bar.
    pub profile: Profile,
    /// How clips fill the exercise area.
    pub fit: Fit,
    /// What is shown behind clips with transparency.
    pub backdrop: Backdrop,
}

/// The graph of a group: fits and repeats each shot, joins all shots, and puts the HUD bar below them.
#[must_use]
pub fn video_graph(group: &Group, look: &Look) -> FilterGraph {
    let mut graph = Builder::default();
    for (number, shot) in group.shots.iter().enumerate() {
        graph.shot(number, shot, look);
    }
    let joined: String = (0..group.shots.len())
        .map(|number| format!("[shot{number}]"))
        .collect();
    let count = group.shots.len();
    // Times are set again after `concat`, whatever times it gives: frame n is at n/30 s.
    let join = format!("{joined}concat=n={count}:v=1:a=0,settb=1/{FPS},setpts=N");
    if look.profile.bar_height() == 0 {
        graph.chain(format!("{join}{OUTPUT}"));
    } else {
        let hud = graph.input(Input::Hud {
            width: look.profile.width,
            height: look.profile.bar_height(),
        });
        graph.chain(format!("{join}[area]"));
        graph.chain(format!("[{hud}:v]settb=1/{FPS},setpts=N,setsar=1[bar]"));
        graph.chain(format!("[area][bar]vstack{OUTPUT}"));
    }
    graph.finish()
}

/// The graph of a clip alone, without HUD: one pass, from output frame `first` on. For posters and previews.
#[must_use]
pub fn clip_graph(clip: &Clip, first: Frames, look: &Look) -> FilterGraph {
    let mut graph = Builder::default();
    let source = graph.clip(clip);
    graph.fit(0, &source, clip, look, false);
    graph.chain(format!(
        "[fit0]trim=start_frame={first},settb=1/{FPS},setpts=N{OUTPUT}"
    ));
    graph.finish()
}

/// The graph of a loop that is prepared for stitching: passes of a clip, one after the other, `length` frames
/// in all. The rows of its frames are, from top to bottom:
///
/// ```text
/// clip, fitted to the exercise area
/// guard: plain lines, down to where the HUD slice begins
/// noise, from which the encoder can predict nothing (one frame, on standard input)
/// ```
///
/// Without a HUD bar the frame is the clip alone.
#[must_use]
pub fn loop_graph(clip: &Clip, mirrored: bool, look: &Look, length: Frames) -> FilterGraph {
    let (width, hud_top) = (look.profile.width, look.profile.hud_top());
    let mut graph = Builder::default();
    let source = graph.clip(clip);
    graph.fit(0, &source, clip, look, mirrored);
    // Every source has an end. `vstack` waits for ever for an input that ends before its first frame (the
    // noise, when this process is gone; a clip from which nothing decodes). Meanwhile it consumes the frames
    // of the other inputs and ignores signals, so an endless source would keep FFmpeg running for ever.
    let end = format!("trim=end_frame={length}");
    let mut whole = format!("[fit0]settb=1/{FPS},setpts=N,{},setpts=N", pass(clip));
    let frames = clip.frames();
    if length > frames {
        // `loop` holds all frames of a pass in memory. Only the shortest clips get here.
        whole.push_str(&format!(
            ",loop=loop=-1:size={frames}:start=0,settb=1/{FPS},setpts=N,{end}"
        ));
    }
    if look.profile.bar_height() == 0 {
        graph.chain(format!("{whole}{OUTPUT}"));
        return graph.finish();
    }
    let noise = graph.input(Input::Hud {
        width,
        height: look.profile.height - hud_top,
    });
    let Yuv { y, u, v } = hud::GROUND.yuv();
    graph.chain(format!("{whole}[area]"));
    graph.chain(format!(
        "color=size={width}x{}:rate={FPS},format=yuv420p,lutyuv=y={y}:u={u}:v={v},settb=1/{FPS},setpts=N,\
         setsar=1,{end}[guard]",
        look.profile.guard()
    ));
    graph.chain(format!(
        "[{noise}:v]loop=loop=-1:size=1,settb=1/{FPS},setpts=N,setsar=1,{end}[noise]"
    ));
    graph.chain(format!("[area][guard][noise]vstack=inputs=3:shortest=1{OUTPUT}"));
    graph.finish()
}

#[derive(Default)]
struct Builder {
    inputs: Vec<Input>,
    chains: Vec<String>,
}

impl Builder {
    fn input(&mut self, input: Input) -> usize {
        self.inputs.push(input);
        self.inputs.len() - 1
    }

    fn chain(&mut self, chain: String) {
        self.chains.push(chain);
    }

    fn finish(self) -> FilterGraph {
        FilterGraph {
            inputs: self.inputs,
            text: self.chains.join(";\n"),
        }
    }

    /// Adds a clip as an input and returns the label of its video track.
    fn clip(&mut self, clip: &Clip) -> String {
        let number = self.input(Input::Clip {
            path: clip.path.clone(),
            decoder: clip.facts.video.decoder(),
            demuxer: clip.facts.demuxer().map(str::to_owned),
            still: clip.facts.video.still,
        });
        format!("[{number}:{}]", clip.facts.video.stream)
    }

    /// Adds the chain `[shotN]`, with exactly as many frames as the shot is long.
    fn shot(&mut self, number: usize, shot: &Shot, look: &Look) {
        let source = self.clip(&shot.clip);
        self.fit(number, &source, &shot.clip, look, shot.mirrored);
        let mut chain = Chain::from(format!("[fit{number}]"));
        chain.add(pass(&shot.clip));
        if shot.held(&look.profile) {
            let frames = shot.clip.frames();
            chain.add(format_args!("loop=loop=-1:size={frames}:start=0"));
        } else {
            // The shot ends with its pass, at most one frame later: the last frame is repeated.
            chain.add("tpad=stop=-1:stop_mode=clone");
        }
        chain.add(speed(shot.speed, shot.offset));
        chain.add(format_args!("trim=end_frame={}", shot.length));
        self.chain(format!("{chain}[shot{number}]"));
    }

    /// Adds the chain `[fitN]`: one pass of the clip, upright, at our frame rate, size and colours, in the
    /// exercise area.
    fn fit(&mut self, number: usize, source: &str, clip: &Clip, look: &Look, mirrored: bool) {
        let video = &clip.facts.video;
        let Profile {
            width, area_height, ..
        } = look.profile;
        let mut chain = Chain::from(source.to_owned());
        // The video track starts at its own first frame. The sound graph aligns the sound with it.
        chain.add(chains::video(&clip.facts));
        if let Some(conversion) = colour_conversion::conversion(&clip.facts) {
            chain.add(conversion);
        }
        let whole = shown_whole(look.fit, video.shown_size(), (width, area_height));
        let (w, h) = fitted(video.shown_size(), (width, area_height), whole);
        let (x, y) = ((width.max(w) - w) / 2, (area_height.max(h) - h) / 2);
        let colours = format!(
            "{}out_color_matrix=bt709:out_range=tv",
            colour_conversion::scale_from(&clip.facts)
        );
        let mut fit = if video.alpha {
            self.backdrop(number, look);
            chain.add(format_args!(
                "scale={w}:{h}:flags=bicubic:{colours},format=yuva420p"
            ));
            crop(&mut chain, (w, h), (width, area_height));
            self.chain(format!("{chain}[figure{number}]"));
            Chain::from(format!(
                "[backdrop{number}][figure{number}]overlay={x}:{y}:shortest=1"
            ))
        } else if w >= width && h >= area_height {
            chain.add(format_args!("scale={w}:{h}:flags=bicubic:{colours}"));
            crop(&mut chain, (w, h), (width, area_height));
            chain
        } else {
            self.chain(format!("{chain},split[whole{number}][room{number}]"));
            self.blur(number, (width, area_height), &colours);
            self.chain(format!(
                "[whole{number}]scale={w}:{h}:flags=bicubic:{colours},format=yuv420p[clip{number}]"
            ));
            Chain::from(format!("[blur{number}][clip{number}]overlay={x}:{y}"))
        };
        fit.add("setsar=1,format=yuv420p");
        if mirrored {
            fit.add("hflip");
        }
        self.chain(format!("{fit}[fit{number}]"));
    }

    /// Adds the chain `[blurN]`: the clip blurred, darkened and cut to the area. It is computed at an eighth
    /// of the width and height: a blur has no details, and at full size it costs more than the encoder.
    fn blur(&mut self, number: usize, (width, height): (u32, u32), colours: &str) {
        let (w, h) = (even(f64::from(width) / 8.0), even(f64::from(height) / 8.0));
        self.chain(format!(
            "[room{number}]scale={w}:{h}:force_original_aspect_ratio=increase:{colours},\
             crop={w}:{h},format=yuv420p,boxblur=6:3,lutyuv=y=(val-16)*0.7+16,scale={width}:{height}[blur{number}]"
        ));
    }

    /// Adds the chain `[backdropN]`: an endless video of what is shown behind a clip with transparency.
    fn backdrop(&mut self, number: usize, look: &Look) {
        let Profile {
            width, area_height, ..
        } = look.profile;
        match &look.backdrop {
            Backdrop::Colour(rgb) => {
                let Yuv { y, u, v } = Colour(*rgb).yuv();
                self.chain(format!(
                    "color=size={width}x{area_height}:rate={FPS},format=yuv420p,\
                     lutyuv=y={y}:u={u}:v={v}[backdrop{number}]"
                ));
            }
            Backdrop::Image(path) => {
                let input = self.input(Input::Still(path.clone()));
                self.chain(format!(
                    "[{input}:v:0]trim=end_frame=1,scale={width}:{area_height}:force_original_aspect_ratio=increase:\
                     out_color_matrix=bt709:out_range=tv,crop={width}:{area_height},setsar=1,format=yuv420p,\
                     loop=loop=-1:size=1,settb=1/{FPS},setpts=N[backdrop{number}]"
                ));
            }
        }
    }
}

/// Filters that give exactly the frames of one pass that the plan counts on. The last frame of a clip may be
/// lost to rounding, and a broken clip may end early: the last frame is then repeated.
fn pass(clip: &Clip) -> String {
    let frames = clip.frames();
    format!("tpad=stop=-1:stop_mode=clone,trim=end_frame={frames}")
}

/// Filters for the speed: frame n of the loop is shown at n/30 s divided by the speed, earlier by the offset.
fn speed(speed: Speed, Offset(offset): Offset) -> String {
    if speed == Speed::NORMAL {
        return format!("settb=1/{FPS},setpts=N");
    }
    let (above, below) = (speed.numerator(), speed.denominator());
    // The timebase is fine (1/90000 s) first. With a timebase of 1/30 s the new times would be rounded before
    // `fps` sees them.
    format!("settb=1/90000,setpts=(N*{below}-{offset})/{above}/({FPS}*TB),fps={FPS}:start_time=0")
}

/// The largest part of a clip's height or width that [`Fit::Auto`] may cut off. A 16:9 clip above the HUD bar
/// loses a ninth.
const CUT_AT_MOST: f64 = 1.0 / 8.0;

/// Whether a clip is shown whole, with the rest of the area filled, or cut to the area.
fn shown_whole(fit: Fit, shown: (f64, f64), area: (u32, u32)) -> bool {
    match fit {
        Fit::Contain => true,
        Fit::Cover => false,
        Fit::Auto => {
            let ratio = (shown.0 / shown.1) / (f64::from(area.0) / f64::from(area.1));
            1.0 - ratio.min(1.0 / ratio) > CUT_AT_MOST
        }
    }
}

/// The size to which a clip is scaled: the whole clip fits inside the area, or it covers all of the area.
/// Both numbers are even, as 4:2:0 requires.
fn fitted(shown: (f64, f64), area: (u32, u32), whole: bool) -> (u32, u32) {
    let across = f64::from(area.0) / shown.0;
    let down = f64::from(area.1) / shown.1;
    let by = if whole { across.min(down) } else { across.max(down) };
    let (w, h) = (even(shown.0 * by), even(shown.1 * by));
    if whole {
        // Rounding to even numbers may have made it a pixel larger than the area.
        (w.min(area.0), h.min(area.1))
    } else {
        (w.max(area.0), h.max(area.1))
    }
}

fn even(length: f64) -> u32 {
    ((length / 2.0).round() as u32).max(1) * 2
}

fn crop(chain: &mut Chain, (w, h): (u32, u32), area: (u32, u32)) {
    if w > area.0 || h > area.1 {
        chain.add(format_args!("crop={}:{}", w.min(area.0), h.min(area.1)));
    }
}

/// A row of filters after their input labels. Filters are joined by commas.
struct Chain {
    text: String,
    joined: bool,
}

impl Chain {
    fn add(&mut self, filter: impl fmt::Display) {
        if self.joined {
            self.text.push(',');
        }
        self.text.push_str(&filter.to_string());
        self.joined = true;
    }
}

impl From<String> for Chain {
    fn from(text: String) -> Self {
        Self {
            joined: !text.ends_with(']'),
            text,
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
