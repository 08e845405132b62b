//! Properties of the MP4 reader and writer for any samples and any bytes; mp4-atom checks what is
//! written.

use bytes::Bytes;
use mp4_atom::{Atom, Decode, Ftyp, Header, Moof, Moov, Traf};
use proptest::collection::vec;
use proptest::prelude::*;
use virtual_coach::mp4::{
    AUDIO_TRACK, AacConfig, AdtsReader, AudioTrack, AvcConfig, Event, FragmentReader, MAX_SAMPLES, Movie,
    ReadError, Sample, SampleInfo, TrackRun, TrackSamples, VIDEO_TRACK, VideoTrack, WriteError, fragment,
    fragment_header,
};

/// Baseline, level 3.1; the parameter sets are placeholders, because no decoder reads them.
const AVCC: &[u8] = b"\x01\x42\xc0\x1f\xff\xe1\0\x04\x67\x42\xc0\x1f\x01\0\x02\x68\xce";

fn movie(frames: u64, samples: Option<u64>) -> Movie {
    Movie {
        video: VideoTrack {
            config: AvcConfig::new(Bytes::from_static(AVCC)).expect("a sound avcC"),
            width: 1280,
            height: 720,
            timescale: 90_000,
            duration: frames,
        },
        audio: samples.map(|duration| AudioTrack {
            config: AacConfig::LC_48K_STEREO,
            duration,
            bitrate: 128_000,
        }),
    }
}

/// Samples that share some, all or none of their fields, as real samples do.
fn samples(most: usize) -> impl Strategy<Value = Vec<Sample>> {
    let sizes = prop_oneof![Just(1..2usize), Just(1..300usize)];
    let durations = prop_oneof![Just(3000..=3000u32), Just(0..=u32::MAX)];
    let keys = prop_oneof![Just(0.0), Just(0.1), Just(1.0)];
    (sizes, durations, keys, any::<bool>()).prop_flat_map(move |(size, duration, key, first)| {
        let sample = (vec(any::<u8>(), size), duration, prop::bool::weighted(key));
        vec(sample, 0..most).prop_map(move |samples| {
            let numbered = samples.into_iter().enumerate();
            let whole = numbered.map(|(index, (data, duration, key))| Sample {
                data: data.into(),
                duration,
                key: key || first && index == 0,
            });
            whole.collect()
        })
    })
}

fn track(track_id: u32, decode_time: u64, samples: &[Sample]) -> TrackSamples<'_> {
    TrackSamples {
        track_id,
        decode_time,
        samples,
    }
}

/// Sizes, durations and sync flags of a track as mp4-atom reads them.
fn run_of(traf: &Traf) -> Vec<(u32, u32, u32)> {
    let said = "said in tfhd or trun";
    let entries = traf.trun.iter().flat_map(|trun| trun.samples.iter());
    let resolved = entries.map(|entry| {
        (
            entry.size.or(traf.tfhd.default_sample_size).expect(said),
            entry.duration.or(traf.tfhd.default_sample_duration).expect(said),
            entry.flags.or(traf.tfhd.default_sample_flags).expect(said),
        )
    });
    resolved.collect()
}

/// Everything that a reader gives for a stream in pieces, and its final result.
fn read(stream: &Bytes, sizes: &[usize]) -> (Vec<Event>, Result<(), ReadError>) {
    let mut reader = FragmentReader::new();
    let (mut events, mut rest) = (Vec::new(), stream.clone());
    for size in sizes.iter().cycle() {
        reader.push(rest.split_to(rest.len().min(*size)));
        loop {
            match reader.pull() {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(reader.finish(), Err(error.clone()));
                    return (events, Err(error));
                }
            }
        }
        if rest.is_empty() {
            break;
        }
    }
    (events, reader.finish())
}

fn read_adts(stream: &Bytes, sizes: &[usize]) -> (Vec<Sample>, bool) {
    let mut reader = AdtsReader::new();
    let (mut audio_frames, mut rest) = (Vec::new(), stream.clone());
    for size in sizes.iter().cycle() {
        reader.push(rest.split_to(rest.len().min(*size)));
        while let Ok(Some(audio_frame)) = reader.pull() {
            audio_frames.push(audio_frame);
        }
        if rest.is_empty() {
            break;
        }
    }
    (audio_frames, reader.finish().is_ok())
}

