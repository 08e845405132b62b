//! Videos as files and segments: every byte range equals the same part of the whole file, players
//! find the frames that the plan names, and all ways of delivery show the same frames.

// The tests are about videos and files, which have similar names.
#![allow(clippy::similar_names)]

mod fixture;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::to_bytes;
use axum::http::{HeaderMap, Method, header};
use fixture::{
    Fixture, H264, Seen, bare_plan, collect, ffmpeg, ffprobe, interval, numbered_clip, numbers, settings,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use virtual_coach::deliver::{Hls, LayoutCache, Texts, VirtualFile, movie};
use virtual_coach::http::range_response::{FileHeaders, IMMUTABLE, answer};
use virtual_coach::render::Renderer;
use virtual_coach::stitch::StitchedVideo;
use virtual_coach::texts::Caption;
use virtual_coach::units::{Frames, Speed};
use virtual_coach::workout::IntervalKind::{Finish, GetReady, Rest, Work};
use virtual_coach::workout::{
    Fit, HudParts, Language, Orientation, Plan, Profile, RendererChoice, Resolution, RoundPosition, Side,
};

const PATIENCE: Duration = Duration::from_secs(300);
const KIND: FileHeaders<'_> = FileHeaders {
    media_type: "video/mp4",
    cache_control: IMMUTABLE,
    disposition: None,
};

/// A workout of 26 s from two loops at several speeds.
fn plan(hud: bool, times: usize) -> Plan {
    let mut intervals = vec![interval(GetReady, "one", 90, (1, 2), None)];
    for _ in 0..times {
        intervals.extend([
            interval(Work, "one", 187, (6, 5), Some(Side::Left)),
            interval(Work, "one", 203, (1, 1), Some(Side::Right)),
            interval(Rest, "two", 100, (1, 2), None),
            interval(Work, "two", 150, (1, 1), None),
        ]);
    }
    intervals.push(interval(Finish, "two", 50, (1, 1), None));
    Plan {
        profile: Profile::new(Resolution::P480, Orientation::Landscape, hud),
        hud_parts: HudParts {
            timer: hud,
            progress_bar: hud,
            exercise_name: hud,
            round: hud,
        },
        language: if hud { Language::French } else { Language::English },
        cues: true,
        fit: Fit::Cover,
        renderer: RendererChoice::Stitch,
        ..bare_plan(intervals)
    }
}

fn texts(plan: &Plan) -> Texts {
    let chapters = plan.timeline.intervals().iter().map(|interval| Caption {
        start: interval.start,
        end: interval.end(),
        text: format!("{}. {}", interval.index + 1, interval.movement.name),
    });
    let captions = plan.timeline.intervals().iter().map(|interval| Caption {
        start: interval.start + Frames(5),
        end: interval.start + Frames(45),
        text: format!("Now: {} é", interval.movement.name),
    });
    Texts {
        language: plan.language,
        title: "A workout & more".to_owned(),
        captions: captions.collect(),
        chapters: chapters.collect(),
    }
}

struct Stage {
    fixture: Fixture,
    renderer: Renderer,
}

impl Stage {
    async fn open() -> Self {
        let mut fixture = Fixture::new();
        numbered_clip(&fixture.clip("one", "one.mp4"), 61, &H264);
        numbered_clip(&fixture.clip("two", "two.mp4"), 40, &H264);
        let renderer = fixture.renderer(settings()).await;
        Self { fixture, renderer }
    }

