//! Encodes the HUD slice of each stitched frame: the whole HUD in a keyframe, or only the changes.
//!
//! For [`StitchedFrames`](super::StitchedFrames), [`StitchedVideo`](super::StitchedVideo) and
//! the check of prepared loops. The pixels come from [`Hud`](crate::hud::Hud), the slice syntax
//! from [`h264`](crate::h264). This module finds the macroblocks that changed and copies the
//! frame's header fields from its exercise slices.

use bytes::Bytes;

use crate::h264::{
    ChangedMacroblocks, H264Error, HudPixels, HudSliceShape, MACROBLOCK, Marking, Parameters, PictureHead,
    SliceHeader, nal_units,
};
use crate::hud::Area;
use crate::mp4::AvcConfig;
use crate::workout::Profile;

/// Encodes HUD slices. Remembers the HUD pixels of the previous frame,
/// because an update codes only the differences.
#[derive(Debug)]
pub struct HudSliceEncoder {
    parameters: Parameters,
    shape: HudSliceShape,
    width: usize,
    guard: usize,
    previous: Vec<u8>,
}

impl HudSliceEncoder {
    /// For frames with the parameter sets of `config`. `None` if the profile has no HUD.
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

    /// Sets the HUD pixels of the previous frame, so that encoding can begin at any
    /// frame. `bar` has [`bytes`](Self::bytes) bytes.
    pub fn set_previous(&mut self, bar: &[u8]) {
        self.previous.copy_from_slice(bar);
    }

    /// Size of the HUD pixels of one frame, in bytes.
    pub fn bytes(&self) -> usize {
        self.previous.len()
    }

    /// Encodes the HUD slice of one frame, as a NAL unit after its 4-byte length.
    ///
    /// `exercise` holds the exercise slices of the frame. If they belong to an IDR frame, the slice codes the
    /// whole HUD. `bar` holds the pixels from the end of the exercise area to the end of the frame, planar
    /// 4:2:0. `painted` lists the areas where `bar` may differ from the previous frame.
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

    /// The header fields that all slices of a frame must share, read from the first slice.
    fn head(&self, exercise: &[u8]) -> Result<PictureHead, H264Error> {
        let first = nal_units(exercise).next().ok_or(H264Error::Truncated)??;
        Ok(SliceHeader::read(first, &self.parameters)?.picture)
    }

    /// Indexes of all macroblocks that an area touches, in the raster order of the slice.
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