fn adts(blocks: &[Vec<u8>]) -> Bytes {
    let audio_frame = |block: &Vec<u8>| {
        let length = 7 + block.len();
        let header = [
            0xff,
            0xf1,
            0x4c,
            0x80 | (length >> 11) as u8,
            (length >> 3) as u8,
            (length << 5) as u8 | 0x1f,
            0xfc,
        ];
        [&header[..], block].concat()
    };
    blocks.iter().flat_map(audio_frame).collect()
}

/// A video-only movie of fragments of `size` frames.
fn stream(samples: &[Sample], size: usize) -> Bytes {
    let mut bytes = movie(3000, None).init_segment().to_vec();
    for (sequence, samples) in (1..).zip(samples.chunks(size)) {
        let pieces = fragment(sequence, &[track(VIDEO_TRACK, 0, samples)]).expect("a small fragment");
        bytes.extend(pieces.concat());
    }
    bytes.into()
}

/// The samples among a reader's events contain only bytes that were pushed.
fn bytes_given(events: &[Event]) -> usize {
    let sizes = events.iter().map(|event| match event {
        Event::Header(header) => header.config.avcc().len(),
        Event::Sample(sample) => sample.data.len(),
    });
    sizes.sum()
}

proptest! {
    #[test]
    fn a_fragment_says_of_each_sample_what_it_was_given(
        video in samples(40),
        audio in samples(40),
        sequence in any::<u32>(),
        (ticks, heard) in any::<(u64, u64)>(),
    ) {
        let tracks = [track(VIDEO_TRACK, ticks, &video), track(AUDIO_TRACK, heard, &audio)];
        let result = fragment(sequence, &tracks);
        let given: Vec<_> = tracks.iter().filter(|track| !track.samples.is_empty()).collect();
        if given.is_empty() {
            prop_assert_eq!(result, Err(WriteError::Empty));
            return Ok(());
        }
        let pieces = result.expect("a small fragment");
        let bytes = pieces.concat();
        let mut rest = &bytes[..];
        let moof = Moof::decode(&mut rest).expect("mp4-atom reads moof");
        let header = Header::decode(&mut rest).expect("mp4-atom reads the header of mdat");
        prop_assert_eq!(moof.mfhd.sequence_number, sequence);
        prop_assert_eq!(header.kind, mp4_atom::Mdat::KIND);
        prop_assert_eq!(header.size, Some(rest.len()), "mdat ends with the last sample");
        prop_assert_eq!(moof.traf.len(), given.len());
        for (traf, track) in moof.traf.iter().zip(given) {
            prop_assert_eq!(traf.tfhd.track_id, track.track_id);
            prop_assert!(traf.tfhd.default_base_is_moof);
            let tfdt = traf.tfdt.as_ref().expect("every traf has a tfdt");
            prop_assert_eq!(tfdt.base_media_decode_time, track.decode_time);
            let flags = |key| if key { 0x0200_0000 } else { 0x0101_0000 };
            let said: Vec<_> = track
                .samples
                .iter()
                .map(|sample| (sample.data.len() as u32, sample.duration, flags(sample.key)))
                .collect();
            prop_assert_eq!(run_of(traf), said);
            let mut offset = traf.trun[0].data_offset.expect("every run has an offset") as usize;
            for sample in track.samples {
                prop_assert_eq!(&bytes[offset..offset + sample.data.len()], &sample.data[..]);
                offset += sample.data.len();
            }
        }
        let samples = video.iter().chain(&audio);
        let uncopied = pieces[1..].iter().zip(samples).all(|(a, b)| a.as_ptr() == b.data.as_ptr());
        prop_assert!(uncopied, "samples were copied");
    }

    #[test]
    fn the_movie_header_says_the_true_lengths(
        ticks in prop_oneof![0..1u64 << 32, 0..1u64 << 40],
        heard in prop::option::of(prop_oneof![0..1u64 << 32, 0..1u64 << 40]),
    ) {
        let bytes = movie(ticks, heard).init_segment();
        let mut rest = &bytes[..];
        let ftyp = Ftyp::decode(&mut rest).expect("mp4-atom reads ftyp");
        let moov = Moov::decode(&mut rest).expect("mp4-atom reads moov");
        prop_assert!(rest.is_empty());
        prop_assert_eq!(ftyp.major_brand, b"iso6".into());
        let in_movie = heard.map(|samples| (samples * 15).div_ceil(8));
        let longest = ticks.max(in_movie.unwrap_or(0));
        let mehd = moov.mvex.as_ref().and_then(|mvex| mvex.mehd.as_ref()).expect("mehd is there");
        prop_assert_eq!((moov.mvhd.timescale, moov.mvhd.duration), (90_000, longest));
        prop_assert_eq!(mehd.fragment_duration, longest);
        let said: Vec<_> = moov
            .trak
            .iter()
            .map(|trak| (trak.tkhd.duration, trak.mdia.mdhd.timescale, trak.mdia.mdhd.duration))
            .collect();
        let audio = heard.map(|samples| ((samples * 15).div_ceil(8), 48_000, samples));
        let expected: Vec<_> = [(ticks, 90_000, ticks)].into_iter().chain(audio).collect();
        prop_assert_eq!(said, expected);
    }

    #[test]
    fn what_was_written_is_read_however_it_is_cut(
        samples in samples(60),
        size in 1..20usize,
        cuts in vec(1..2000usize, 1..20),
    ) {
        let stream = stream(&samples, size);
        let (events, end) = read(&stream, &cuts);
        prop_assert_eq!(end, Ok(()));
        let Some((Event::Header(header), rest)) = events.split_first() else {
            panic!("the header comes first, not {:?}", events.first());
        };
        prop_assert_eq!((&header.config.avcc()[..], header.width, header.height, header.timescale),
            (AVCC, 1280, 720, 90_000));
        let expected: Vec<_> = samples.into_iter().map(Event::Sample).collect();
        prop_assert_eq!(rest, &expected[..]);
    }

    #[test]
    fn adts_is_read_however_it_is_cut(
        blocks in vec(vec(any::<u8>(), 1..500), 0..30),
        cuts in vec(1..700usize, 1..20),
    ) {
        let (audio_frames, whole) = read_adts(&adts(&blocks), &cuts);
        prop_assert!(whole);
        let data: Vec<_> = audio_frames.iter().map(|audio_frame| audio_frame.data.to_vec()).collect();
        prop_assert_eq!(data, blocks);
    }

    #[test]
    fn a_stream_cut_short_says_so_unless_it_is_cut_between_boxes(samples in samples(20), at in any::<prop::sample::Index>()) {
        let whole = stream(&samples, 3);
        let cut = whole.slice(..at.index(whole.len()));
        let (events, end) = read(&cut, &[usize::MAX]);
        prop_assert_eq!(&read(&whole, &[usize::MAX]).0[..events.len()], &events[..], "a prefix gives a prefix");
        // A stream is complete only after moov and after each mdat.
        let mut ends = Vec::new();
        let mut offset = 0;
        while offset < whole.len() {
            let size = u32::from_be_bytes(whole[offset..offset + 4].try_into().expect("four bytes"));
            let kind = &whole[offset + 4..offset + 8];
            offset += size as usize;
            if kind == b"moov" || kind == b"mdat" {
                ends.push(offset);
            }
        }
        prop_assert_eq!(end.is_ok(), ends.contains(&cut.len()), "{:?} at {} of {:?}", end, cut.len(), ends);
    }

    #[test]
    fn broken_streams_are_the_same_however_they_are_cut_and_give_no_byte_twice(
        samples in samples(20),
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cuts in vec(1..2000usize, 1..20),
    ) {
        let mut bytes = stream(&samples, 4).to_vec();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let bytes = Bytes::from(bytes);
        let at_once = read(&bytes, &[usize::MAX]);
        prop_assert!(bytes_given(&at_once.0) <= bytes.len());
        prop_assert_eq!(read(&bytes, &cuts), at_once);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..2000), cuts in vec(1..300usize, 1..5)) {
        let bytes = Bytes::from(bytes);
        let (events, _) = read(&bytes, &cuts);
        prop_assert!(bytes_given(&events) <= bytes.len());
        let (audio_frames, _) = read_adts(&bytes, &cuts);
        prop_assert!(audio_frames.iter().map(|audio_frame| audio_frame.data.len()).sum::<usize>() <= bytes.len());
    }

    #[test]
    fn broken_adts_is_the_same_however_it_is_cut(
        blocks in vec(vec(any::<u8>(), 1..100), 1..10),
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cuts in vec(1..300usize, 1..20),
    ) {
        let mut bytes = adts(&blocks).to_vec();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let bytes = Bytes::from(bytes);
        prop_assert_eq!(read_adts(&bytes, &cuts), read_adts(&bytes, &[usize::MAX]));
    }
}

