//! The HUD slice for each stitched frame: as key, as restart, or as what changed.

use bytes::Bytes;

use crate::h264::{
    ChangedMacroblocks, H264Error, HudPixels, HudSliceShape, MACROBLOCK, Marking, Parameters, PictureHead,
    SliceHeader, nal_units,
};
use crate::hud::Area;
use crate::mp4::AvcConfig;
use crate::workout::Profile;

/// Writes the slices below the exercise; remembers the bar of the frame before.
#[derive(Debug)]
pub struct HudSliceEncoder {
    parameters: Parameters,
    shape: HudSliceShape,
    width: usize,
    guard: usize,
    previous: Vec<u8>,
}

impl HudSliceEncoder {
    /// For frames of this configuration; `None` when the profile has no bar.
    pub fn new(config: &AvcConfig, profile: &Profile) -> Result<Option<Self>, H264Error> {
        if profile.bar_height() == 0 {
            return Ok(None);
        }
        let parameters = Parameters::from_avcc(config.avcc())?;
        Ok(Some(Self {
            parameters,
            shape: HudSliceShape::new(&parameters, profile.hud_top())?,
            width: profile.width as usize,
            guard: profile.guard() as usize,
            previous: vec![0; (profile.width * profile.bar_height() * 3 / 2) as usize],
        }))
    }

    /// Says that the frame before showed `bar`, whose size is [`bytes`](Self::bytes): to begin anywhere.
    pub fn set_previous(&mut self, bar: &[u8]) {
        self.previous.copy_from_slice(bar);
    }

    /// Bytes of a bar.
    pub fn bytes(&self) -> usize {
        self.previous.len()
    }

    /// The slice, behind its length, that shows `bar` (all of it, from the end of the exercise area on,
    /// planar 4:2:0) below a frame whose exercise slices are given: all of the bar if they are those of a
    /// keyframe. `painted` is where it may differ from the bar before.
    pub fn slice(&mut self, exercise: &[u8], bar: &[u8], painted: &[Area]) -> Result<Bytes, H264Error> {
        let now = HudPixels::new(&self.shape, bar, self.guard)?;
        let head = self.head(exercise)?;
        let mut out = Vec::with_capacity(32);
        if matches!(head.marking, Marking::Idr { .. }) {
            self.shape.write_key(head, &now, &mut out)?;
            self.previous.copy_from_slice(bar);
        } else if painted.is_empty() {
            self.shape
                .write_update(head, &now, &ChangedMacroblocks::none(), &mut out)?;
        } else {
            let previous = HudPixels::new(&self.shape, &self.previous, self.guard)?;
            let changes = ChangedMacroblocks::among(self.macroblocks(painted), &previous, &now);
            self.shape.write_update(head, &now, &changes, &mut out)?;
            self.previous.copy_from_slice(bar);
        }
        Ok(out.into())
    }

    /// What all slices of a frame must say alike, as its first one says it.
    fn head(&self, exercise: &[u8]) -> Result<PictureHead, H264Error> {
        let first = nal_units(exercise).next().ok_or(H264Error::Truncated)??;
        Ok(SliceHeader::read(first, &self.parameters)?.picture)
    }

    /// Every macroblock that an area touches, counted along the rows of the slice.
    fn macroblocks(&self, painted: &[Area]) -> Vec<usize> {
        let mut touched = vec![false; self.shape.macroblocks()];
        for area in painted {
            let rows = area.rows.start.saturating_sub(self.guard) / MACROBLOCK
                ..area.rows.end.saturating_sub(self.guard).div_ceil(MACROBLOCK);
            let columns =
                area.columns.start / MACROBLOCK..area.columns.end.min(self.width).div_ceil(MACROBLOCK);
            for row in rows {
                touched[row * self.shape.columns()..][columns.clone()].fill(true);
            }
        }
        let all = touched.into_iter().enumerate();
        all.filter(|(_, touched)| *touched)
            .map(|(index, _)| index)
            .collect()
    }
}
