//! Pictures and sound -> one movie, fragment by fragment: the one writer for both renderers.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::clock::Clock;
use super::{Job, Message, RenderError};
use super::{pictures, sound};
use crate::ffmpeg::AUDIO_BITRATE;
use crate::mp4::{
    self, AAC_FRAME_SAMPLES, AUDIO_TRACK, AacConfig, AudioTrack, AvcConfig, Movie, Sample, SampleInfo,
    TrackRun, VIDEO_TRACK, VideoTrack,
};
use crate::stitch;
use crate::units::{Frames, Samples, Ticks, VIDEO_TIMESCALE};
use crate::workout::Plan;

/// Pictures in the fragments of a stream, the last figure for all that follow.
///
/// The first picture leaves alone, since a player shows it at once; the next ones come soon, so that
/// it can start; from then on about a second each, for little overhead.
const FRAGMENTS: [usize; 5] = [1, 4, 10, 15, 30];

/// Renders a job to its end. Sends the movie's bytes to `output`, and its codecs to `announce` once
/// the first fragment is there. Returns early, without an error, when nobody reads any more.
pub(super) async fn render(
    job: Job,
    output: &mpsc::Sender<Message>,
    announce: oneshot::Sender<String>,
    report: &watch::Sender<Frames>,
) -> Result<(), RenderError> {
    let job = Arc::new(job);
    let pictures = PictureSource::Graph(Box::new(pictures::Pictures::start(&job)?));
    let sound = SoundSource::Encoded(Box::new(sound::Sound::start(&job)?));
    let mut tracks = Tracks::new(
        Arc::clone(&job.plan),
        Clock::new(job.settings.timeout),
        pictures,
        sound,
    );
    let mut announce = Some(announce);
    while let Some(pieces) = tracks.next().await? {
        // The receiver is gone only when the whole rendering is.
        if let Some(announce) = announce.take() {
            let _ = announce.send(tracks.codecs().to_owned());
        }
        if output.send(Message::Pieces(pieces)).await.is_err() {
            return Ok(());
        }
        report.send_replace(tracks.shown());
    }
    tracks.log_end();
    Ok(())
}

/// Where coded pictures come from.
pub(super) enum PictureSource {
    /// FFmpeg encodes them as they are asked for.
    Graph(Box<pictures::Pictures>),
    /// They are put together from prepared loops.
    Stitched(Box<stitch::Pictures>),
}

/// A coded picture in up to two pieces, the second possibly empty.
struct Picture {
    pieces: [Bytes; 2],
    info: SampleInfo,
}

impl PictureSource {
    fn config(&self) -> Option<&AvcConfig> {
        match self {
            Self::Graph(pictures) => pictures.config(),
            Self::Stitched(pictures) => Some(pictures.config()),
        }
    }

    async fn next(&mut self) -> Result<Option<Picture>, RenderError> {
        Ok(match self {
            Self::Graph(pictures) => pictures.next().await?.map(|sample| Picture {
                info: sample.info(),
                pieces: [sample.data, Bytes::new()],
            }),
            Self::Stitched(pictures) => pictures.next().await?.map(|picture| Picture {
                info: SampleInfo {
                    // A slice of 4 GiB exists nowhere; the writer refuses the saturated size.
                    size: u32::try_from(picture.exercise.len() + picture.hud.len()).unwrap_or(u32::MAX),
                    duration: u32::try_from(picture.lasts.0).unwrap_or(u32::MAX),
                    key: picture.key,
                },
                pieces: [picture.exercise, picture.hud],
            }),
        })
    }
}

/// Where AAC frames come from.
pub(super) enum SoundSource {
    /// FFmpeg encodes the whole workout's mix as it is asked for.
    Encoded(Box<sound::Sound>),
    /// Cues that were encoded once, laid between silent frames.
    Cues(stitch::CueTrack),
}

impl SoundSource {
    fn config(&self) -> Option<AacConfig> {
        match self {
            Self::Encoded(sound) => sound.config(),
            Self::Cues(sound) => Some(sound.config()),
        }
    }

    /// The frames that begin before the instant `until`, of which `heard` have left before.
    async fn frames(&mut self, heard: u64, until: Samples) -> Result<Vec<Sample>, RenderError> {
        let sound = match self {
            Self::Cues(sound) => return Ok(sound.frames(until)),
            Self::Encoded(sound) => sound,
        };
        let mut frames = Vec::new();
        while (heard + frames.len() as u64) * u64::from(AAC_FRAME_SAMPLES) < until.0 {
            let Some(frame) = sound.next().await? else {
                break;
            };
            frames.push(frame);
        }
        Ok(frames)
    }
}

