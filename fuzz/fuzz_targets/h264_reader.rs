//! Any bytes as a sample between any parameter sets: no panic, and a restart form is a slice again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use virtual_coach::h264::{Marking, NalUnit, Parameters, SliceHeader, SliceStats, nal_units, restart_form};

/// 854x480 as libx264 writes it with `stitchable`, for when the input's own sets are not sound.
const SPS: &[u8] =
    b"\x67\x64\x00\x1f\xac\xb6\x06\xc1\xef\x37\x80\x88\x00\x00\x03\x00\x08\x00\x00\x03\x01\xe0\x78\xc1\x97";
const PPS: &[u8] = b"\x68\xca\x8c\xb2\x2c";

fuzz_target!(|input: (&[u8], &[u8])| {
    let (avcc, sample) = input;
    let Ok(parameters) = Parameters::from_avcc(avcc).or_else(|_| Parameters::read(SPS, PPS)) else {
        return;
    };
    for unit in nal_units(sample).flatten() {
        let _ = SliceHeader::read(unit, &parameters);
        let _ = SliceStats::of(unit, &parameters);
        let mut out = Vec::new();
        if restart_form(unit, &parameters, 20, &mut out).is_ok() {
            let restart = NalUnit::new(&out[4..]).expect("what was written is a NAL unit");
            if let Ok(header) = SliceHeader::read(restart, &parameters) {
                assert_eq!(header.picture.marking, Marking::Restart);
            }
        }
    }
});