    async fn video(&self, plan: &Plan) -> Arc<StitchedVideo> {
        let plan = Arc::new(plan.clone());
        self.renderer.video(&plan, PATIENCE).await.expect("a video")
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.fixture.result(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

fn whole(file: &VirtualFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in file.read(0..u64::MAX) {
        bytes.extend_from_slice(&piece.expect("a sound file"));
    }
    assert_eq!(bytes.len() as u64, file.len());
    bytes
}

fn part(file: &VirtualFile, from: u64, to: u64) -> Vec<u8> {
    file.read(from..to)
        .flat_map(|piece| piece.expect("a sound file"))
        .collect()
}

/// A digest of each frame.
fn frames(file: &Path) -> Vec<String> {
    let file = file.to_str().expect("UTF-8");
    let arguments = ["-xerror", "-err_detect", "explode", "-i", file, "-map", "0:v:0"];
    let output = ["-fps_mode", "passthrough", "-f", "framehash", "-hash", "md5", "-"];
    let text = String::from_utf8(ffmpeg(&[&arguments[..], &output].concat())).expect("text");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit(',').next()?.trim().to_owned()))
        .collect()
}

/// A digest of each coded frame in the file.
fn coded(file: &Path) -> Vec<String> {
    let file = file.to_str().expect("UTF-8");
    let output = [
        "-map",
        "0:v:0",
        "-c",
        "copy",
        "-f",
        "framehash",
        "-hash",
        "md5",
        "-",
    ];
    let text = String::from_utf8(ffmpeg(&[&["-i", file], &output[..]].concat())).expect("text");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit(',').next()?.trim().to_owned()))
        .collect()
}

/// When each frame begins.
fn times(file: &Path) -> Vec<u64> {
    let shown = [
        "-select_streams",
        "v:0",
        "-show_entries",
        "packet=pts",
        file.to_str().expect("UTF-8"),
    ];
    let probe = ffprobe(&shown);
    let packets = probe["packets"].as_array().expect("packets").iter();
    packets
        .map(|packet| packet["pts"].as_u64().expect("a time"))
        .collect()
}

/// Every file of a video: the name or tag that identifies its bytes, and the bytes.
fn named_files(video: &Arc<StitchedVideo>, texts: &Texts) -> Vec<(String, Vec<u8>)> {
    let hls = Hls::new(Arc::clone(video));
    let names = (0..hls.segments()).map(|number| hls.segment_name(number));
    let mut files: Vec<_> = names
        .chain([hls.init_name()])
        .map(|name| {
            let file = hls.file(&name).expect("a name of its own").expect("a sound file");
            (name, whole(&file))
        })
        .collect();
    let file = movie(video, texts);
    files.push((file.etag().to_owned(), whole(&file)));
    files
}

/// The plan with one option changed at a time, each with the name of that option.
fn variants(plan: &Plan) -> Vec<(&'static str, Plan)> {
    let mut variants = vec![("nothing", plan.clone())];
    let mut with = |what, change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        variants.push((what, changed));
    };
    let intervals = |plan: &mut Plan, change: &dyn Fn(&mut Vec<virtual_coach::workout::Interval>)| {
        let mut intervals = plan.timeline.intervals().to_vec();
        change(&mut intervals);
        plan.timeline = virtual_coach::workout::Timeline::new(intervals).expect("intervals");
    };
    // All exercise names are the same in both languages, as those of Burpee, Crunch and Superman
    // are.
    with("language", &|plan| plan.language = Language::English);
    with("timer", &|plan| plan.hud_parts.timer = false);
    with("progress bar", &|plan| plan.hud_parts.progress_bar = false);
    with("exercise name", &|plan| plan.hud_parts.exercise_name = false);
    with("round", &|plan| plan.hud_parts.round = false);
    with("size", &|plan| {
        plan.profile = Profile::new(Resolution::P480, Orientation::Portrait, true);
    });
    with("no bar", &|plan| {
        plan.profile = Profile::new(Resolution::P480, Orientation::Landscape, false);
    });
    with("fit", &|plan| plan.fit = Fit::Contain);
    with("cues", &|plan| plan.cues = false);
    with("sound", &|plan| plan.clip_sound = true);
    with("a name", &|plan| {
        intervals(plan, &|all| all[1].movement.name.push('!'));
    });
    with("a speed", &|plan| {
        intervals(plan, &|all| {
            all[1].movement.speed = Speed::new(11, 10).expect("a speed");
        });
    });
    with("a length", &|plan| {
        intervals(plan, &|all| all[1].length = Frames(190));
    });
    with("a side", &|plan| {
        intervals(plan, &|all| all[1].movement.side = None);
    });
    with("a kind", &|plan| intervals(plan, &|all| all[3].kind = Work));
    with("an exercise", &|plan| {
        intervals(plan, &|all| {
            all[3].movement.exercise = all[1].movement.exercise.clone();
        });
    });
    with("a place", &|plan| {
        intervals(plan, &|all| {
            all[1].round_position = Some(RoundPosition {
                round: 1,
                rounds: 2,
                position: 1,
                positions: 2,
            });
        });
    });
    variants
}

