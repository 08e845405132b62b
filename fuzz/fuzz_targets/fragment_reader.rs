//! Any bytes, in pieces or at once: no panic, the same outcome, and no more bytes out than in.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use virtual_coach::mp4::{Event, FragmentReader, ReadError};

fn read(stream: &[u8], size: usize) -> (Vec<Event>, Result<(), ReadError>) {
    let mut reader = FragmentReader::new();
    let mut events = Vec::new();
    for piece in stream.chunks(size) {
        reader.push(Bytes::copy_from_slice(piece));
        while let Ok(Some(event)) = reader.pull() {
            events.push(event);
        }
    }
    (events, reader.finish())
}

fuzz_target!(|stream: &[u8]| {
    let at_once = read(stream, stream.len().max(1));
    let given: usize = at_once
        .0
        .iter()
        .map(|event| match event {
            Event::Header(header) => header.config.avcc().len(),
            Event::Sample(sample) => sample.data.len(),
        })
        .sum();
    assert!(given <= stream.len(), "{given} bytes out of {}", stream.len());
    assert_eq!(read(stream, 61), at_once);
});
