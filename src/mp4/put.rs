//! Functions that write MP4 boxes and MPEG-4 descriptors.
//!
//! For the writers of this module. A closure writes the body of a box, so that the code nests as the boxes
//! do. After the body, these functions fill in the size of the box.

use bytes::BufMut;

/// Writes a box: size, `kind`, body (ISO/IEC 14496-12 4.2.2).
pub(super) fn put_box(out: &mut Vec<u8>, kind: [u8; 4], body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(&kind);
    body(out);
    let size = u32::try_from(out.len() - start)
        .expect("a header's parts are bounded: avcC by 64 KiB, sample tables by MAX_SAMPLES");
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

/// Writes a full box, whose body begins with a version and 24 bits of flags (4.2.2).
pub(super) fn put_full_box(
    out: &mut Vec<u8>,
    kind: [u8; 4],
    version: u8,
    flags: u32,
    body: impl FnOnce(&mut Vec<u8>),
) {
    put_box(out, kind, |out| {
        out.put_u32(u32::from(version) << 24 | flags);
        body(out);
    });
}

/// Writes an MPEG-4 descriptor. Its size field has four bytes, each with seven bits of the size; the top bit
/// says that another byte follows (ISO/IEC 14496-1 8.3.3).
pub(super) fn put_descriptor(out: &mut Vec<u8>, tag: u8, body: impl FnOnce(&mut Vec<u8>)) {
    out.put_u8(tag);
    let start = out.len();
    out.put_u32(0);
    body(out);
    let size = out.len() - start - 4;
    for (byte, shift) in out[start..start + 4].iter_mut().zip([21, 14, 7, 0]) {
        let more = if shift > 0 { 0x80 } else { 0 };
        *byte = (size >> shift) as u8 & 0x7f | more;
    }
}
