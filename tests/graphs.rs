//! Filter graphs as text: snapshots for people to read, and a property test that no text from
//! outside enters a graph.

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use virtual_coach::clip::{Clip, ColourSpace, Facts, Mix, SoundFacts, VideoFacts};
use virtual_coach::graph::{
    Backdrop, FilterGraph, Group, Look, Offset, Shot, groups, sound_graph, video_graph,
};
use virtual_coach::units::{Frames, Seconds, Speed};
use virtual_coach::workout::{Fit, Orientation, Profile, Resolution};

fn clip(path: &str, width: u32, height: u32, length: f64) -> Clip {
    Clip {
        path: PathBuf::from(path),
        facts: Facts {
            container: "mov".to_owned(),
            start: Seconds(0.0),
            silent: None,
            video: VideoFacts {
                stream: 0,
                codec: "h264".to_owned(),
                width,
                height,
                rotation: 0,
                shown: (f64::from(width), f64::from(height)),
                still: false,
                fps: 30.0,
                variable_rate: false,
                pixels: "yuv420p".to_owned(),
                alpha: false,
                interlaced: false,
                colours: ColourSpace::default(),
                start: Seconds(0.0),
            },
            sound: None,
            length: Some(Seconds(length)),
            breaks_off: false,
        },
        length: Seconds(length),
        cut: false,
        breaks_off: None,
    }
}

fn shot(clip: Clip, length: u64) -> Shot {
    Shot {
        clip: Arc::new(clip),
        start: Frames::ZERO,
        length: Frames(length),
        speed: Speed::NORMAL,
        mirrored: false,
        heard: false,
        offset: Offset::default(),
    }
}

fn look(hud: bool, fit: Fit) -> Look {
    Look {
        profile: Profile::new(Resolution::P720, Orientation::Landscape, hud),
        fit,
        backdrop: Backdrop::default(),
    }
}

/// The inputs, then the graph, as FFmpeg gets them.
fn readable(graph: &FilterGraph) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (number, input) in graph.inputs.iter().enumerate() {
        let words: Vec<String> = input
            .arguments()
            .iter()
            .map(|a| a.to_string_lossy().into_owned())
            .collect();
        let fence = virtual_coach::ffmpeg::FENCE.join(" ");
        lines.push(format!(
            "input {number}: {}",
            words.join(" ").replace(&fence, "<fence>")
        ));
    }
    lines.push(graph.text.clone());
    lines.join("\n")
}

#[test]
fn a_rest_and_the_work_after_it() {
    let mut rest = shot(clip("videos/air-squat.mov", 1280, 720, 2.0), 600);
    rest.speed = Speed::new(1, 2).unwrap();
    let mut work = shot(clip("videos/air-squat.mov", 1280, 720, 20.0), 1200);
    work.speed = Speed::new(6, 5).unwrap();
    let group = Group {
        shots: vec![rest, work],
    };
    insta::assert_snapshot!(readable(&video_graph(&group, &look(true, Fit::Contain))));
}

#[test]
fn a_studio_clip_over_a_backdrop_mirrored() {
    let mut clip = clip("videos/jumping-jack.mov", 640, 360, 2.0);
    clip.facts.video.alpha = true;
    let mut shot = shot(clip, 600);
    shot.mirrored = true;
    let group = Group { shots: vec![shot] };
    insta::assert_snapshot!(readable(&video_graph(&group, &look(true, Fit::Cover))));
}

#[test]
fn a_phone_clip_without_hud() {
    let mut clip = clip("videos/IMG_0042.MOV", 1920, 1080, 12.0);
    clip.facts.video.rotation = 90;
    clip.facts.video.shown = (1080.0, 1920.0);
    clip.facts.video.colours = ColourSpace::named("bt2020", "arib-std-b67", "bt2020nc");
    clip.facts.video.interlaced = true;
    let group = Group {
        shots: vec![shot(clip, 300)],
    };
    insta::assert_snapshot!(readable(&video_graph(&group, &look(false, Fit::Contain))));
}

#[test]
fn sound_of_one_clip_and_silence_of_another() {
    let mut heard = clip("videos/march.mov", 1280, 720, 2.0);
    heard.facts.sound = Some(SoundFacts {
        stream: 1,
        codec: "aac".to_owned(),
        rate: 44_100,
        channels: 1,
        mix: Mix::Layout,
        start: Seconds(0.021),
    });
    let mut heard = shot(heard, 900);
    heard.heard = true;
    heard.speed = Speed::new(4, 5).unwrap();
    let silent = shot(clip("videos/plank.mov", 1280, 720, 2.0), 300);
    let group = Group {
        shots: vec![heard, silent.clone()],
    };
    insta::assert_snapshot!(readable(&sound_graph(&group).expect("something is heard")));
    let group = Group { shots: vec![silent] };
    assert_eq!(sound_graph(&group), None);
}

