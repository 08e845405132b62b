//! Single slices: their size, misuse, hostile bytes.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use virtual_coach::h264::{
    ChangedMacroblocks, Deblocking, H264Error, HudPixels, HudSliceShape, Marking, NalUnit, Parameters,
    PictureHead, RefIdc, SliceHeader, SliceStats, SliceType, nal_units, restart_form,
};

use crate::drawn::{GUARD, paint_mean, random_bars};
use crate::parameters::{AS_IT_IS, PPS, SPS, set, sound};
use crate::stitched::header;

fn update_head() -> PictureHead {
    PictureHead {
        ref_idc: RefIdc::new(2).expect("2 is a reference"),
        frame_num: 3,
        marking: Marking::Plain,
    }
}

fn key_head() -> PictureHead {
    PictureHead {
        frame_num: 0,
        marking: Marking::Idr { idr_pic_id: 0 },
        ..update_head()
    }
}

#[test]
fn a_flat_bar_costs_about_a_byte_a_macroblock_and_nothing_new_a_few_bytes() {
    let shape = HudSliceShape::new(&sound(), 400).expect("line 400 begins a row");
    assert_eq!(
        (shape.columns(), shape.rows(), shape.first_macroblock()),
        (54, 5, 25 * 54)
    );
    let yuv = vec![50; 854 * 80 * 3 / 2];
    let bar = HudPixels::new(&shape, &yuv, 0).expect("a bar of this shape");
    let (mut key, mut update) = (Vec::new(), Vec::new());
    shape.write_key(key_head(), &bar, &mut key).expect("a key slice");
    shape
        .write_update(update_head(), &bar, &ChangedMacroblocks::none(), &mut update)
        .expect("an update");
    // The first macroblock is raw, because it has no neighbour that could predict 50.
    assert!(
        key.len() - 384 < shape.macroblocks() * 5 / 4,
        "{} bytes",
        key.len()
    );
    assert!(update.len() < 4 + 12, "{} bytes", update.len());
}

#[test]
fn a_macroblock_that_is_the_mean_of_its_neighbours_is_not_sent_raw() {
    let shape = HudSliceShape::new(&sound(), 400).expect("line 400 begins a row");
    let random = &mut StdRng::seed_from_u64(4);
    let (width, height) = (854, 80 + GUARD);
    let noise: Vec<u8> = (0..width * height * 3 / 2).map(|_| random.random()).collect();
    let before = HudPixels::new(&shape, &noise, GUARD).expect("a bar of this shape");
    for _ in 0..20 {
        let mut yuv = noise.clone();
        paint_mean(random, &mut yuv, width, height);
        let bar = HudPixels::new(&shape, &yuv, GUARD).expect("a bar of this shape");
        let (changes, mut update) = (ChangedMacroblocks::between(&before, &bar), Vec::new());
        assert_eq!(changes.macroblocks().len(), 1);
        shape
            .write_update(update_head(), &bar, &changes, &mut update)
            .expect("an update");
        assert!(update.len() < 4 + 16, "{} bytes", update.len());
    }
}

#[test]
fn misuse_is_told() {
    let parameters = sound();
    for top in [8, 480, 496] {
        assert_eq!(HudSliceShape::new(&parameters, top), Err(H264Error::HudTop(top)));
    }
    let shape = HudSliceShape::new(&parameters, 400).expect("line 400 begins a row");
    let yuv = vec![50; 854 * 81 * 3 / 2];
    for guard in [0, 1, 2, usize::MAX] {
        assert!(
            matches!(
                HudPixels::new(&shape, &yuv, guard),
                Err(H264Error::HudBytes { .. })
            ),
            "guard {guard}"
        );
    }
    let bar = HudPixels::new(&shape, &yuv[..854 * 80 * 3 / 2], 0).expect("a bar of this shape");
    let refused = shape.write_update(key_head(), &bar, &ChangedMacroblocks::none(), &mut Vec::new());
    assert_eq!(refused, Err(H264Error::UpdateInIdr));
    let lower = HudSliceShape::new(&parameters, 416).expect("line 416 begins a row");
    assert!(matches!(
        lower.write_key(key_head(), &bar, &mut Vec::new()),
        Err(H264Error::OutOfRange(_))
    ));
}

/// An IDR slice of a stream like [`SPS`], to be damaged; noise follows its header.
static SLICE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let shape = HudSliceShape::new(&sound(), 400).expect("line 400 begins a row");
    let yuv = random_bars(7, (854, 80), 3).remove(2);
    let mut out = Vec::new();
    let bar = HudPixels::new(&shape, &yuv, 0).expect("a bar of this shape");
    shape.write_key(key_head(), &bar, &mut out).expect("a key slice");
    out
});

