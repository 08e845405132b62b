use super::*;
use crate::clip::colour_space::Hdr;

fn facts(streams: &str) -> Result<Facts, NoFacts> {
    Facts::from_ffprobe(format!(r#"{{"streams":[{streams}],"format":{{"format_name":"mov"}}}}"#).as_bytes())
}

#[test]
fn a_phone_clip_is_upright_and_its_sound_may_come_first() {
    let facts = facts(
        r#"{"index":0,"codec_type":"audio","codec_name":"aac","sample_rate":"44100","channels":1,"start_time":"0.5"},
           {"index":1,"codec_type":"video","codec_name":"hevc","width":1920,"height":1080,"pix_fmt":"yuv420p10le",
            "color_transfer":"arib-std-b67","avg_frame_rate":"2997/100","r_frame_rate":"30/1","start_time":"0.25",
            "duration":"4.0","side_data_list":[{"rotation":-90}]}"#,
    )
    .unwrap();
    assert_eq!(facts.video.stream, 1);
    assert_eq!(facts.video.rotation, 90);
    assert_eq!(facts.video.shown_size(), (1080.0, 1920.0));
    assert_eq!(facts.video.colours.hdr(), Some(Hdr::Hlg));
    assert!(!facts.video.alpha && !facts.video.variable_rate);
    assert_eq!(facts.sound_delay(), Seconds(0.25));
    assert_eq!(facts.length, Some(Seconds(4.0)));
}

#[test]
fn of_two_video_tracks_the_larger_is_shown_and_covers_never() {
    let facts = facts(
        r#"{"index":0,"codec_type":"video","width":160,"height":90},
           {"index":1,"codec_type":"video","width":640,"height":360,"sample_aspect_ratio":"4:3"},
           {"index":2,"codec_type":"video","width":3000,"height":3000,"disposition":{"attached_pic":1}}"#,
    )
    .unwrap();
    assert_eq!(facts.video.stream, 1);
    assert_eq!(facts.video.shown_size(), (640.0 * 4.0 / 3.0, 360.0));
}

#[test]
fn a_clip_is_as_long_as_the_frames_that_are_there() {
    let length = |found: u32, duration: &str| {
        let stream = format!(
            r#"{{"codec_type":"video","width":8,"height":8,"duration":"{duration}","nb_frames":"60",
                "nb_read_packets":"{found}"}}"#
        );
        facts(&stream).unwrap().length
    };
    assert_eq!(length(60, "2.0"), Some(Seconds(2.0)));
    assert_eq!(length(30, "2.0"), Some(Seconds(1.0)));
    assert_eq!(
        length(30, "60.0"),
        Some(Seconds(60.0)),
        "only its first 30 s were counted"
    );
}

#[test]
fn what_is_no_clip_is_refused() {
    assert_eq!(
        facts(r#"{"codec_type":"audio","channels":2}"#),
        Err(NoFacts::NoVideo)
    );
    assert_eq!(
        facts(r#"{"codec_type":"video","width":0,"height":9}"#),
        Err(NoFacts::Size(0, 9))
    );
    assert_eq!(Facts::from_ffprobe(b"[1"), Err(NoFacts::Unreadable));
}

#[test]
fn transparency_is_seen_in_the_pixel_format_or_in_the_webm_tag() {
    let frame = |json: &str| facts(json).unwrap().video;
    assert!(frame(r#"{"codec_type":"video","width":8,"height":8,"pix_fmt":"argb"}"#).alpha);
    let webm = frame(
        r#"{"codec_type":"video","codec_name":"vp9","width":8,"height":8,"pix_fmt":"yuv420p","tags":{"ALPHA_MODE":"1"}}"#,
    );
    assert_eq!(webm.decoder(), Some("libvpx-vp9"));
}

#[test]
fn the_track_with_the_frames_is_shown_not_a_larger_one_with_few_or_none() {
    let track = |index: u32, width: u32, packets: &str| {
        format!(
            r#"{{"index":{index},"codec_type":"video","width":{width},"height":90,"nb_read_packets":"{packets}"}}"#
        )
    };
    let shown = |tracks: &[String]| facts(&tracks.join(",")).map(|facts| facts.video.stream);
    assert_eq!(shown(&[track(0, 640, "2"), track(1, 160, "30")]), Ok(1));
    assert_eq!(
        shown(&[track(0, 640, "29"), track(1, 160, "30")]),
        Ok(0),
        "about as many"
    );
    assert_eq!(shown(&[track(0, 640, "0"), track(1, 160, "1")]), Ok(1));
    assert_eq!(shown(&[track(0, 640, "0")]), Err(NoFacts::Empty));
}

#[test]
fn a_length_is_told_by_times_and_not_by_an_average_rate() {
    // The frames come at uneven times: few at first, many at the end.
    let packets: Vec<String> = ["0", "3", "3.1", "3.2", "3.3", "3.9"]
        .iter()
        .map(|time| {
            format!(r#"{{"stream_index":0,"pts_time":"{time}","duration_time":"0.1","flags":"K__"}}"#)
        })
        .collect();
    let answer = |packets: &[String]| {
        let json = format!(
            r#"{{"streams":[{{"codec_type":"video","width":8,"height":8,"duration":"4.0","nb_frames":"60",
               "nb_read_packets":"{}"}}],"packets":[{}]}}"#,
            packets.len(),
            packets.join(",")
        );
        Facts::from_ffprobe(json.as_bytes()).unwrap()
    };
    let whole = answer(&packets);
    assert_eq!((whole.length, whole.breaks_off), (Some(Seconds(4.0)), false));
    let half = answer(&packets[..2]);
    assert_eq!((half.length, half.breaks_off), (Some(Seconds(3.1)), true));
}

