//! A film: all of a plan's coded pictures and frames of sound, any of them at once.
//!
//! For what is asked for in parts: byte ranges, segments. Where [`Pictures`](super::Pictures) gives a plan's
//! pictures one after the other while loops are still being prepared, a film has its loops whole, and knows
//! the size and the time of everything in it before a byte leaves. Of HUD slices it keeps those of the first
//! half hour or so, and of the others only the sizes: such a slice is written when it is asked for, the same
//! bytes each time and the same as [`Pictures`](super::Pictures) writes, because a bar depends on its picture
//! alone and its slice on that and the bar before.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::bar::BarCoder;
use super::cuts::Cuts;
use super::file::Prepared;
use super::prepare::PrepareError;
use super::run::{Form, Run};
use super::sound::Track;
use super::source::StitchError;
use crate::h264::H264Error;
use crate::hud::Hud;
use crate::mp4::{AvcConfig, SampleInfo};
use crate::units::Ticks;
use crate::workout::Plan;

/// Bytes of HUD slices that a film keeps: those of its first 40 minutes in 720p. Writing them is half of what a
/// download costs.
const KEPT: usize = 32 << 20;
/// Pens that are kept for the next who reads; each holds two bars.
const IDLE_PENS: usize = 4;

/// Why a part of a film is not what it was when the film was made: a fault of this program, or of the disk.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FilmError {
    /// A slice of the HUD cannot be written.
    #[error("a slice of the HUD cannot be written: {0}")]
    Slice(String),
    /// The file of its sound cannot be read.
    #[error("the sound cannot be read: {0}")]
    Sound(String),
    /// A slice of the HUD has another size than before.
    #[error("the HUD's slice of picture {picture} has {has} bytes, not {promised}")]
    Size {
        /// Which.
        picture: u64,
        /// Bytes that were announced.
        promised: u32,
        /// Bytes that were written.
        has: usize,
    },
}

/// Where the exercise part of a picture is stored: equal stretches are equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    /// Which of the film's loops.
    pub of: usize,
    /// Whether it is the second form of a part's first picture.
    pub restart: bool,
    /// Which of its pictures.
    pub picture: u64,
}

/// One interval.
#[derive(Debug)]
struct Scene {
    run: Run,
    /// The number of its first picture.
    first: u64,
    /// Which loop.
    of: usize,
}

/// See the module. Shared by all who read it.
pub struct Film {
    plan: Arc<Plan>,
    loops: Vec<Arc<Prepared>>,
    scenes: Vec<Scene>,
    cuts: Cuts,
    config: AvcConfig,
    sound: Track,
    /// Where each picture's HUD slice ends if all lie behind each other; empty without a HUD.
    slices: Vec<u64>,
    /// The first of them, whole ones.
    kept: Bytes,
    pens: Mutex<Vec<Pen>>,
    digest: blake3::Hash,
}

/// Writes HUD slices, fastest in rising order. A reader borrows one from the film and gives it back.
pub struct Pen {
    hud: Hud,
    bars: BarCoder,
    /// The picture whose slice was written last.
    wrote: Option<u64>,
}

/// A picture's place in the film.
#[derive(Debug, Clone, Copy)]
struct At {
    scene: usize,
    of_loop: u64,
    form: Form,
    begins: Ticks,
    ends: Ticks,
}

