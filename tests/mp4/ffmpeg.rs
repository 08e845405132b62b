//! Several FFmpeg runs become one movie, which ffprobe and FFmpeg's decoder check from outside.
//!
//! These tests need `ffmpeg` and `ffprobe`; without them they fail.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::Value;
use virtual_coach::mp4::{
    AUDIO_TRACK, AacConfig, AdtsReader, AudioTrack, Event, FragmentReader, Movie, Sample, TrackSamples,
    VIDEO_TRACK, VideoHeader, VideoTrack, fragment,
};

const TICKS_PER_VIDEO_FRAME: u64 = 3000;
const SAMPLES_PER_VIDEO_FRAME: u64 = 1600;

/// Runs a program to its end with `input` on its standard input, and gives its output.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} must be installed to run this test: {error}"));
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let output = std::thread::scope(|scope| {
        // A program that needs no more input closes its end; its exit status tells whether it
        // succeeded.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().expect("the child can be waited for")
    });
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && messages.is_empty(),
        "{program} {arguments:?}: {}\n{messages}",
        output.status
    );
    output.stdout
}

fn ffmpeg(arguments: &str, input: &[u8]) -> Vec<u8> {
    let arguments: Vec<&str> = "-nostdin -v error"
        .split(' ')
        .chain(arguments.split_whitespace())
        .collect();
    // -nostdin would close stdin, which some commands read.
    run(
        "ffmpeg",
        if input.is_empty() {
            &arguments
        } else {
            &arguments[1..]
        },
        input,
    )
}

fn ffprobe(arguments: &str, movie: &[u8]) -> Value {
    let mut file = tempfile::Builder::new()
        .suffix(".mp4")
        .tempfile()
        .expect("a temporary file");
    file.write_all(movie).expect("room for the movie");
    let path: &Path = file.path();
    let mut arguments: Vec<&str> = "-of json -v error"
        .split(' ')
        .chain(arguments.split_whitespace())
        .collect();
    arguments.push(path.to_str().expect("temporary paths are UTF-8"));
    serde_json::from_slice(&run("ffprobe", &arguments, &[])).expect("ffprobe prints JSON")
}

/// A fragmented stream of `frames` frames, made with the renderer's FFmpeg arguments.
fn encode(source: &str, frames: u64, fragmenting: &str) -> Vec<u8> {
    ffmpeg(
        &format!(
            "-f lavfi -i {source}=s=160x96:r=30 -frames:v {frames} -c:v libx264 -preset ultrafast -bf 0 -g 30 \
             -pix_fmt yuv420p -video_track_timescale 90000 -an -f mp4 {fragmenting} pipe:1"
        ),
        &[],
    )
}

const EVERY_FRAME: &str = "-movflags +empty_moov+default_base_moof+frag_every_frame";
const HALF_SECONDS: &str = "-movflags +empty_moov+default_base_moof -frag_duration 500000";
/// No default-base-is-moof: offsets count from an explicit base in the file.
const KEYFRAMES: &str = "-movflags +empty_moov+frag_keyframe";

/// Reads a whole stream in pieces of `size` bytes.
fn frames(stream: &[u8], size: usize) -> (VideoHeader, Vec<Sample>) {
    let mut reader = FragmentReader::new();
    let (mut header, mut samples) = (None, Vec::new());
    for piece in stream.chunks(size) {
        reader.push(Bytes::copy_from_slice(piece));
        while let Some(event) = reader.pull().expect("FFmpeg's stream is readable") {
            match event {
                Event::Header(found) => header = Some(found),
                Event::Sample(sample) => samples.push(sample),
            }
        }
    }
    reader.finish().expect("FFmpeg's stream is whole");
    (header.expect("a stream has a header"), samples)
}

/// Audio frames of a tone in ADTS; the first one is the encoder's priming.
///
/// Without noise substitution, because a decoder's noise depends on all frames before it.
fn tone(seconds: u32) -> (Vec<u8>, AacConfig, Vec<Sample>) {
    let stream = ffmpeg(
        &format!(
            "-f lavfi -i sine=f=440:d={seconds}:r=48000 -ac 2 -c:a aac -aac_pns 0 -b:a 128k -f adts pipe:1"
        ),
        &[],
    );
    let mut reader = AdtsReader::new();
    let mut audio_frames = Vec::new();
    for piece in stream.chunks(1000) {
        reader.push(Bytes::copy_from_slice(piece));
        while let Some(audio_frame) = reader.pull().expect("FFmpeg's ADTS is readable") {
            audio_frames.push(audio_frame);
        }
    }
    reader.finish().expect("FFmpeg's ADTS is whole");
    (
        stream,
        reader.config().expect("frames have a configuration"),
        audio_frames,
    )
}

