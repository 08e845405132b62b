//! Any text, and any decision with the check that makes it whole: no panic, and what opens is a legal plan.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use virtual_coach::catalogue::{Catalogue, LoopLengths};
use virtual_coach::workout::{MAX_LENGTH, Token};

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::parse(include_str!("../../exercises.json")).expect("the shipped catalogue"));

fn open(text: &str) {
    if let Ok(token) = Token::parse(text)
        && let Ok(plan) = token.open(&CATALOGUE, &LoopLengths::default())
    {
        assert!(plan.length() <= MAX_LENGTH);
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        open(text);
    }
    // Version, what the fuzzer wrote (its last eight bytes stand for the fingerprint), check.
    let said = [&[1], bytes].concat();
    let check = &blake3::hash(&said).as_bytes()[..4];
    open(&URL_SAFE_NO_PAD.encode([&said, check].concat()));
});