#[test]
fn sizes_beyond_the_bounds_are_refused_before_a_byte_of_the_body_comes() {
    let violation = |header: &[u8]| {
        let mut reader = FragmentReader::new();
        reader.push(Bytes::copy_from_slice(header));
        reader.pull().expect_err("this size must be refused").to_string()
    };
    insta::assert_snapshot!(violation(b"\0\x10\0\x09moov"), @"box moov has 1048585 bytes, more than 1048576");
    insta::assert_snapshot!(
        violation(b"\0\0\0\x01moof\xff\xff\xff\xff\xff\xff\xff\xff"),
        @"box moof has 18446744073709551615 bytes, more than 1048576"
    );
    insta::assert_snapshot!(violation(b"\0\0\0\0mdat"), @"box mdat has the impossible size 0");
    insta::assert_snapshot!(violation(b"\0\0\0\x08moof"), @"box moov is missing");
}

/// Boxes inside boxes, 130,000 deep: mp4-atom alone would overflow the stack.
#[test]
fn deep_nesting_is_not_followed() {
    let size = 1 << 20;
    let nested: Vec<u8> = (0..size / 8)
        .flat_map(|depth| {
            let left = (size - depth * 8) as u32;
            [&left.to_be_bytes()[..], b"moov"].concat()
        })
        .collect();
    let (events, end) = read(&nested.into(), &[usize::MAX]);
    assert!(events.is_empty() && end.is_err(), "{end:?}");
}

