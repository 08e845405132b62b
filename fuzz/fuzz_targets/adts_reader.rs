//! Any bytes, in pieces or at once: no panic, the same outcome, and no more bytes out than in.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use virtual_coach::mp4::{AdtsError, AdtsReader, Sample};

fn read(stream: &[u8], size: usize) -> (Vec<Sample>, Result<(), AdtsError>) {
    let mut reader = AdtsReader::new();
    let mut frames = Vec::new();
    for piece in stream.chunks(size) {
        reader.push(Bytes::copy_from_slice(piece));
        while let Ok(Some(frame)) = reader.pull() {
            frames.push(frame);
        }
    }
    (frames, reader.finish())
}

fuzz_target!(|stream: &[u8]| {
    let at_once = read(stream, stream.len().max(1));
    let given: usize = at_once.0.iter().map(|frame| frame.data.len()).sum();
    assert!(given <= stream.len(), "{given} bytes out of {}", stream.len());
    assert_eq!(read(stream, 13), at_once);
});
