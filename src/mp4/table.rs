//! The sample tables of one track of a file that is not fragmented: the duration, size and position of every
//! sample, and which samples are keyframes.
//!
//! For `deliver`, which fills the tables, and for `progressive`, which writes them. No table holds
//! the bytes of a sample.

use bytes::BufMut;

use super::put::put_full_box;
use super::sample::SampleInfo;

/// The samples of a track in order, and the chunks that store them. Several chunks may have the same
/// position: samples that are shown again are not stored again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Runs of samples with equal durations: number of samples, and duration of each in ticks.
    durations: Vec<(u32, u32)>,
    sizes: Vec<u32>,
    /// Numbers of the sync samples, counted from 1.
    keys: Vec<u32>,
    chunks: Vec<Chunk>,
}

/// Samples that are stored one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunk {
    samples: u32,
    /// Offset of the first sample, counted from the first byte of mdat's payload.
    at: u64,
}

impl Table {
    /// Adds the next samples as one chunk, or no chunk if there are no samples. The samples are stored
    /// one after the other from `at`, an offset that counts from the first byte of mdat's payload.
    /// Returns the offset of their end.
    pub fn chunk(&mut self, at: u64, samples: impl IntoIterator<Item = SampleInfo>) -> u64 {
        let (before, mut end) = (self.sizes.len(), at);
        for sample in samples {
            self.sizes.push(sample.size);
            if sample.key {
                self.keys.push(self.sizes.len() as u32);
            }
            match self.durations.last_mut() {
                Some((count, duration)) if *duration == sample.duration => *count += 1,
                _ => self.durations.push((1, sample.duration)),
            }
            end += u64::from(sample.size);
        }
        let samples = (self.sizes.len() - before) as u32;
        if samples > 0 {
            self.chunks.push(Chunk { samples, at });
        }
        end
    }

    /// Number of samples.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.sizes.len()
    }

    /// Number of chunks.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// Total duration of all samples, in ticks of the track's timescale.
    #[must_use]
    pub fn duration(&self) -> u64 {
        let lasts = |(count, duration): &(u32, u32)| u64::from(*count) * u64::from(*duration);
        self.durations.iter().map(lasts).sum()
    }

    /// Writes the boxes of stbl after stsd. `payload` is the file offset of mdat's payload; the length of the
    /// boxes does not depend on this offset. `wide` selects 64-bit chunk offsets.
    pub(super) fn put(&self, out: &mut Vec<u8>, payload: u64, wide: bool) {
        // stts: 8.6.1.2.
        put_full_box(out, *b"stts", 0, 0, |out| {
            out.put_u32(self.durations.len() as u32);
            for (count, duration) in &self.durations {
                out.put_u32(*count);
                out.put_u32(*duration);
            }
        });
        if self.keys.len() < self.sizes.len() {
            // stss: 8.6.2. Without this box, all samples are sync samples.
            put_full_box(out, *b"stss", 0, 0, |out| {
                out.put_u32(self.keys.len() as u32);
                self.keys.iter().for_each(|key| out.put_u32(*key));
            });
        }
        self.put_stsc(out);
        // stsz: 8.7.3.
        put_full_box(out, *b"stsz", 0, 0, |out| {
            out.put_u32(0);
            out.put_u32(self.sizes.len() as u32);
            self.sizes.iter().for_each(|size| out.put_u32(*size));
        });
        // stco or co64: 8.7.5.
        let kind = if wide { *b"co64" } else { *b"stco" };
        put_full_box(out, kind, 0, 0, |out| {
            out.put_u32(self.chunks.len() as u32);
            for chunk in &self.chunks {
                if wide {
                    out.put_u64(payload + chunk.at);
                } else {
                    out.put_u32((payload + chunk.at) as u32); // fits, because `wide` is false
                }
            }
        });
    }

    /// Writes stsc (8.7.4). A new entry begins where the number of samples per chunk changes.
    fn put_stsc(&self, out: &mut Vec<u8>) {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for (index, chunk) in self.chunks.iter().enumerate() {
            if runs.last().is_none_or(|(_, samples)| *samples != chunk.samples) {
                runs.push((index as u32 + 1, chunk.samples));
            }
        }
        put_full_box(out, *b"stsc", 0, 0, |out| {
            out.put_u32(runs.len() as u32);
            for (first_chunk, samples) in runs {
                out.put_u32(first_chunk);
                out.put_u32(samples);
                out.put_u32(1); // sample_description_index
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_told_once() {
        let sample = |size, duration, key| SampleInfo { size, duration, key };
        let mut table = Table::default();
        assert_eq!(
            table.chunk(100, [sample(7, 3000, true), sample(8, 3000, false)]),
            115
        );
        assert_eq!(
            table.chunk(100, [sample(7, 3000, true), sample(8, 2500, false)]),
            115
        );
        assert_eq!(table.chunk(50, []), 50);
        assert_eq!(
            (table.samples(), table.chunks(), table.duration()),
            (4, 2, 11_500)
        );
        let mut narrow = Vec::new();
        table.put(&mut narrow, 1000, false);
        let mut wide = Vec::new();
        table.put(&mut wide, 1000, true);
        assert_eq!(wide.len(), narrow.len() + 8);
        assert!(
            narrow.ends_with(&[0, 0, 0, 2, 0, 0, 4, 76, 0, 0, 4, 76]),
            "{narrow:?}"
        );
    }
}