/// Decode time of a fragment's first frame, and of its first audio frame if it has sound.
type Start = (u64, Option<u64>);

/// The movie of two runs and a tone that the tests check.
struct Joined {
    movie: Movie,
    fragments: Vec<Vec<u8>>,
    starts: Vec<Start>,
    sources: [Vec<u8>; 2],
    adts: Vec<u8>,
}

/// Made once for all tests.
static JOINED: LazyLock<Joined> = LazyLock::new(Joined::new);

const FIRST: u64 = 62;
const SECOND: u64 = 43;

impl Joined {
    /// 105 frames, 3.5 s, 168,000 audio samples, which are 164 audio frames and 64 samples.
    fn new() -> Self {
        let sources = [
            encode("testsrc2", FIRST, EVERY_FRAME),
            encode("smptebars", SECOND, HALF_SECONDS),
        ];
        let (header, mut video) = frames(&sources[0], 4096);
        let (other, rest) = frames(&sources[1], 70_000);
        assert_eq!(header, other, "equal settings must give equal parameters");
        video.extend(rest);
        let total = FIRST + SECOND;
        let (adts, config, mut audio) = tone(4);
        audio.remove(0);
        audio.truncate((total * SAMPLES_PER_VIDEO_FRAME).div_ceil(1024) as usize);
        let last = audio.last_mut().expect("4 s of sound");
        last.duration = (total * SAMPLES_PER_VIDEO_FRAME % 1024) as u32;
        let movie = Movie {
            video: VideoTrack {
                config: header.config,
                width: header.width,
                height: header.height,
                timescale: header.timescale,
                duration: total * TICKS_PER_VIDEO_FRAME,
            },
            audio: Some(AudioTrack {
                config,
                duration: total * SAMPLES_PER_VIDEO_FRAME,
                bitrate: 128_000,
            }),
        };
        let (fragments, starts) = write(&video, &audio);
        Self {
            movie,
            fragments,
            starts,
            sources,
            adts,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.movie.init_segment().to_vec();
        bytes.extend(self.fragments.iter().flatten());
        bytes
    }
}

/// Fragments of 1, 2, 3 ... frames, each with the sound that begins before its last frame ends.
fn write(mut video: &[Sample], mut audio: &[Sample]) -> (Vec<Vec<u8>>, Vec<Start>) {
    let (mut fragments, mut starts) = (Vec::new(), Vec::new());
    let (mut ticks, mut heard) = (0, 0);
    for sequence in 1.. {
        let (frames, later) = video.split_at(video.len().min(sequence as usize));
        let length: u64 = frames.iter().map(|sample| u64::from(sample.duration)).sum();
        let until = (ticks + length) * SAMPLES_PER_VIDEO_FRAME / TICKS_PER_VIDEO_FRAME;
        let count = (until - heard).div_ceil(1024) as usize;
        let (sounds, quiet) = audio.split_at(audio.len().min(count));
        let tracks = [
            TrackSamples {
                track_id: VIDEO_TRACK,
                decode_time: ticks,
                samples: frames,
            },
            TrackSamples {
                track_id: AUDIO_TRACK,
                decode_time: heard,
                samples: sounds,
            },
        ];
        let pieces = fragment(sequence, &tracks).expect("a small fragment");
        fragments.push(pieces.concat());
        starts.push((ticks, (!sounds.is_empty()).then_some(heard)));
        ticks += length;
        heard += sounds
            .iter()
            .map(|sample| u64::from(sample.duration))
            .sum::<u64>();
        (video, audio) = (later, quiet);
        if video.is_empty() {
            break;
        }
    }
    assert!(audio.is_empty(), "{} audio frames were not written", audio.len());
    (fragments, starts)
}

/// `(pts, dts, duration, key)` of the packets of a stream, as ffprobe prints them.
fn packets(probed: &Value, kind: &str) -> Vec<(u64, u64, u64, bool)> {
    let number = |packet: &Value, field: &str| {
        packet[field]
            .as_u64()
            .unwrap_or_else(|| panic!("packet without {field}: {packet}"))
    };
    probed["packets"]
        .as_array()
        .expect("ffprobe lists packets")
        .iter()
        .filter(|packet| packet["codec_type"] == kind)
        .map(|packet| {
            let key = packet["flags"].as_str().expect("flags").starts_with('K');
            (
                number(packet, "pts"),
                number(packet, "dts"),
                number(packet, "duration"),
                key,
            )
        })
        .collect()
}

#[test]
fn two_runs_and_a_tone_become_one_movie_that_is_exact_to_the_tick() {
    let joined = &*JOINED;
    let probed = ffprobe("-show_packets -show_streams -show_format", &joined.bytes());

    let video: Vec<_> = (0..FIRST + SECOND)
        .map(|frame| {
            // Both runs begin with a keyframe and have one every 30.
            let key = if frame < FIRST { frame } else { frame - FIRST } % 30 == 0;
            let time = frame * TICKS_PER_VIDEO_FRAME;
            (time, time, TICKS_PER_VIDEO_FRAME, key)
        })
        .collect();
    assert_eq!(packets(&probed, "video"), video);
    // ffprobe reports the coded length of AAC frames, not that of the file. The streams' lengths
    // below and the tests of the writer show that the last frame is shorter.
    let audio: Vec<_> = (0..165)
        .map(|audio_frame| (audio_frame * 1024, audio_frame * 1024, 1024, true))
        .collect();
    assert_eq!(packets(&probed, "audio"), audio);

    let stream = |index: usize, field: &str| probed["streams"][index][field].clone();
    assert_eq!(probed["format"]["duration"], "3.500000");
    assert_eq!(
        (stream(0, "duration_ts"), stream(0, "duration")),
        (315_000.into(), "3.500000".into())
    );
    assert_eq!(
        (stream(1, "duration_ts"), stream(1, "duration")),
        (168_000.into(), "3.500000".into())
    );
    assert_eq!(
        (stream(0, "codec_name"), stream(1, "codec_name")),
        ("h264".into(), "aac".into())
    );
    assert_eq!((stream(0, "width"), stream(0, "height")), (160.into(), 96.into()));
    assert_eq!(
        (stream(0, "color_space"), stream(0, "color_range")),
        ("bt709".into(), "tv".into())
    );
    assert_eq!(
        (stream(1, "sample_rate"), stream(1, "channels")),
        ("48000".into(), 2.into())
    );
    assert_eq!(
        (stream(0, "profile"), stream(0, "level")),
        ("Constrained Baseline".into(), 11.into())
    );
    assert_eq!(joined.movie.codecs(), "avc1.42C00B,mp4a.40.2");
}

#[test]
fn nothing_is_lost_or_changed_on_the_way() {
    let joined = &*JOINED;
    let movie = joined.bytes();
    ffmpeg("-err_detect explode -xerror -i pipe:0 -f null -", &movie);

    // The decoded frames must equal those of each run.
    let frames = |stream: &[u8]| -> Vec<String> {
        let listed = ffmpeg("-i pipe:0 -map 0:v -f framehash -hash md5 -", stream);
        let listed = String::from_utf8(listed).expect("framehash prints text");
        let hashes = listed.lines().filter(|line| !line.starts_with('#'));
        hashes
            .filter_map(|line| line.rsplit_once(", ").map(|(_, hash)| hash.to_owned()))
            .collect()
    };
    let sources: Vec<String> = joined.sources.iter().flat_map(|source| frames(source)).collect();
    assert_eq!(sources.len() as u64, FIRST + SECOND);
    assert_eq!(frames(&movie), sources, "pictures differ from what FFmpeg wrote");

    // The sound must equal the ADTS stream without its priming. The first audio frame lacks the one
    // before it and fades in.
    let sound = |stream: &[u8]| ffmpeg("-i pipe:0 -map 0:a -f s16le pipe:1", stream);
    let audio_frame = 1024 * 2 * 2;
    let (ours, theirs) = (sound(&movie), sound(&joined.adts));
    assert!(ours.len() >= 164 * audio_frame, "{} bytes of sound", ours.len());
    assert!(
        ours[audio_frame..164 * audio_frame] == theirs[2 * audio_frame..165 * audio_frame],
        "the sound differs from what FFmpeg wrote"
    );
}

#[test]
fn every_fragment_lies_where_the_one_before_ended() {
    let joined = &*JOINED;
    let init = joined.movie.init_segment();
    assert!(joined.fragments.len() > 10);
    for (bytes, (frame, sound)) in joined.fragments.iter().zip(&joined.starts) {
        // Alone after the header, a fragment has only its tfdt for its time. It does not begin with
        // a keyframe, about which ffprobe rightly complains.
        let probed = ffprobe("-v quiet -show_packets", &[&init, &bytes[..]].concat());
        let first = |kind: &str| packets(&probed, kind).first().map(|packet| packet.0);
        assert_eq!((first("video"), first("audio")), (Some(*frame), *sound));
    }
}

#[test]
fn durations_beyond_32_bits_are_read_back() {
    let day = 24 * 3600;
    let (header, samples) = frames(&encode("testsrc2", 2, EVERY_FRAME), 1000);
    let movie = Movie {
        video: VideoTrack {
            config: header.config,
            width: header.width,
            height: header.height,
            timescale: header.timescale,
            duration: day * 90_000,
        },
        audio: Some(AudioTrack {
            config: AacConfig::LC_48K_STEREO,
            duration: day * 48_000,
            bitrate: 128_000,
        }),
    };
    let track = TrackSamples {
        track_id: VIDEO_TRACK,
        decode_time: day * 90_000 - 6000,
        samples: &samples,
    };
    let mut bytes = movie.init_segment().to_vec();
    bytes.extend(fragment(1, &[track]).expect("a small fragment").concat());
    let probed = ffprobe("-show_packets -show_streams -show_format", &bytes);
    let times: Vec<u64> = packets(&probed, "video").iter().map(|packet| packet.0).collect();
    assert_eq!(times, [day * 90_000 - 6000, day * 90_000 - 3000]);
    assert_eq!(probed["format"]["duration"], "86400.000000");
    assert_eq!(probed["streams"][0]["duration_ts"], day * 90_000);
    assert_eq!(probed["streams"][1]["duration_ts"], day * 48_000);
}

#[test]
fn every_way_of_fragmenting_gives_the_same_samples() {
    let (header, samples) = frames(&encode("testsrc2", 40, EVERY_FRAME), 1);
    assert_eq!((header.width, header.height, header.timescale), (160, 96, 90_000));
    assert_eq!(samples.len(), 40);
    let keys: Vec<usize> = (0..40).filter(|index| samples[*index].key).collect();
    assert_eq!(keys, [0, 30]);
    assert!(
        samples
            .iter()
            .all(|sample| u64::from(sample.duration) == TICKS_PER_VIDEO_FRAME)
    );
    for fragmenting in [HALF_SECONDS, KEYFRAMES] {
        let other = frames(&encode("testsrc2", 40, fragmenting), 4096);
        assert_eq!(other, (header.clone(), samples.clone()), "{fragmenting}");
    }
}

#[test]
fn a_stream_with_b_frames_is_refused() {
    let stream = ffmpeg(
        &format!(
            "-f lavfi -i testsrc2=s=160x96:r=30 -frames:v 20 -c:v libx264 -bf 2 -f mp4 {HALF_SECONDS} pipe:1"
        ),
        &[],
    );
    let mut reader = FragmentReader::new();
    reader.push(stream.into());
    let error = loop {
        match reader.pull() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("B-frames were read"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.to_string(), "unsupported: composition offsets (B-frames)");
    assert_eq!(reader.finish(), Err(error));
}

#[test]
fn tracks_beside_the_frames_are_passed_over() {
    let stream = |outputs: &str| {
        let sources = "-f lavfi -i testsrc2=s=160x96:r=30:d=1 -f lavfi -i sine=d=1";
        let encoding = "-c:v libx264 -preset ultrafast -bf 0 -threads 1 -c:a aac -timecode 01:00:00:00";
        ffmpeg(
            &format!("{sources} {outputs} {encoding} -f mp4 {HALF_SECONDS} pipe:1"),
            &[],
        )
    };
    let read = |outputs: &str| {
        let (header, samples) = frames(&stream(outputs), 4096);
        (
            header,
            samples.into_iter().map(|sample| sample.data).collect::<Vec<_>>(),
        )
    };
    let alone = read("-map 0 -write_tmcd 0");
    assert_eq!(alone.1.len(), 30);
    // An audio track before or after the video track, and a timecode, which is a track of its own.
    for tracks in ["-map 0 -map 1", "-map 1 -map 0"] {
        assert!(read(tracks) == alone, "{tracks}");
    }
}

#[test]
fn a_stream_of_another_codec_is_refused() {
    let source = "-f lavfi -i testsrc2=s=160x96:r=30:d=1 -c:v mpeg4";
    let stream = ffmpeg(&format!("{source} -f mp4 {HALF_SECONDS} pipe:1"), &[]);
    let mut reader = FragmentReader::new();
    reader.push(stream.into());
    let violation = reader.pull().expect_err("this stream must be refused");
    assert_eq!(violation.to_string(), "unsupported: a codec other than avc1");
}