impl Film {
    /// Of a plan, the loop of each of its intervals, and its sound.
    ///
    /// Writes every HUD slice once to know its size: some hundred milliseconds of work for 16 minutes.
    pub fn new(
        plan: Arc<Plan>,
        loops_of_intervals: &[Arc<Prepared>],
        sound: Track,
    ) -> Result<Self, StitchError> {
        let config = loops_of_intervals
            .first()
            .ok_or(StitchError::Empty)?
            .config
            .clone();
        let mut loops: Vec<Arc<Prepared>> = Vec::new();
        let mut scenes = Vec::new();
        let mut first = 0;
        for (interval, prepared) in plan.timeline.intervals().iter().zip(loops_of_intervals) {
            if prepared.config != config {
                return Err(StitchError::Config);
            }
            let known = loops.iter().position(|known| Arc::ptr_eq(known, prepared));
            let of = known.unwrap_or_else(|| {
                loops.push(Arc::clone(prepared));
                loops.len() - 1
            });
            let run = Run::new(interval, prepared.parts());
            scenes.push(Scene { run, first, of });
            first += run.pictures();
        }
        let runs: Vec<Run> = scenes.iter().map(|scene| scene.run).collect();
        let pen = pen(&plan, &config).map_err(PrepareError::from)?;
        let mut film = Self {
            cuts: Cuts::new(&runs, pen.is_some()),
            plan,
            loops,
            scenes,
            config,
            sound,
            slices: Vec::new(),
            kept: Bytes::new(),
            pens: Mutex::default(),
            digest: blake3::hash(&[]),
        };
        let mut hasher = film.digest_of_parts();
        if let Some(mut pen) = pen {
            film.slices.reserve_exact(first as usize);
            let (mut kept, mut end) = (Vec::new(), 0);
            for number in 0..first {
                let slice = film.write(&mut pen, number).map_err(PrepareError::from)?;
                hasher.update(&slice);
                end += slice.len() as u64;
                film.slices.push(end);
                if end <= KEPT as u64 {
                    kept.extend_from_slice(&slice);
                }
            }
            film.kept = kept.into_boxed_slice().into();
            film.give_back(pen);
        }
        film.digest = hasher.finalize();
        Ok(film)
    }

