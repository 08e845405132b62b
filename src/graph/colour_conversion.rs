//! FFmpeg filters that convert a clip's colours to BT.709 standard range, which all our videos have.
//!
//! For the video graphs. Pure text. The colours of the HUD and the backdrop are converted in
//! [`crate::colour`].

use crate::clip::{BT709, BT2020, Facts, UNKNOWN};

/// Luminance in cd/m2 of the HDR level that becomes white in standard range (ITU-R BT.2408).
const WHITE: u32 = 203;
/// Tone mapping. Brightness is kept up to `param`; brighter highlights, up to 1000 cd/m2, are compressed.
/// White comes out at 96 %.
const TONES: &str = "tonemap=mobius:param=0.8:peak=4.926:desat=0";

/// Filters that convert the clip before it is scaled; `None` when it needs no conversion.
pub fn conversion(facts: &Facts) -> Option<String> {
    let colours = &facts.video.colours;
    if !colours.needs_conversion() {
        return None;
    }
    // `zscale` gets all three input properties, as H.273 code points: it fails where a file leaves one of
    // them open and nothing is given.
    let primaries = colours.known_primaries();
    let matrix = match colours.matrix {
        UNKNOWN if primaries == BT2020 => BT2020,
        UNKNOWN => SD_MATRIX,
        known => known,
    };
    let transfer = colours.transfer;
    let from = format!("zscale=primariesin={primaries}:transferin={transfer}:matrixin={matrix}");
    let to = "primaries=bt709:transfer=bt709:matrix=bt709:range=limited";
    let alpha = if facts.video.alpha { "a" } else { "" };
    Some(match colours.hdr() {
        // The conversion goes through linear light and loses transparency. That is acceptable: no device
        // writes HDR video with transparency.
        Some(_) => format!(
            "{from}:transfer=linear:npl={WHITE},format=gbrpf32le,{TONES},zscale={to},format=yuv444p10le"
        ),
        None => format!("{from}:{to},format=yuv{alpha}444p10le"),
    })
}

/// The option that tells `scale` the clip's matrix: BT.709 for clips that have it, or are taken to have it
/// because the file leaves its matrix open (FFmpeg would take another one). Ends with a colon; empty for all
/// other clips.
pub fn scale_from(facts: &Facts) -> &'static str {
    let colours = &facts.video.colours;
    if colours.matrix == BT709 && !colours.needs_conversion() {
        "in_color_matrix=bt709:"
    } else {
        ""
    }
}

/// Code point of BT.601's matrix, the same for 625 and for 525 lines.
const SD_MATRIX: u8 = 6;