#[test]
fn what_comes_before_the_first_key_frame_is_no_part_of_a_clip() {
    let packet = |time: f64, flags: &str| {
        format!(r#"{{"stream_index":0,"pts_time":"{time}","duration_time":"0.5","flags":"{flags}"}}"#)
    };
    let packets = [
        packet(0.5, "___"),
        packet(1.5, "K__"),
        packet(1.0, "___"),
        packet(2.0, "___"),
        packet(9.0, "KD_"),
    ];
    let json = format!(r#"{{"packets":[{}]}}"#, packets.join(","));
    let times = packet_times(json.as_bytes());
    assert_eq!(times, Some(Times { first: 1.5, end: 2.5 }));
}

#[test]
fn numbers_beyond_all_reason_say_nothing() {
    let facts = facts(
        r#"{"index":0,"codec_type":"video","width":8,"height":8,"start_time":"1e300","duration":"1e12",
            "avg_frame_rate":"90000/1","r_frame_rate":"1/0","sample_aspect_ratio":"4000000:1"},
           {"index":1,"codec_type":"audio","channels":2,"sample_rate":"4000000000","start_time":"inf"},
           {"index":2,"codec_type":"audio","channels":70000}"#,
    )
    .unwrap();
    let (frame, sound) = (&facts.video, facts.sound.as_ref().unwrap());
    assert_eq!(
        (frame.start, frame.fps, frame.shown_size()),
        (Seconds(0.0), 0.0, (8.0, 8.0))
    );
    assert_eq!((facts.length, sound.rate, sound.start), (None, 0, Seconds(0.0)));
}

#[test]
fn colours_that_a_file_leaves_open_are_those_that_are_usual() {
    let colours = |json: &str| {
        let json = format!(r#"{{"codec_type":"video","pix_fmt":"yuv420p",{json}}}"#);
        let colours = facts(&json).unwrap().video.colours;
        (
            colours.known_primaries(),
            colours.matrix,
            colours.needs_conversion(),
        )
    };
    assert_eq!(colours(r#""width":1280,"height":720"#), (BT709, BT709, false));
    assert_eq!(colours(r#""width":320,"height":180"#), (BT709, UNKNOWN, false));
    assert_eq!(
        colours(r#""width":8,"height":8,"color_primaries":"bt2020""#),
        (9, 9, true)
    );
    assert_eq!(
        colours(r#""width":8,"height":8,"color_space":"bt2020nc""#),
        (9, 9, true)
    );
    assert_eq!(
        colours(r#""width":8,"height":8,"color_transfer":"smpte2084""#),
        (9, 9, true)
    );
    assert_eq!(
        colours(r#""width":8,"height":8,"color_transfer":"bt2020-10""#),
        (BT709, UNKNOWN, false)
    );
    assert_eq!(
        colours(r#""width":8,"height":8,"color_transfer":"log100""#),
        (BT709, UNKNOWN, true)
    );
    assert_eq!(
        colours(r#""width":8,"height":8,"color_primaries":"smpte432""#),
        (12, UNKNOWN, true)
    );
}
