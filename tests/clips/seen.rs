//! Colours: patches of clips in every colour space, as a video shows them.

use std::path::Path;

use virtual_coach::workout::{IntervalKind::Work, Plan, RendererChoice};

use crate::fixture::{Fixture, bare_plan, ffmpeg, frames, interval};

/// Encodes a patch of one colour, converted by FFmpeg's `filters` and tagged by `tags`.
fn patch(path: &Path, colour: &str, size: &str, filters: &str, tags: &str) {
    let source = format!("color=0x{colour}:s={size}:r=30:d=0.2,format=gbrp");
    let mut arguments = vec!["-f", "lavfi", "-i", &source, "-vf", filters];
    arguments.extend(tags.split_whitespace());
    arguments.push(path.to_str().expect("test paths are UTF-8"));
    ffmpeg(&arguments);
}

/// A filter from RGB with BT.709's primaries to the colour space of a clip.
fn to(primaries: &str, transfer: &str, matrix: &str, more: &str) -> String {
    format!(
        "zscale=primariesin=bt709:transferin=bt709:matrixin=gbr:rangein=full:primaries={primaries}:\
         transfer={transfer}:matrix={matrix}:range=limited{more}"
    )
}

const X264: &str = "-c:v libx264 -qp 2 -pix_fmt yuv420p";
const FFV1: &str = "-c:v ffv1 -pix_fmt yuv420p10le";

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines)] // a table
async fn a_colour_is_the_same_in_whatever_a_clip_codes_it() {
    let mut fixture = Fixture::new();
    let tags = |primaries: &str, transfer: &str, matrix: &str| {
        format!("-color_primaries {primaries} -color_trc {transfer} -colorspace {matrix} -color_range tv")
    };
    // Red, and skin.
    let colours = ["c82828", "d8a080"];
    let kinds = [
        (
            "hd",
            "1280x720",
            to("bt709", "bt709", "bt709", ""),
            X264,
            tags("bt709", "bt709", "bt709"),
        ),
        (
            "untagged-hd",
            "1280x720",
            to("bt709", "bt709", "bt709", ""),
            X264,
            String::new(),
        ),
        (
            "untagged-sd",
            "320x180",
            to("bt709", "bt709", "smpte170m", ""),
            X264,
            String::new(),
        ),
        (
            "bt2020",
            "320x180",
            to("bt2020", "bt709", "bt2020nc", ""),
            X264,
            tags("bt2020", "bt709", "bt2020nc"),
        ),
        (
            "bt2020-10",
            "320x180",
            to("bt2020", "bt2020-10", "bt2020nc", ""),
            FFV1,
            tags("bt2020", "bt2020-10", "bt2020nc"),
        ),
        (
            "only-matrix",
            "320x180",
            to("bt2020", "bt709", "bt2020nc", ""),
            FFV1,
            "-colorspace bt2020nc".to_owned(),
        ),
        (
            "log",
            "320x180",
            to("bt2020", "log100", "bt2020nc", ""),
            FFV1,
            tags("bt2020", "log100", "bt2020nc"),
        ),
        (
            "p3",
            "320x180",
            to("smpte432", "bt709", "bt709", ""),
            X264,
            tags("smpte432", "bt709", "bt709"),
        ),
        // Standard-range colours at the brightness that they have in HDR (ITU-R BT.2408): white has
        // 203 cd/m2.
        (
            "pq",
            "320x180",
            to("bt2020", "smpte2084", "bt2020nc", ":npl=203"),
            FFV1,
            tags("bt2020", "smpte2084", "bt2020nc"),
        ),
        (
            "hlg",
            "320x180",
            to("bt2020", "arib-std-b67", "bt2020nc", ":npl=203"),
            FFV1,
            tags("bt2020", "arib-std-b67", "bt2020nc"),
        ),
        (
            "pal",
            "320x180",
            to("bt470bg", "bt709", "bt470bg", ""),
            X264,
            tags("bt470bg", "bt709", "bt470bg"),
        ),
    ];
    let mut ids = Vec::new();
    for colour in colours {
        for (kind, size, filters, codec, tags) in &kinds {
            let id = format!("{kind}-{colour}");
            // The arguments would state this twice: H.264 in its headers, FFV1 in its container.
            let file = format!("{id}.{}", if *codec == X264 { "mp4" } else { "mkv" });
            patch(
                &fixture.clip(&id, &file),
                colour,
                size,
                filters,
                &format!("{codec} {tags}"),
            );
            ids.push(id);
        }
    }
    // HDR white leaves headroom for brighter highlights.
    for kind in ["pq", "hlg"] {
        let id = format!("{kind}-ffffff");
        let (_, _, filters, codec, tags) = kinds.iter().find(|known| known.0 == kind).expect("a kind");
        let line = format!("{codec} {tags}");
        patch(
            &fixture.clip(&id, &format!("{id}.mkv")),
            "ffffff",
            "320x180",
            filters,
            &line,
        );
        ids.push(id);
    }
    let some: Vec<String> = ids
        .iter()
        .filter(|id| id.starts_with("bt2020-c8") || id.starts_with("pq-c8"))
        .cloned()
        .collect();
    for (renderer, ids) in [(RendererChoice::Graph, ids), (RendererChoice::Stitch, some)] {
        let intervals = ids.iter().map(|id| interval(Work, id, 6, (1, 1), None));
        let plan = Plan {
            renderer,
            ..bare_plan(intervals.collect())
        };
        let video = fixture.render(plan, "result.mp4").await;
        let exact = "flags=accurate_rnd+full_chroma_int+full_chroma_inp";
        let pixel = format!("crop=16:16,scale=in_color_matrix=bt709:{exact},format=rgb24,crop=1:1");
        let seen = frames(&video, &pixel, 3);
        assert_eq!(seen.len(), 6 * ids.len());
        let mut wrong = Vec::new();
        for (id, seen) in ids.iter().zip(seen.chunks_exact(6)) {
            let (_, hex) = id.rsplit_once('-').expect("a colour");
            let wanted = u32::from_str_radix(hex, 16).expect("a colour").to_be_bytes();
            let off = seen[3]
                .iter()
                .zip(&wanted[1..])
                .map(|(seen, wanted)| seen.abs_diff(*wanted))
                .max();
            // HDR white is at 96 %.
            if off > Some(if hex == "ffffff" { 12 } else { 6 }) {
                wrong.push(format!("{renderer:?}: {id} is {:02x?}", seen[3]));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
