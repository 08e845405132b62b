//! What `doctor` and the list of exercises say about clips is true.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use virtual_coach::clip::{ClipError, Depth, ProbeCache, TrialError, TrialRender, report};
use virtual_coach::ffmpeg::Tools;
use virtual_coach::render::trial_render;

use crate::fixture::{self, Fixture, H264, ffmpeg, numbered, numbered_clip};

fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// A clip of 30 numbered frames with a second source.
fn with_sound(path: &Path, options: &[&str], source: &str) {
    let numbers = numbered(30);
    let frames = ["-f", "lavfi", "-i", &numbers];
    let sound = [
        "-f", "lavfi", "-i", source, "-map", "0", "-map", "1", "-c:a", "aac",
    ];
    ffmpeg(&[&frames[..], options, &sound, &H264, &[text(path)]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_what_is_true() {
    let mut fixture = Fixture::new();
    let uneven = "testsrc2=s=160x90:r=30:d=5,select='lt(t\\,1)+gt(t\\,4)'";
    let vfr = ["-f", "lavfi", "-i", uneven, "-fps_mode", "vfr"];
    ffmpeg(&[&vfr[..], &H264, &[text(&fixture.clip("uneven", "uneven.mp4"))]].concat());

    let numbers = numbered(30);
    let loops = [
        "-f",
        "lavfi",
        "-i",
        &numbers,
        "-vf",
        "fps=10",
        "-c:v",
        "libwebp_anim",
        "-f",
        "webp",
    ];
    ffmpeg(&[&loops[..], &[text(&fixture.clip("animated", "animated.webp"))]].concat());
    let heic = [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", &[0; 100][..]].concat();
    fs::write(fixture.clip("heic", "heic.jpg"), heic).expect("a file");
    fs::write(fixture.clip("text", "text.png"), "no picture").expect("a file");

    let unknown = fixture.clip("unknown", "unknown.mp4");
    with_sound(&unknown, &[], "sine=duration=1");
    let mut file = fs::read(&unknown).expect("a clip");
    let entry = file
        .windows(4)
        .position(|word| word == b"mp4a")
        .expect("a sample entry");
    file[entry..entry + 4].copy_from_slice(b"zzzz");
    // A number also names the codec (ISO/IEC 14496-1 7.2.6.6): 0x40 is AAC.
    let named = file[entry..]
        .windows(2)
        .position(|bytes| bytes == b"\x40\x15")
        .expect("a descriptor");
    file[entry + named] = 0xfe;
    fs::write(&unknown, file).expect("a file");
    with_sound(
        &fixture.clip("late", "late.mkv"),
        &["-itsoffset", "7200"],
        "sine=duration=1",
    );

    let turning = fixture.clip("turning", "turning.ts");
    let part = |size: &str, offset: &str| {
        let source = format!("testsrc2=s={size}:r=30:d=1");
        let made = [
            "-f",
            "lavfi",
            "-i",
            &source,
            "-c:v",
            "libx264",
            "-output_ts_offset",
            offset,
            "-f",
            "mpegts",
            "-",
        ];
        ffmpeg(&made)
    };
    fs::write(&turning, [part("160x90", "0"), part("90x160", "1")].concat()).expect("a file");
    numbered_clip(&fixture.clip("still", "still.png"), 1, &["-frames:v", "1"]);
    let told = report(&fixture.inspect(Depth::Whole).await);
    // FFmpeg's own messages are not compared: they differ between versions.
    let own: Vec<&str> = told
        .lines()
        .map(|line| line.split(" (FFmpeg").next().unwrap_or(line))
        .collect();
    insta::assert_snapshot!(own.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_fails_its_trial_is_not_called_good_until_it_passes() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("clip", "clip.mp4"), 10, &H264);
    let tools = Arc::new(Tools::default());
    let probe_cache = ProbeCache::open(&fixture.folder().join("cache"), &tools).await;
    let inspector = fixture.inspector().with_probe_cache(probe_cache);
    let failing = TrialRender(Arc::new(|_| {
        Box::pin(async {
            Err(TrialError {
                cause: "no video comes of it".into(),
                is_of_machine: false,
            })
        })
    }));
    for _ in 0..2 {
        let refused = inspector
            .clone()
            .with_trial_render(failing.clone())
            .inspect("clip.mp4", None, Depth::First)
            .await;
        let error = refused.expect_err("its trial fails");
        assert!(matches!(error, ClipError::Unplayable(..)), "{error:?}");
        assert_eq!(error.to_string(), "clip.mp4 cannot be made into a video");
    }
    let passing = inspector.with_trial_render(trial_render(fixture::settings()));
    passing
        .inspect("clip.mp4", None, Depth::First)
        .await
        .expect("it passes a true trial");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_finds_a_renderer_that_fails() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("clip", "clip.mp4"), 10, &H264);
    // A missing backdrop fails every clip with transparency, and no other clip.
    let clip = fixture
        .inspector()
        .inspect("clip.mp4", None, Depth::First)
        .await
        .expect("a clip");
    let mut settings = fixture::settings();
    settings.backdrop = virtual_coach::graph::Backdrop::Image(fixture.result("gone.png"));
    let TrialRender(self_test) = trial_render(settings);
    self_test(clip.clone()).await.expect("it needs no backdrop");
    let mut transparent = clip;
    transparent.facts.video.alpha = true;
    self_test(transparent).await.expect_err("its backdrop is gone");
}
