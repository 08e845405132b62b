//! HUD bars as in workouts, and harder ones.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Guard lines at the top of each drawn bar, which are not part of its slice.
pub const GUARD: usize = 6;

/// Paints a macroblock inside the bar with the mean of its neighbours (DC prediction). Luma takes
/// all 32 samples. Chroma takes, for each quarter, the 4 samples above or the 4 to the left, or
/// both on the diagonal.
pub fn paint_mean(random: &mut StdRng, yuv: &mut [u8], width: usize, height: usize) {
    let (column, row) = (
        random.random_range(1..width / 16),
        random.random_range(1..(height - GUARD) / 16),
    );
    let mut offset = 0;
    for plane in 0..3 {
        let (half, side) = (usize::from(plane > 0), 16 >> usize::from(plane > 0));
        let stride = width >> half;
        let corner = offset + ((GUARD >> half) + row * side) * stride + column * side;
        offset += stride * (height >> half);
        let part = if plane == 0 { 16 } else { 4 };
        for (x, y) in [(0, 0), (4, 0), (0, 4), (4, 4)]
            .into_iter()
            .filter(|(x, y)| plane > 0 || x + y == 0)
        {
            let above = (0..part)
                .map(|i| corner - stride + x + i)
                .filter(|_| (x, y) != (0, 4));
            let left = (0..part)
                .map(|i| corner - 1 + (y + i) * stride)
                .filter(|_| (x, y) != (4, 0));
            let samples: Vec<usize> = above.chain(left).map(|at| yuv[at].into()).collect();
            let mean = (samples.iter().sum::<usize>() + samples.len() / 2) / samples.len();
            for line in 0..part {
                yuv[corner + (y + line) * stride + x..][..part].fill(mean as u8);
            }
        }
    }
}

/// Paints a rectangle as it may occur in a bar, or harder to code.
fn paint(random: &mut StdRng, yuv: &mut [u8], width: usize, height: usize) {
    let (x, y) = (random.random_range(0..width), random.random_range(0..height));
    let (w, h) = (
        random.random_range(1..=width / 2),
        random.random_range(1..=height),
    );
    let (way, values): (u8, [u8; 3]) = (random.random_range(0..7), random.random());
    let mut offset = 0;
    for (plane, value) in values.into_iter().enumerate() {
        let half = usize::from(plane > 0);
        let (width, height) = (width >> half, height >> half);
        for y in (y >> half..height).take((h >> half).max(1)) {
            for x in (x >> half..width).take((w >> half).max(1)) {
                yuv[offset + y * width + x] = match way {
                    0 => random.random(),
                    1 => 0,
                    2 => value.wrapping_add(x as u8),
                    3 => value.wrapping_add(y as u8 * 3),
                    4 => value.wrapping_mul((x / 5 % 2) as u8),
                    5 => random.random_range(0..2),
                    _ => value,
                };
            }
        }
        offset += width * height;
    }
}

/// A bar for each of `count` frames: some equal the bar before, some have a few more rectangles.
pub fn random_bars(seed: u64, (width, height): (usize, usize), count: usize) -> Vec<Vec<u8>> {
    let random = &mut StdRng::seed_from_u64(seed);
    let mut bar = vec![128; width * height * 3 / 2];
    let bars = (0..count).map(|_| {
        for _ in 0..[0, 0, 1, 1, 3][random.random_range(0..5)] {
            paint(random, &mut bar, width, height);
            paint_mean(random, &mut bar, width, height);
        }
        bar.clone()
    });
    bars.collect()
}
