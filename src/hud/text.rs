//! Text to coverage: shaping and rasterising with the typeface that is compiled in.
//!
//! The font is Inter (SIL Open Font License 1.1), one variable file for all weights: Latin with
//! all its accents, Cyrillic and Greek. It knows nothing of colours and of the bar.

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder, Tag};
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer, Variation};

/// Widest and highest text that is rasterised, in pixels: more than the widest bar.
const LARGEST: (f32, f32) = (4096.0, 1024.0);

/// Inter at one weight.
pub(super) struct Typeface {
    face: Face<'static>,
    features: [Feature; 2],
}

/// Shaped text, in units of the font size, so that one shaping serves every size.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    glyphs: Vec<Placed>,
    /// From the pen's start to its end.
    pub width: f32,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    id: GlyphId,
    x: f32,
    y: f32,
    /// Byte of the text that it begins with.
    cluster: usize,
}

/// How much of each pixel a text covers; `left` and `top` count from the pen's start, down and right.
#[derive(Debug, Clone, Default)]
pub(super) struct Mask {
    pub left: i32,
    pub top: i32,
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
}

impl Mask {
    /// Of 255; zero outside.
    pub(super) fn coverage(&self, x: i32, y: i32) -> u8 {
        let inside = |at: i32, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
        match (inside(x, self.width), inside(y, self.height)) {
            (Some(x), Some(y)) => self.pixels[y * self.width + x],
            _ => 0,
        }
    }
}

impl Typeface {
    /// Inter at a weight (100 to 900), drawn for an optical size (14 for small text to 32 for large).
    ///
    /// `for_numbers`: digits of one width, and punctuation as wide and as high as they are; wrong for
    /// names, whose hyphens it would spread.
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

    /// Shapes one line, with `tracking` added after each glyph (in units of the font size).
    pub(super) fn shape(&self, text: &str, tracking: f32) -> Line {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // The font has no script that runs from right to left.
        buffer.set_direction(Direction::LeftToRight);
        let shaped = rustybuzz::shape(&self.face, &self.features, buffer);
        let em = self.face.units_per_em() as f32;
        let mut line = Line::default();
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            line.glyphs.push(Placed {
                // rustybuzz keeps glyph ids, which are 16 bits, in 32.
                id: GlyphId(info.glyph_id as u16),
                x: line.width + position.x_offset as f32 / em,
                y: position.y_offset as f32 / em,
                cluster: info.cluster as usize,
            });
            line.width += position.x_advance as f32 / em + tracking;
        }
        line
    }

    /// The longest start of `text` that fits into `width` (in units of the font size) with an ellipsis
    /// after it; just the ellipsis when nothing fits.
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

    /// Rasterises a line at a font size in pixels; empty when it would be larger than any bar.
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

/// Collects outlines in pixels, y downwards.
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
        // Control points enclose their curve. The rasteriser needs every outline inside of its area.
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