/// Both tracks of a movie, and how far each has come.
pub(super) struct Tracks {
    plan: Arc<Plan>,
    clock: Clock,
    pictures: PictureSource,
    sound: SoundSource,
    codecs: String,
    /// Fragments that left.
    fragments: u32,
    /// Length of the pictures that left.
    shown: Ticks,
    /// AAC frames that left.
    heard: u64,
}

impl Tracks {
    pub fn new(plan: Arc<Plan>, clock: Clock, pictures: PictureSource, sound: SoundSource) -> Self {
        Self {
            plan,
            clock,
            pictures,
            sound,
            codecs: String::new(),
            fragments: 0,
            shown: Ticks(0),
            heard: 0,
        }
    }

    /// For a player's `MediaSource`; empty before the first fragment.
    pub fn codecs(&self) -> &str {
        &self.codecs
    }

    /// How far the fragments reach.
    pub fn shown(&self) -> Frames {
        self.shown.frame()
    }

    /// Says in the log that all is done.
    pub fn log_end(&self) {
        let (length, waited) = (self.shown().seconds().0, self.clock.waited().as_secs_f64());
        let speed = length / waited.max(0.001);
        tracing::info!(length, waited, speed, "rendering complete");
    }

    /// The next bytes of the movie, its head before the first fragment; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Bytes>>, RenderError> {
        let most = FRAGMENTS[(self.fragments as usize).min(FRAGMENTS.len() - 1)];
        let mut pictures = Vec::with_capacity(most);
        let mut until = self.shown;
        while pictures.len() < most {
            let Some(picture) = self.clock.wait(self.pictures.next()).await? else {
                break;
            };
            until += Ticks(u64::from(picture.info.duration));
            pictures.push(picture);
        }
        if pictures.is_empty() {
            return Ok(None);
        }
        self.clock.produced(until - self.shown);
        let frames = self.sound.frames(self.heard, until.samples());
        let frames = self.clock.wait(frames).await?;
        let mut pieces = Vec::with_capacity(2 + 2 * pictures.len() + frames.len());
        if self.fragments == 0 {
            let movie = self.movie()?;
            self.codecs = movie.codecs();
            pieces.push(movie.init_segment());
        }
        pieces.push(self.header(&pictures, &frames)?);
        let slices = pictures.into_iter().flat_map(|picture| picture.pieces);
        pieces.extend(slices.filter(|piece| !piece.is_empty()));
        self.heard += frames.len() as u64;
        pieces.extend(frames.into_iter().map(|frame| frame.data));
        self.shown = until;
        self.fragments += 1;
        Ok(Some(pieces))
    }

    fn header(&self, pictures: &[Picture], frames: &[Sample]) -> Result<Bytes, RenderError> {
        let pictures: Vec<SampleInfo> = pictures.iter().map(|picture| picture.info).collect();
        let frames: Vec<SampleInfo> = frames.iter().map(Sample::info).collect();
        let runs = [
            TrackRun {
                track_id: VIDEO_TRACK,
                decode_time: self.shown.0,
                samples: &pictures,
            },
            TrackRun {
                track_id: AUDIO_TRACK,
                decode_time: self.heard * u64::from(AAC_FRAME_SAMPLES),
                samples: &frames,
            },
        ];
        Ok(mp4::fragment_header(self.fragments + 1, &runs)?)
    }

    /// The movie's head, with the lengths that the plan promises.
    fn movie(&self) -> Result<Movie, RenderError> {
        let nothing = || RenderError::Internal("a fragment without parameters".to_owned());
        let length = self.plan.length();
        let profile = self.plan.profile;
        Ok(Movie {
            video: VideoTrack {
                config: self.pictures.config().cloned().ok_or_else(nothing)?,
                width: profile.width as u16,
                height: profile.height as u16,
                timescale: VIDEO_TIMESCALE,
                duration: length.ticks().0,
            },
            audio: Some(AudioTrack {
                config: self.sound.config().ok_or_else(nothing)?,
                duration: length.samples().0,
                bitrate: AUDIO_BITRATE,
            }),
        })
    }
}