#[test]
fn samples_that_no_mdat_holds_are_refused() {
    let sample = Sample {
        data: Bytes::from_static(b"picture"),
        duration: 1,
        key: true,
    };
    let whole = stream(&[sample], 1);
    let with_mdat_of = |size: u32| {
        let mut bytes = whole.to_vec();
        let at = bytes.len() - 15;
        bytes[at..at + 4].copy_from_slice(&size.to_be_bytes());
        read(&bytes.into(), &[usize::MAX]).1
    };
    assert_eq!(with_mdat_of(15), Ok(()));
    assert_eq!(with_mdat_of(14), Err(ReadError::OutsideData));
    let twice = [&whole[..], &whole[whole.len() - 15..]].concat();
    let (events, end) = read(&twice.into(), &[usize::MAX]);
    assert_eq!(
        (events.len(), end),
        (2, Ok(())),
        "an mdat that nothing points at is passed over"
    );
}

#[test]
fn what_fits_no_field_is_not_written() {
    let sample = SampleInfo {
        size: 1 << 30,
        duration: 1,
        key: true,
    };
    let header = |samples: &[SampleInfo]| {
        fragment_header(
            1,
            &[TrackRun {
                track_id: VIDEO_TRACK,
                decode_time: 0,
                samples,
            }],
        )
    };
    assert!(header(&[sample]).is_ok());
    assert_eq!(header(&[sample; 2]), Err(WriteError::TooLarge(1 << 31)));
    let many = vec![sample; MAX_SAMPLES + 1];
    assert_eq!(header(&many), Err(WriteError::TooManySamples(MAX_SAMPLES + 1)));
}
