//! Writes bars as PNG files to look at: `HUD_PNG=<folder> cargo test hud::gallery_test`.

use std::path::Path;
use std::sync::Arc;

use super::Hud;
use super::tests::{ALL, french_gallery, gallery};
use crate::units::Frames;
use crate::workout::{Language, Orientation, Profile, Resolution};

/// Converts BT.709 limited range to sRGB bytes. Each chroma sample is repeated for its four pixels.
fn rgb(bar: &[u8], width: usize, height: usize) -> Vec<u8> {
    let plane = width * height;
    let part = |value: f64| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    let pixel = |at: usize| {
        let (x, y) = (at % width / 2, at / width / 2);
        let chroma = |start: usize| (f64::from(bar[start + y * (width / 2) + x]) - 128.0) / 224.0;
        let luma = (f64::from(bar[at]) - 16.0) / 219.0;
        let (blue, red) = (
            luma + 1.8556 * chroma(plane),
            luma + 1.5748 * chroma(plane + plane / 4),
        );
        let green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152;
        [part(red), part(green), part(blue)]
    };
    (0..plane).flat_map(pixel).collect()
}

fn write(path: &Path, pixels: &[u8], width: usize, height: usize) {
    let file = std::fs::File::create(path).expect("a writable folder");
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(pixels).expect("the pixels");
}

#[test]
fn every_interval_of_the_gallery_can_be_written_as_png() {
    let made = tempfile::tempdir().expect("a folder");
    let folder = std::env::var_os("HUD_PNG").map_or(made.path().to_owned(), Into::into);
    for orientation in [Orientation::Landscape, Orientation::Portrait] {
        for resolution in [Resolution::P480, Resolution::P720, Resolution::P1080] {
            let profile = Profile::new(resolution, orientation, true);
            let (width, height) = (profile.width as usize, profile.bar_height() as usize);
            for (language, timeline) in [
                (Language::English, gallery()),
                (Language::French, french_gallery()),
            ] {
                let timeline = Arc::new(timeline);
                let mut hud = Hud::new(Arc::clone(&timeline), profile, ALL, language).expect("a HUD");
                let mut sheet = Vec::new();
                for interval in timeline.intervals() {
                    let frame = interval.start + Frames(interval.length.0 / 3);
                    sheet.extend(rgb(hud.draw(frame), width, height));
                    sheet.extend(vec![110; width * 6 * 3]);
                }
                let name = format!("{}-{orientation:?}-{resolution:?}.png", language.tag());
                let path = folder.join(name.to_lowercase());
                write(&path, &sheet, width, sheet.len() / 3 / width);
                let bytes = path.metadata().expect("the file").len();
                assert!(bytes > 1000, "{}", path.display());
            }
        }
    }
}
