//! The filters that bring a clip's colours to BT.709, standard range: what every video of ours has.

use crate::clip::{BT709, BT2020, Facts, UNKNOWN};

/// How bright white is in HDR video, in cd/m2: what shows as white in video of standard range (ITU-R BT.2408).
const WHITE: u32 = 203;
/// Up to where brightness is kept; above, highlights up to 1000 cd/m2 are pressed together. White comes out at 96 %.
const TONES: &str = "tonemap=mobius:param=0.8:peak=4.926:desat=0";

/// Filters before the frame is scaled; `None` where none is needed.
pub fn conversion(facts: &Facts) -> Option<String> {
    let colours = &facts.video.colours;
    if !colours.needs_conversion() {
        return None;
    }
    // All that comes in is said, in the code points of H.273: where a file leaves one open, zscale finds no way.
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
        // Through linear light, in which transparency is lost: no device writes both.
        Some(_) => format!(
            "{from}:transfer=linear:npl={WHITE},format=gbrpf32le,{TONES},zscale={to},format=yuv444p10le"
        ),
        None => format!("{from}:{to},format=yuv{alpha}444p10le"),
    })
}

/// What `scale` must be told of the colours that come in: the matrix, where the file leaves it open and it is not what
/// FFmpeg then takes. Ends with a colon, or is empty.
pub fn scale_from(facts: &Facts) -> &'static str {
    let colours = &facts.video.colours;
    if colours.matrix == BT709 && !colours.needs_conversion() {
        "in_color_matrix=bt709:"
    } else {
        ""
    }
}

/// BT.601's matrix for 625 lines and 525 alike.
const SD_MATRIX: u8 = 6;
