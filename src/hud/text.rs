//! Converts text to coverage: shapes and rasterises it with a typeface that is compiled in.
//!
//! All texts of the HUD use this file. The font is Inter (SIL Open Font License 1.1), one variable file for
//! all weights. It has Latin with all accents, Cyrillic and Greek. The file does not know colours or the bar.

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder, Tag};
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer, Variation};

/// Maximum width and height of rasterised text in pixels: more than the widest bar.
const LARGEST: (f32, f32) = (4096.0, 1024.0);

/// Inter at one weight and one optical size.
pub(super) struct Typeface {
    face: Face<'static>,
    features: [Feature; 2],
}

/// Shaped text in units of the font size. So the same line serves every font size.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    glyphs: Vec<Placed>,
    /// Distance from the start of the pen to its end.
    pub width: f32,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    id: GlyphId,
    x: f32,
    y: f32,
    /// Index of the first byte of the text that the glyph stands for.
    cluster: usize,
}

/// How much of each pixel a text covers. `left` and `top` count right and down from the start of the pen.
#[derive(Debug, Clone, Default)]
pub(super) struct Mask {
    pub left: i32,
    pub top: i32,
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
}

impl Mask {
    /// Coverage of a pixel, 0 to 255. 0 outside the mask.
    pub(super) fn coverage(&self, x: i32, y: i32) -> u8 {
        let inside = |at: i32, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
        match (inside(x, self.width), inside(y, self.height)) {
            (Some(x), Some(y)) => self.pixels[y * self.width + x],
            _ => 0,
        }
    }
}

impl Typeface {
    /// Inter at a weight (100 to 900) and an optical size (14 for small text to 32 for large text).
    ///
    /// `for_numbers` gives all digits the same width and makes punctuation as wide and as high as digits. Do
    /// not use it for names, because it spreads their hyphens.
    pub(super) fn inter(weight: f32, optical_size: f32, for_numbers: bool) -> Self {
        let mut face = Face::from_slice(damascene_fonts_inter::INTER_VARIABLE, 0)
            .expect("the font is compiled in and every test that draws reads it");
        let axis = |tag, value| Variation {
            tag: Tag::from_bytes(tag),
            value,
        };
        face.set_variations(&[axis(b"wght", weight), axis(b"opsz", optical_size)]);
        let number = u32::from(for_numbers);
        let features = [b"tnum", b"case"].map(|tag| Feature::new(Tag::from_bytes(tag), number, ..));
        Self { face, features }
    }

    /// Whether the font has a glyph for a character.
    pub(super) fn has(&self, c: char) -> bool {
        self.face.glyph_index(c).is_some()
    }

    /// Shapes one line and adds `tracking` after each glyph (in units of the font size).
    pub(super) fn shape(&self, text: &str, tracking: f32) -> Line {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // The font has no right-to-left script.
        buffer.set_direction(Direction::LeftToRight);
        let shaped = rustybuzz::shape(&self.face, &self.features, buffer);
        let em = self.face.units_per_em() as f32;
        let mut line = Line::default();
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            line.glyphs.push(Placed {
                // The cast is safe: glyph ids have 16 bits, and rustybuzz stores them in 32.
                id: GlyphId(info.glyph_id as u16),
                x: line.width + position.x_offset as f32 / em,
                y: position.y_offset as f32 / em,
                cluster: info.cluster as usize,
            });
            line.width += position.x_advance as f32 / em + tracking;
        }
        line
    }

    /// The longest start of `text` that fits into `width` (in units of the font size) together with an
    /// ellipsis after it. Only the ellipsis if nothing fits.
    pub(super) fn cut(&self, text: &str, width: f32) -> Line {
        let whole = self.shape(text, 0.0);
        let mut ends: Vec<usize> = whole.glyphs.iter().map(|glyph| glyph.cluster).collect();
        ends.dedup();
        let mut end = ends.partition_point(|&end| whole.width_before(end) <= width);
        loop {
            end = end.saturating_sub(1);
            let kept = ends.get(end).and_then(|&end| text.get(..end)).unwrap_or("");
            let line = self.shape(&format!("{}…", kept.trim_end()), 0.0);
            if line.width <= width || end == 0 {
                return line;
            }
        }
    }

    /// Rasterises a line at a font size in pixels. The mask is empty if the line is larger than any bar.
    pub(super) fn mask(&self, line: &Line, size: f32) -> Mask {
        let mut outline = Outline::new(size / self.face.units_per_em() as f32);
        for glyph in &line.glyphs {
            outline.pen = point(glyph.x * size, -glyph.y * size);
            self.face.outline_glyph(glyph.id, &mut outline);
        }
        outline.fill()
    }
}

impl Line {
    fn width_before(&self, byte: usize) -> f32 {
        self.glyphs
            .iter()
            .find(|glyph| glyph.cluster >= byte)
            .map_or(self.width, |glyph| glyph.x)
    }
}

/// Collects the outlines of glyphs in pixels. y points down.
struct Outline {
    scale: f32,
    pen: Point,
    start: Point,
    at: Point,
    curves: Vec<[Point; 4]>,
}

impl Outline {
    fn new(scale: f32) -> Self {
        let zero = point(0.0, 0.0);
        Self {
            scale,
            pen: zero,
            start: zero,
            at: zero,
            curves: Vec::new(),
        }
    }

    fn place(&self, x: f32, y: f32) -> Point {
        point(self.pen.x + x * self.scale, self.pen.y - y * self.scale)
    }

    fn fill(&self) -> Mask {
        let mut points = self.curves.iter().flatten();
        let Some(first) = points.next() else {
            return Mask::default();
        };
        // The control points enclose their curve, so their bounds are enough. The
        // rasteriser needs every outline inside its area.
        let (low, high) = points.fold((*first, *first), |(low, high), p| {
            (
                point(low.x.min(p.x), low.y.min(p.y)),
                point(high.x.max(p.x), high.y.max(p.y)),
            )
        });
        let (left, top) = (low.x.floor() - 1.0, low.y.floor() - 1.0);
        let (width, height) = (high.x.ceil() + 1.0 - left, high.y.ceil() + 1.0 - top);
        if !(width <= LARGEST.0 && height <= LARGEST.1) {
            return Mask::default();
        }
        let mut raster = Rasterizer::new(width as usize, height as usize);
        let shift = |p: Point| point(p.x - left, p.y - top);
        for curve in &self.curves {
            let [a, b, c, d] = curve.map(shift);
            if a == b && c == d {
                raster.draw_line(a, d);
            } else {
                raster.draw_cubic(a, b, c, d);
            }
        }
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        raster.for_each_pixel(|_, coverage| pixels.push((coverage.min(1.0) * 255.0).round() as u8));
        Mask {
            left: left as i32,
            top: top as i32,
            width: width as usize,
            height: height as usize,
            pixels,
        }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.place(x, y);
        self.start = self.at;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let end = self.place(x, y);
        self.curves.push([self.at, self.at, end, end]);
        self.at = end;
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, end) = (self.place(x1, y1), self.place(x, y));
        let toward = |p: Point| {
            point(
                p.x + (control.x - p.x) * 2.0 / 3.0,
                p.y + (control.y - p.y) * 2.0 / 3.0,
            )
        };
        self.curves.push([self.at, toward(self.at), toward(end), end]);
        self.at = end;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let end = self.place(x, y);
        self.curves
            .push([self.at, self.place(x1, y1), self.place(x2, y2), end]);
        self.at = end;
    }

    fn close(&mut self) {
        let (at, start) = (self.at, self.start);
        self.curves.push([at, at, start, start]);
        self.at = start;
    }
}