#[test]
fn a_restart_form_that_is_refused_leaves_nothing_behind() {
    let slice = &SLICE[4..];
    let mut refused = 0;
    for length in 1..20 {
        let mut out = vec![1, 2, 3];
        let cut = NalUnit::new(&slice[..length]).expect("a NAL unit");
        if let Err(error) = restart_form(cut, &sound(), 1, &mut out) {
            assert_eq!(
                (error, &out[..]),
                (H264Error::Truncated, &[1, 2, 3][..]),
                "{length} bytes"
            );
            refused += 1;
        }
    }
    assert!((3..10).contains(&refused), "{refused}");
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..200), kind in 0..4usize) {
        let bytes = [&[0x67, 0x68, 0x65, 0x41][kind..=kind], &bytes[..]].concat();
        let _ = Parameters::from_avcc(&bytes);
        let _ = Parameters::read(&bytes, &set(0x68, &PPS, AS_IT_IS));
        let _ = Parameters::read(&set(0x67, &SPS, AS_IT_IS), &bytes);
        let nal = NalUnit::new(&bytes).expect("it begins with a header");
        let _ = SliceHeader::read(nal, &sound());
        let _ = SliceStats::of(nal, &sound());
        let mut out = vec![7];
        if restart_form(nal, &sound(), 20, &mut out).is_err() {
            prop_assert_eq!(out, vec![7]);
        }
        let read: usize = nal_units(&bytes).flatten().map(|unit| unit.bytes().len()).sum();
        prop_assert!(read <= bytes.len());
    }

    #[test]
    fn a_damaged_slice_is_read_or_refused(at in 0..40usize, bit in 0..8u32, length in 0..60usize) {
        let mut sample = SLICE.clone();
        sample[at] ^= 1 << bit;
        sample.truncate(length.max(5));
        for unit in nal_units(&sample).chain([NalUnit::new(&sample[4..])]).flatten() {
            let _ = SliceHeader::read(unit, &sound());
            let _ = SliceStats::of(unit, &sound());
            let _ = restart_form(unit, &sound(), 20, &mut Vec::new());
        }
    }

    /// The reader parses written slices to their last bit: raw, predicted and skipped macroblocks.
    #[test]
    fn the_macroblocks_of_a_bar_are_counted(seed in any::<u64>(), key in any::<bool>()) {
        let shape = HudSliceShape::new(&sound(), 400).expect("line 400 begins a row");
        let bars = random_bars(seed, (854, 80 + GUARD), 2);
        let [before, now] = [0, 1].map(|n: usize| HudPixels::new(&shape, &bars[n], GUARD).expect("a bar of this shape"));
        let changes = ChangedMacroblocks::between(&before, &now);
        let mut out = Vec::new();
        if key {
            shape.write_key(key_head(), &now, &mut out).expect("a key slice");
        } else {
            shape.write_update(update_head(), &now, &changes, &mut out).expect("an update");
        }
        let demands = SliceStats::of(NalUnit::new(&out[4..]).expect("a NAL unit"), &sound());
        let demands = demands.expect("a sound slice");
        prop_assert_eq!(demands.macroblocks as usize, shape.macroblocks());
        let most = if key { shape.macroblocks() } else { changes.macroblocks().len() };
        prop_assert!(demands.raw as usize <= most, "{:?}", demands);
        // A raw macroblock has its samples, the type before them and up to 7 bits of alignment.
        let raw = 384 * 8..=384 * 8 + 9 + 7;
        prop_assert!(demands.raw == 0 || raw.contains(&demands.macroblock_bits), "{:?}", demands);
        prop_assert_eq!(demands.level_prefix, 0);
        let cut = NalUnit::new(&out[4..out.len() - 1]).expect("a NAL unit");
        // The truncated slice may by chance parse as a slice of fewer macroblocks, but never as the
        // whole slice.
        if let Ok(of_cut) = SliceStats::of(cut, &sound()) {
            prop_assert!(of_cut.macroblocks < demands.macroblocks, "{:?}", of_cut);
        }
    }

    #[test]
    fn headers_come_back(frame_num in any::<u32>(), ref_idc in 1..4u8, restart in any::<bool>()) {
        let shape = HudSliceShape::new(&sound(), 400).expect("line 400 begins a row");
        let yuv = vec![50; 854 * 80 * 3 / 2];
        let bar = HudPixels::new(&shape, &yuv, 0).expect("a bar of this shape");
        let picture = PictureHead {
            ref_idc: RefIdc::new(ref_idc).expect("1 to 3"),
            frame_num,
            marking: if restart { Marking::Restart } else { Marking::Plain },
        };
        let mut out = Vec::new();
        shape.write_update(picture, &bar, &ChangedMacroblocks::none(), &mut out).expect("an update");
        prop_assert_eq!(header(&out[4..], &sound()), SliceHeader {
            first_macroblock: 25 * 54,
            slice_type: SliceType::P,
            picture: PictureHead { frame_num: frame_num % 16, ..picture },
            deblocking: Deblocking::Off,
        });
    }
}