/// Sound as samples.
fn heard(file: &Path) -> Vec<u8> {
    let file = file.to_str().expect("UTF-8");
    ffmpeg(&[
        "-xerror",
        "-err_detect",
        "explode",
        "-i",
        file,
        "-map",
        "0:a",
        "-f",
        "s16le",
        "-",
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn all_ways_of_delivery_give_the_same_frames_and_sound() {
    let stage = Stage::open().await;
    for hud in [true, false] {
        let plan = plan(hud, 1);
        // This prepares the loops, so that the stream begins with checked loops: a stream sends the
        // frames of a new loop before its check, which may replace them.
        let video = stage.video(&plan).await;
        let streamed = stage
            .renderer
            .start(Arc::new(plan.clone()))
            .await
            .expect("a rendering");
        let streamed = stage.write("streamed.mp4", &collect(streamed).await.expect("all of it"));
        let file = movie(&video, &texts(&plan));
        let linked = stage.write("linked.mp4", &whole(&file));
        let expected = frames(&streamed);
        assert_eq!(expected.len() as u64, video.frames());
        assert!(
            expected == frames(&linked),
            "the file shows other pictures (HUD: {hud})"
        );
        assert!(
            coded(&streamed) == coded(&linked),
            "the file has other slices (HUD: {hud})"
        );
        assert_eq!(times(&streamed), times(&linked));
        let begins: Vec<u64> = (0..video.frames()).map(|n| video.begins(n).0).collect();
        assert_eq!(times(&linked), begins);
        assert!(
            heard(&streamed) == heard(&linked),
            "the file sounds otherwise (HUD: {hud})"
        );

        let hls = Hls::new(Arc::clone(&video));
        let init = hls.init();
        let mut joined = init.to_vec();
        let mut shown = 0;
        for number in 0..hls.segments() {
            let segment = hls
                .file(&hls.segment_name(number))
                .expect("a segment")
                .expect("a sound one");
            let bytes = whole(&segment);
            let alone = stage.write("alone.mp4", &[&init[..], &bytes].concat());
            let seen = frames(&alone);
            assert!(
                seen == expected[shown..shown + seen.len()],
                "segment {number} shows other pictures"
            );
            shown += seen.len();
            joined.extend(bytes);
        }
        assert_eq!(shown, expected.len());
        let joined = stage.write("joined.mp4", &joined);
        assert!(frames(&joined) == expected && times(&joined) == begins && heard(&joined) == heard(&linked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_find_every_track_and_a_seek_finds_the_frame_of_the_plan() {
    let stage = Stage::open().await;
    for hud in [true, false] {
        let plan = plan(hud, 1);
        let video = stage.video(&plan).await;
        let path = stage.write("linked.mp4", &whole(&movie(&video, &texts(&plan))));
        let file = path.to_str().expect("UTF-8");
        let probe = ffprobe(&["-show_streams", "-show_format", "-show_chapters", file]);
        let streams = probe["streams"].as_array().expect("streams");
        let kinds: Vec<&str> = streams.iter().filter_map(|s| s["codec_name"].as_str()).collect();
        assert_eq!(kinds[..3], ["h264", "aac", "mov_text"], "{probe:#}");
        let spoken = if hud { "fra" } else { "eng" };
        let languages: Vec<&Value> = streams.iter().map(|stream| &stream["tags"]["language"]).collect();
        assert_eq!(languages, ["und", "und", spoken, spoken]);
        let (length, chapters) = (plan.length().0, probe["chapters"].as_array().expect("chapters"));
        assert_eq!(streams[0]["duration_ts"], length * 3000);
        assert_eq!(streams[1]["duration_ts"], length * 1600);
        assert_eq!(probe["format"]["tags"]["title"], "A workout & more");
        assert_eq!(chapters.len(), plan.timeline.intervals().len());
        assert_eq!(chapters[1]["tags"]["title"], "2. one");
        // Chromium drops audio frames whose position in the file is before one that it has already
        // read.
        let places = ffprobe(&["-select_streams", "a", "-show_entries", "packet=pos", file]);
        let places = places["packets"].as_array().expect("packets").iter();
        let places: Vec<u64> = places
            .map(|packet| packet["pos"].as_str().expect("a place").parse().expect("bytes"))
            .collect();
        assert!(places.is_sorted() && places.len() > 1000, "{places:?}");
        let subtitles = ffmpeg(&["-i", file, "-map", "0:s", "-f", "webvtt", "-"]);
        let subtitles = String::from_utf8(subtitles).expect("UTF-8");
        assert_eq!(
            subtitles.matches("Now: ").count(),
            plan.timeline.intervals().len(),
            "{subtitles}"
        );
        assert!(
            subtitles.contains("00:03.167 --> 00:04.500\nNow: one é"),
            "{subtitles}"
        );

        let crop = if hud { "854:400:0:12" } else { "854:480:0:0" };
        for tenth in (1..plan.length().0 / 3).step_by(7) {
            let second = format!("{}.{}", tenth / 10, tenth % 10);
            let one = stage.fixture.result("one.mkv");
            let arguments = ["-ss", &second, "-i", file, "-map", "0:v", "-frames:v", "1"];
            ffmpeg(&[&arguments[..], &["-c:v", "ffv1", one.to_str().expect("UTF-8")]].concat());
            // The first frame that begins at that instant or later.
            let due = (0..video.frames()).find(|n| video.begins(*n).0 >= tenth * 9000);
            let due = due.expect("before the end");
            // The frame numbers in a clip are those of its loop.
            let number = video.stored_frame(due).frame;
            let mirrored = plan.timeline.at(video.begins(due).frame()).movement.side == Some(Side::Right);
            let expected = Some(Seen { number, mirrored });
            assert_eq!(numbers(&one, crop), [expected], "at {second} s (HUD: {hud})");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_range_is_the_same_slice_of_the_whole() {
    let stage = Stage::open().await;
    for hud in [true, false] {
        let plan = plan(hud, 1);
        let video = stage.video(&plan).await;
        let hls = Hls::new(Arc::clone(&video));
        let segment = hls.segment(1).expect("a segment").expect("a sound one");
        for file in [movie(&video, &texts(&plan)), segment] {
            let all = whole(&file);
            let length = file.len();
            let ranges = (0..length, 0..=200_000u64);
            let law = |(from, count): (u64, u64)| {
                let to = (from + count).min(length);
                prop_assert!(
                    part(&file, from, to) == all[from as usize..to as usize],
                    "{}..{}",
                    from,
                    to
                );
                Ok(())
            };
            TestRunner::default().run(&ranges, law).expect("the same bytes");
            assert_eq!(part(&file, 0, 2), all[..2]);
            assert_eq!(part(&file, length - 1, length + 9), all[all.len() - 1..]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hud_slice_that_is_kept_is_what_a_pen_writes_in_any_order() {
    let stage = Stage::open().await;
    let video = stage.video(&plan(true, 1)).await;
    let frames = video.frames();
    let mut writer = video.writer().expect("a pen");
    // A stride without a common factor visits every frame in random order; stride 1 visits
    // neighbours.
    for number in (0..frames).map(|n| n * 97 % frames).chain(0..frames) {
        let written = video.rewritten(&mut writer, number).expect("a slice");
        let kept = video.slice(&mut None, number).expect("a slice");
        assert_eq!(written.len() as u64, u64::from(video.slice_size(number)));
        assert!(!kept.is_empty() && kept == written, "picture {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_answers_ranges_validators_and_heads() {
    let stage = Stage::open().await;
    let plan = plan(true, 1);
    let file = movie(&stage.video(&plan).await, &texts(&plan));
    let all = whole(&file);
    let ask = async |method: Method, headers: &[(header::HeaderName, &str)]| {
        let mut request = HeaderMap::new();
        for (name, value) in headers {
            request.insert(name, value.parse().expect("a value"));
        }
        let answer = answer(&method, &request, &file, KIND).expect("an answer");
        let (head, body) = answer.into_parts();
        (head, to_bytes(body, usize::MAX).await.expect("a whole body"))
    };
    let (head, body) = ask(Method::GET, &[]).await;
    assert!(head.status == 200 && body == all);
    assert_eq!(head.headers["content-length"], all.len().to_string().as_str());
    let (head, body) = ask(Method::HEAD, &[(header::RANGE, "bytes=0-1")]).await;
    assert!(head.status == 200 && body.is_empty());
    assert_eq!(head.headers["content-length"], all.len().to_string().as_str());
    let (head, body) = ask(Method::GET, &[(header::RANGE, "bytes=0-1")]).await;
    assert!(head.status == 206 && body == all[..2]);
    assert_eq!(
        head.headers["content-range"],
        format!("bytes 0-1/{}", all.len()).as_str()
    );
    let beyond = format!("bytes={}-", all.len());
    let (head, body) = ask(Method::GET, &[(header::RANGE, &beyond)]).await;
    assert!(head.status == 416 && body.is_empty());
    let (head, _) = ask(Method::GET, &[(header::IF_NONE_MATCH, file.etag())]).await;
    assert_eq!(head.status, 304);
    let (head, body) = ask(
        Method::GET,
        &[(header::RANGE, "bytes=5-9"), (header::IF_RANGE, "\"old\"")],
    )
    .await;
    assert!(head.status == 200 && body == all);
    let (head, body) = ask(Method::GET, &[(header::RANGE, "bytes=0-9, 40000-40999, -7")]).await;
    assert_eq!(head.status, 206);
    assert_eq!(head.headers["content-length"], body.len().to_string().as_str());
    let kind = head.headers["content-type"].to_str().expect("text");
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .expect("several parts");
    let mut expected = Vec::new();
    let end = all.len();
    for part in [0..10, 40_000..41_000, end - 7..end] {
        let place = format!("bytes {}-{}/{end}", part.start, part.end - 1);
        let head = format!("\r\n--{boundary}\r\nContent-Type: video/mp4\r\nContent-Range: {place}\r\n\r\n");
        expected.extend(head.bytes());
        expected.extend(&all[part]);
    }
    expected.extend(format!("\r\n--{boundary}--\r\n").bytes());
    assert!(body == expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_tell_exact_lengths_of_four_to_six_seconds() {
    let stage = Stage::open().await;
    let plan = plan(true, 3);
    let video = stage.video(&plan).await;
    let hls = Hls::new(Arc::clone(&video));
    let media = hls.media();
    let lengths: Vec<u64> = media
        .lines()
        .filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(','))
        .map(|seconds| seconds.replace('.', "").parse().expect("millionths"))
        .collect();
    assert_eq!(lengths.len(), hls.segments());
    assert_eq!(
        lengths.iter().sum::<u64>(),
        (plan.length().ticks().0 * 100 + 4) / 9
    );
    assert!(
        lengths
            .iter()
            .all(|length| (4_000_000..=6_000_000).contains(length)),
        "{lengths:?}"
    );
    assert!(
        media.contains(&hls.init_name()) && media.ends_with("#EXT-X-ENDLIST\n"),
        "{media}"
    );
    assert!(hls.file("0-0123456789abcdef.m4s").is_none() && hls.file(&hls.segment_name(999)).is_none());
    let master = hls.master("video.m3u8", &[(Language::French, "captions-fr.m3u8".to_owned())]);
    let subtitles =
        "NAME=\"Français\",LANGUAGE=\"fr\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"captions-fr.m3u8\"\n";
    assert!(master.contains(subtitles), "{master}");
    assert!(
        master.contains("RESOLUTION=854x480") && master.contains("mp4a.40.2"),
        "{master}"
    );
    // FFmpeg's own HLS reader plays the playlist from files.
    for name in (0..hls.segments())
        .map(|n| hls.segment_name(n))
        .chain([hls.init_name()])
    {
        let file = hls
            .file(&name)
            .expect("a name of the playlist")
            .expect("a sound one");
        stage.write(&name, &whole(&file));
    }
    let playlist = stage.write("video.m3u8", media.as_bytes());
    let linked = stage.write("linked.mp4", &whole(&movie(&video, &texts(&plan))));
    assert!(
        frames(&playlist) == frames(&linked),
        "the playlist shows other pictures"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_is_the_same_wherever_and_whenever_it_is_made() {
    let stage = Stage::open().await;
    let plan = plan(true, 1);
    let first = movie(&stage.video(&plan).await, &texts(&plan));
    let other = stage.fixture.renderer(settings()).await;
    let video = other
        .video(&Arc::new(plan.clone()), PATIENCE)
        .await
        .expect("a video");
    let second = movie(&video, &texts(&plan));
    assert_eq!(first.etag(), second.etag());
    assert!(whole(&first) == whole(&second));
    let mut renamed = texts(&plan);
    renamed.chapters[0].text.push('!');
    assert_ne!(movie(&video, &renamed).etag(), first.etag());
    let fresh = Plan {
        profile: Profile::new(Resolution::P720, Orientation::Landscape, true),
        ..plan
    };
    let impatient = other.video(&Arc::new(fresh), Duration::from_millis(1)).await;
    assert!(
        matches!(impatient, Err(virtual_coach::render::RenderError::Preparing)),
        "{impatient:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_names_and_tags_are_equal_bytes_whatever_option_differs() {
    let stage = Stage::open().await;
    let plan = plan(true, 1);
    let mut known: HashMap<String, (&str, Vec<u8>)> = HashMap::new();
    let mut tags = HashMap::new();
    for (what, plan) in variants(&plan) {
        let video = stage.video(&plan).await;
        if let Some(other) = tags.insert(*video.digest(), what) {
            panic!("{what} and {other} have one digest");
        }
        for (name, bytes) in named_files(&video, &texts(&plan)) {
            match known.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert((what, bytes));
                }
                Entry::Occupied(entry) => {
                    let (other, same) = entry.get();
                    assert!(
                        *same == bytes,
                        "{} is one thing with {what}, another with {other}",
                        entry.key()
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_built_once_for_all_who_ask_and_to_its_end_when_they_leave() {
    let stage = Stage::open().await;
    let short = Arc::new(plan(true, 1));
    let askers = (0..16).map(|_| stage.renderer.video(&short, PATIENCE));
    let videos = futures_util::future::join_all(askers).await;
    let videos: Vec<Arc<StitchedVideo>> = videos.into_iter().map(|video| video.expect("a video")).collect();
    assert!(
        videos
            .iter()
            .all(|video| Arc::ptr_eq(video.index(), videos[0].index())),
        "sixteen askers had several indexes"
    );

    // A video of three hours: the client does not wait until it is prepared.
    let long = Arc::new(plan(true, 500));
    let deadline = Instant::now() + PATIENCE;
    let video = loop {
        match stage.renderer.video(&long, Duration::from_millis(1)).await {
            Ok(video) => break video,
            Err(virtual_coach::render::RenderError::Preparing) => {}
            Err(error) => panic!("{error}"),
        }
        assert!(Instant::now() < deadline, "it is never there for whoever polls");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(plan(true, 500).length() > Frames(2 * 3600 * 30));
    let (frames, bytes) = (video.frames(), video.index().bytes());
    assert!(bytes < 20 << 20, "{bytes} bytes for {frames} pictures");

    // A cached index holds no loop: one reference is this test's, one is the store's.
    let one = Arc::clone(&video.loops()[0]);
    drop((video, videos));
    let deadline = Instant::now() + PATIENCE;
    while Arc::strong_count(&one) > 2 {
        assert!(
            Instant::now() < deadline,
            "{} hold a loop",
            Arc::strong_count(&one)
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_index_is_told_to_all_and_the_next_is_tried_anew() {
    let mut stage = Stage::open().await;
    let clip = stage.fixture.clip("gone", "gone.mp4");
    numbered_clip(&clip, 40, &H264);
    let renderer = stage.fixture.renderer(settings()).await;
    let mut plan = plan(true, 1);
    let mut intervals = plan.timeline.intervals().to_vec();
    intervals[1].movement.exercise = virtual_coach::catalogue::ExerciseId::new("gone").expect("a slug");
    plan.timeline = virtual_coach::workout::Timeline::new(intervals).expect("intervals");
    let (plan, aside) = (Arc::new(plan), stage.fixture.result("aside.mp4"));
    std::fs::rename(&clip, &aside).expect("a file");
    let askers = (0..4).map(|_| renderer.video(&plan, PATIENCE));
    let told = futures_util::future::join_all(askers).await;
    assert!(told.iter().all(Result::is_err), "{told:?}");
    std::fs::rename(&aside, &clip).expect("a file");
    renderer.video(&plan, PATIENCE).await.expect("a video");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_is_laid_out_once_for_all_who_read_it() {
    let stage = Stage::open().await;
    let plan = plan(true, 1);
    let video = stage.video(&plan).await;
    let layout_cache = LayoutCache::default();
    let laid = Arc::new(AtomicUsize::new(0));
    let named = |video: &Arc<StitchedVideo>, name: &'static str, title: &'static str| {
        let (layout_cache, video, laid, plan) = (
            layout_cache.clone(),
            Arc::clone(video),
            Arc::clone(&laid),
            plan.clone(),
        );
        async move {
            let words = move || {
                laid.fetch_add(1, Ordering::Relaxed);
                let title = title.to_owned();
                Texts {
                    title,
                    ..texts(&plan)
                }
            };
            layout_cache.movie(&video, name, words).await.expect("a movie")
        }
    };
    let readers = (0..20).map(|_| named(&video, "a", "one"));
    let files = futures_util::future::join_all(readers).await;
    assert_eq!(laid.load(Ordering::Relaxed), 1);
    let fresh = movie(
        &video,
        &Texts {
            title: "one".to_owned(),
            ..texts(&plan)
        },
    );
    for file in files {
        assert_eq!(file.etag(), fresh.etag());
        assert!(whole(&file) == whole(&fresh));
    }
    // Another workout of the same loops, and the same workout of other loops.
    assert_ne!(named(&video, "b", "two").await.etag(), fresh.etag());
    let small = Plan {
        profile: Profile::new(Resolution::P480, Orientation::Portrait, true),
        ..plan.clone()
    };
    let other = stage.video(&small).await;
    assert_ne!(named(&other, "a", "one").await.etag(), fresh.etag());
    assert_eq!(laid.load(Ordering::Relaxed), 3);

    // The layout cache keeps no video, and so no loop, in memory.
    let held = Arc::downgrade(&video);
    drop((video, other, fresh, stage));
    for _ in 0..100 {
        if held.upgrade().is_none() {
            return;
        }
        // The renderer frees its index cache a little after itself.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the layout cache, of {layout_cache:?}, holds the video");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_hour_without_a_hud_takes_the_bytes_of_its_loops_and_its_sound() {
    let stage = Stage::open().await;
    let plan = plan(false, 85);
    let video = stage.video(&plan).await;
    let texts = texts(&plan);
    let start = Instant::now();
    let file = movie(&video, &texts);
    let laid = start.elapsed();
    assert!(plan.length() > Frames(30 * 60 * 30));
    let once = movie(&stage.video(&self::plan(false, 1)).await, &texts);
    println!(
        "30 min: {} bytes, 26 s: {}, laid out in {laid:?}",
        file.len(),
        once.len()
    );
    // The tables: four bytes per frame and per audio frame, and the times of odd speeds.
    let sound = video.sound();
    let sound = sound.size(0..sound.count());
    assert!(
        file.len() < once.len() + sound + 1_400_000,
        "{} bytes, {sound} of them sound; {} for 26 s",
        file.len(),
        once.len()
    );
    let path = stage.write("long.mp4", &whole(&file));
    assert_eq!(frames(&path).len() as u64, video.frames());
}