    /// Everything stored that the film is put together from.
    fn digest_of_parts(&self) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        part(self.config.avcc());
        for prepared in &self.loops {
            let stored = prepared.pictures.iter().chain(&prepared.restarts);
            stored.for_each(|picture| part(picture));
        }
        self.sound.parts(part);
        hasher
    }

    /// Names every byte in it: loops, slices and frames. Where they lie is for others to add.
    #[must_use]
    pub fn digest(&self) -> &blake3::Hash {
        &self.digest
    }

    /// What it shows.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The decoder parameters that all pictures share.
    #[must_use]
    pub fn config(&self) -> &AvcConfig {
        &self.config
    }

    /// Whether each picture has a slice of its own.
    #[must_use]
    pub fn has_hud(&self) -> bool {
        !self.slices.is_empty()
    }

    /// The sound.
    #[must_use]
    pub fn sound(&self) -> &Track {
        &self.sound
    }

    /// Frames of the sound, one behind the other.
    pub fn frames(&self, frames: Range<u64>) -> Result<Cow<'_, Bytes>, FilmError> {
        let read = self.sound.read(frames);
        read.map_err(|error| FilmError::Sound(error.to_string()))
    }

    /// Where it may be cut.
    #[must_use]
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// Pictures in all.
    #[must_use]
    pub fn pictures(&self) -> u64 {
        self.cuts.pictures()
    }

    /// Bytes of memory that it holds beside its loops.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let lists = size_of::<u64>() * self.slices.len() + size_of::<Scene>() * self.scenes.len();
        size_of::<Self>() + lists + self.kept.len() + self.sound.in_memory()
    }

    fn at(&self, number: u64) -> At {
        let after = self.scenes.partition_point(|scene| scene.first <= number);
        // The first scene begins at 0.
        let scene = after.max(1) - 1;
        let Scene { run, first, .. } = &self.scenes[scene];
        let within = number - first;
        let of_loop = run.of_loop(within);
        At {
            scene,
            of_loop,
            form: self.cuts.form(number, run.begins_part(within)),
            begins: run.begins(within),
            ends: run.begins(within + 1),
        }
    }

    /// When a picture begins; for a number beyond the last, the end.
    #[must_use]
    pub fn begins(&self, number: u64) -> Ticks {
        if number >= self.pictures() {
            return self.plan.length().ticks();
        }
        self.at(number).begins
    }

    /// Size, length and kind of a picture: one of [`pictures`](Self::pictures).
    #[must_use]
    pub fn sample(&self, number: u64) -> SampleInfo {
        let at = self.at(number);
        let exercise = self.stored(at.stretch(self)).len();
        SampleInfo {
            // Sizes that do not fit are no prepared loop's, whose file is bounded.
            size: exercise as u32 + self.slice_size(number),
            duration: (at.ends - at.begins).0 as u32,
            key: at.form == Form::Key,
        }
    }

    /// Which stretch of a loop a picture shows above its HUD.
    #[must_use]
    pub fn stretch(&self, number: u64) -> Stretch {
        self.at(number).stretch(self)
    }

    /// The bytes of a stretch: shared with all who show that loop.
    #[must_use]
    pub fn stored(&self, stretch: Stretch) -> &Bytes {
        let prepared = &self.loops[stretch.of];
        if stretch.restart {
            &prepared.restarts[prepared.parts().index(stretch.picture)]
        } else {
            &prepared.pictures[stretch.picture as usize]
        }
    }

    /// Bytes of a picture's HUD slice.
    #[must_use]
    pub fn slice_size(&self, number: u64) -> u32 {
        let place = self.slice_place(number);
        // A slice of 4 GiB exists nowhere.
        (place.end - place.start) as u32
    }

    /// Where a picture's slice lies among all.
    fn slice_place(&self, number: u64) -> Range<u64> {
        let end = |number: u64| self.slices.get(number as usize).copied().unwrap_or(0);
        number.checked_sub(1).map_or(0, end)..end(number)
    }

    /// The HUD slice of a picture, as it was announced; empty without a HUD. What is not kept is written with
    /// the reader's pen, which it gets here when it first needs one.
    pub fn slice(&self, pen: &mut Option<Pen>, number: u64) -> Result<Bytes, FilmError> {
        let place = self.slice_place(number);
        if place.end <= self.kept.len() as u64 {
            return Ok(self.kept.slice(place.start as usize..place.end as usize));
        }
        match pen {
            Some(pen) => self.rewritten(pen, number),
            None => self.rewritten(pen.insert(self.pen()?), number),
        }
    }

    /// The same slice, written whether it is kept or not.
    pub fn rewritten(&self, pen: &mut Pen, number: u64) -> Result<Bytes, FilmError> {
        let slice = self
            .write(pen, number)
            .map_err(|error| FilmError::Slice(error.to_string()))?;
        let (promised, has) = (self.slice_size(number), slice.len());
        if has != promised as usize {
            return Err(FilmError::Size {
                picture: number,
                promised,
                has,
            });
        }
        Ok(slice)
    }

    fn write(&self, pen: &mut Pen, number: u64) -> Result<Bytes, H264Error> {
        let at = self.at(number);
        if at.form != Form::Key && pen.wrote != number.checked_sub(1) {
            // As if all before had been written: the bar says nothing of what was drawn before it.
            pen.hud.draw(self.begins(number.saturating_sub(1)).frame());
            pen.bars.showed(pen.hud.bar());
        }
        pen.hud.draw(at.begins.frame());
        let exercise = self.stored(at.stretch(self));
        // Not right if this fails; then nobody reads on.
        pen.wrote = Some(number);
        pen.bars.slice(exercise, pen.hud.bar(), pen.hud.painted())
    }

    /// A pen: one that somebody gave back, or a new one. Fails without a HUD.
    pub fn pen(&self) -> Result<Pen, FilmError> {
        let idle = self.pens.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(pen) = idle {
            return Ok(pen);
        }
        let made = pen(&self.plan, &self.config).map_err(|error| FilmError::Slice(error.to_string()))?;
        made.ok_or_else(|| FilmError::Slice("there is no HUD".to_owned()))
    }

    /// Keeps a pen for the next.
    pub fn give_back(&self, pen: Pen) {
        let mut idle = self.pens.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_PENS {
            idle.push(pen);
        }
    }
}

impl At {
    fn stretch(&self, film: &Film) -> Stretch {
        Stretch {
            of: film.scenes[self.scene].of,
            restart: self.form == Form::Restart,
            picture: self.of_loop,
        }
    }
}

impl std::fmt::Debug for Film {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Film")
            .field("pictures", &self.pictures())
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// `None` for a plan without a HUD.
fn pen(plan: &Plan, config: &AvcConfig) -> Result<Option<Pen>, H264Error> {
    let hud = Hud::new(
        Arc::new(plan.timeline.clone()),
        plan.profile,
        plan.shows,
        plan.language,
    );
    let bars = BarCoder::new(config, &plan.profile)?;
    Ok(hud.zip(bars).map(|(hud, bars)| Pen {
        hud,
        bars,
        wrote: None,
    }))
}