#[test]
fn sound_slower_than_half_takes_two_filters_for_its_speed() {
    let mut clip = clip("videos/march.mov", 1280, 720, 2.0);
    clip.facts.sound = Some(SoundFacts {
        stream: 1,
        codec: "aac".to_owned(),
        rate: 48_000,
        channels: 2,
        mix: Mix::Layout,
        start: Seconds(0.0),
    });
    let mut shot = shot(clip, 300);
    shot.heard = true;
    for (speed, filters) in [
        ((1, 2), ",atempo=1/2,"),
        ((19, 40), ",atempo=1/2,atempo=2*19/40,"),
        ((21, 10), ",atempo=21/10,"),
    ] {
        shot.speed = Speed::new(speed.0, speed.1).unwrap();
        let group = Group {
            shots: vec![shot.clone()],
        };
        let text = sound_graph(&group).expect("it is heard").text;
        assert!(text.contains(filters), "{speed:?}: {text}");
    }
}

#[test]
fn every_filter_of_a_graph_is_asked_of_ffmpeg_at_start() {
    // A filter's name ends at `=`; labels in brackets are around it.
    let name = |filter: &str| {
        let behind = filter
            .rsplit_once(']')
            .filter(|(_, rest)| !rest.is_empty())
            .map_or(filter, |(_, rest)| rest);
        let alone = behind.split('[').next().unwrap_or(behind);
        alone.split('=').next().unwrap_or(alone).to_owned()
    };
    for file in std::fs::read_dir("tests/snapshots").unwrap().flatten() {
        if !file.file_name().to_string_lossy().starts_with("graphs__") {
            continue;
        }
        let text = std::fs::read_to_string(file.path()).unwrap();
        let graph: Vec<&str> = text
            .lines()
            .filter(|l| l.starts_with(['[', 'a', 'c']) && l.contains('['))
            .collect();
        assert!(!graph.is_empty(), "{:?} shows no graph", file.path());
        for filter in graph
            .iter()
            .flat_map(|line| line.split([';', ',']))
            .filter(|f| !f.is_empty())
        {
            let name = name(filter.split_once("[out]").map_or(filter, |(before, _)| before));
            let known = virtual_coach::graph::FILTERS.contains(&name.as_str());
            assert!(known, "{name} is missing in FILTERS");
        }
    }
}

#[test]
fn groups_are_bounded_and_the_first_shot_stands_alone() {
    let profile = look(true, Fit::Contain).profile;
    // Ten loops of 2 s that are held in memory, and ten clips of 20 s that are read again in every
    // pass.
    let shots: Vec<Shot> = (0..20)
        .map(|n| shot(clip("c.mov", 1280, 720, if n < 10 { 2.0 } else { 20.0 }), 30))
        .collect();
    let sizes: Vec<usize> = groups(&shots, &profile).iter().map(|g| g.shots.len()).collect();
    assert_eq!(sizes, [1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 2]);
}

proptest! {
    /// Paths are separate arguments; the text of a graph does not depend on the name of a clip.
    #[test]
    fn no_name_gets_into_a_graph(name in "\\PC{0,40}") {
        let text = |path: &str| {
            let group = Group { shots: vec![shot(clip(path, 640, 480, 3.0), 60)] };
            video_graph(&group, &look(true, Fit::Contain)).text
        };
        prop_assert_eq!(text(&name), text("plain.mov"));
        let group = Group { shots: vec![shot(clip(&name, 640, 480, 3.0), 60)] };
        let arguments = video_graph(&group, &look(true, Fit::Contain)).inputs[0].arguments();
        // The path is one argument, which FFmpeg can only take for a file.
        let with_name: Vec<_> = arguments.iter().rev().take(2).collect();
        prop_assert_eq!(with_name[0].to_string_lossy().into_owned(), format!("file:{name}"));
        prop_assert_eq!(with_name[1].to_str(), Some("-i"));
    }

    /// For any numbers, a graph has one clip per shot, and the shots fill the area exactly.
    #[test]
    fn graphs_hold_any_numbers(
        sizes in prop::collection::vec((1_u32..8704, 1_u32..8704, 0.01_f64..900.0, 1_u64..100_000), 1..4),
        speed in (1_u32..400, 1_u32..400),
        hud: bool,
        cover: bool,
    ) {
        let shots: Vec<Shot> = sizes.iter().map(|(w, h, length, frames)| {
            let mut shot = shot(clip("c.mov", *w, *h, *length), *frames);
            shot.speed = Speed::new(speed.0, speed.1).unwrap();
            shot
        }).collect();
        let count = shots.len();
        let fit = if cover { Fit::Cover } else { Fit::Contain };
        let graph = video_graph(&Group { shots }, &look(hud, fit));
        prop_assert_eq!(graph.inputs.len(), count + usize::from(hud));
        prop_assert!(graph.text.ends_with("[out]"));
        for forbidden in ["NaN", "inf", "scale=0", "crop=0", "size=0", "frame=0", "-1:"] {
            prop_assert!(!graph.text.replace("loop=-1:", "").replace("stop=-1:", "").contains(forbidden), "{}", graph.text);
        }
    }
}
