//! Joins coded video frames and audio frames into one movie, fragment by fragment.
//!
//! For both renderers, which share this writer. It does not encode, and knows nothing about where frames come
//! from beyond [`FrameSource`] and [`SoundSource`].

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::clock::Clock;
use super::{Job, Message, RenderError};
use super::{graph_frames, sound};
use crate::ffmpeg::AUDIO_BITRATE;
use crate::mp4::{
    self, AAC_FRAME_SAMPLES, AUDIO_TRACK, AacConfig, AudioTrack, AvcConfig, Movie, Sample, SampleInfo,
    TrackRun, VIDEO_TRACK, VideoTrack,
};
use crate::stitch;
use crate::units::{Frames, Samples, Ticks, VIDEO_TIMESCALE};
use crate::workout::Plan;

/// Video frames in each fragment of a stream. The last number is for all following fragments.
///
/// The first video frame leaves alone, because a player shows it at once. The next ones follow soon, so that
/// playback can start. After that a fragment lasts about a second, for little overhead.
const FRAGMENTS: [usize; 5] = [1, 4, 10, 15, 30];

/// Renders a job with the graph renderer to its end. Sends the movie's bytes to `output`, and the codecs to
/// `announce` once the first fragment is there. Returns early, without an error, when the reader is gone.
pub(super) async fn render(
    job: Job,
    output: &mpsc::Sender<Message>,
    announce: oneshot::Sender<String>,
    report: &watch::Sender<Frames>,
) -> Result<(), RenderError> {
    let job = Arc::new(job);
    let frames = FrameSource::Graph(Box::new(graph_frames::GraphFrames::start(&job)?));
    let sound = SoundSource::Encoded(Box::new(sound::Sound::start(&job)?));
    let mut tracks = Muxer::new(
        Arc::clone(&job.plan),
        Clock::new(job.settings.timeout),
        frames,
        sound,
    );
    let mut announce = Some(announce);
    while let Some(pieces) = tracks.next().await? {
        // A send error is ignored: the receiver is dropped only together with the whole rendering.
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

/// The source of coded video frames.
pub(super) enum FrameSource {
    /// FFmpeg encodes them as they are requested.
    Graph(Box<graph_frames::GraphFrames>),
    /// They are put together from prepared loops.
    Stitched(Box<stitch::StitchedFrames>),
}

/// A coded video frame in up to two pieces; the second piece may be empty.
struct CodedFrame {
    pieces: [Bytes; 2],
    info: SampleInfo,
}

impl FrameSource {
    fn config(&self) -> Option<&AvcConfig> {
        match self {
            Self::Graph(frames) => frames.config(),
            Self::Stitched(frames) => Some(frames.config()),
        }
    }

    async fn next(&mut self) -> Result<Option<CodedFrame>, RenderError> {
        Ok(match self {
            Self::Graph(frames) => frames.next().await?.map(|sample| CodedFrame {
                info: sample.info(),
                pieces: [sample.data, Bytes::new()],
            }),
            Self::Stitched(frames) => frames.next().await?.map(|frame| CodedFrame {
                info: SampleInfo {
                    // No real frame has 4 GiB. If one had, the writer would refuse the saturated size.
                    size: u32::try_from(frame.exercise.len() + frame.hud.len()).unwrap_or(u32::MAX),
                    duration: u32::try_from(frame.lasts.0).unwrap_or(u32::MAX),
                    key: frame.key,
                },
                pieces: [frame.exercise, frame.hud],
            }),
        })
    }
}

/// The source of AAC frames.
pub(super) enum SoundSource {
    /// FFmpeg encodes the mix of the whole workout as it is requested.
    Encoded(Box<sound::Sound>),
    /// Cues that were encoded once, placed between silent frames.
    Cues(stitch::CueTrack),
}

impl SoundSource {
    fn config(&self) -> Option<AacConfig> {
        match self {
            Self::Encoded(sound) => sound.config(),
            Self::Cues(sound) => Some(sound.config()),
        }
    }

    /// The next audio frames, up to the first that begins at or after `until`. `heard` is the number of audio
    /// frames that have left before.
    async fn audio_frames(&mut self, heard: u64, until: Samples) -> Result<Vec<Sample>, RenderError> {
        let sound = match self {
            Self::Cues(sound) => return Ok(sound.frames(until)),
            Self::Encoded(sound) => sound,
        };
        let mut audio_frames = Vec::new();
        while (heard + audio_frames.len() as u64) * u64::from(AAC_FRAME_SAMPLES) < until.0 {
            let Some(audio_frame) = sound.next().await? else {
                break;
            };
            audio_frames.push(audio_frame);
        }
        Ok(audio_frames)
    }
}

/// Both tracks of a movie, and how far each has come.
pub(super) struct Muxer {
    plan: Arc<Plan>,
    clock: Clock,
    frames: FrameSource,
    sound: SoundSource,
    codecs: String,
    /// The number of fragments that have left.
    fragments: u32,
    /// The duration of the video frames that have left.
    shown: Ticks,
    /// The number of AAC frames that have left.
    heard: u64,
}

impl Muxer {
    pub fn new(plan: Arc<Plan>, clock: Clock, frames: FrameSource, sound: SoundSource) -> Self {
        Self {
            plan,
            clock,
            frames,
            sound,
            codecs: String::new(),
            fragments: 0,
            shown: Ticks(0),
            heard: 0,
        }
    }

    /// The codecs for a player's `MediaSource`; empty before the first fragment.
    pub fn codecs(&self) -> &str {
        &self.codecs
    }

    /// The duration of the fragments that have left, in whole output frames.
    pub fn shown(&self) -> Frames {
        self.shown.frame()
    }

    /// Logs that the rendering is complete.
    pub fn log_end(&self) {
        let (length, waited) = (self.shown().seconds().0, self.clock.waited().as_secs_f64());
        let speed = length / waited.max(0.001);
        tracing::info!(length, waited, speed, "rendering complete");
    }

    /// The next bytes of the movie: a fragment, preceded by the init segment if it is the first. `None` after
    /// the last fragment.
    pub async fn next(&mut self) -> Result<Option<Vec<Bytes>>, RenderError> {
        let most = FRAGMENTS[(self.fragments as usize).min(FRAGMENTS.len() - 1)];
        let mut frames = Vec::with_capacity(most);
        let mut until = self.shown;
        while frames.len() < most {
            let Some(frame) = self.clock.wait(self.frames.next()).await? else {
                break;
            };
            until += Ticks(u64::from(frame.info.duration));
            frames.push(frame);
        }
        if frames.is_empty() {
            return Ok(None);
        }
        self.clock.produced(until - self.shown);
        let audio_frames = self.sound.audio_frames(self.heard, until.samples());
        let audio_frames = self.clock.wait(audio_frames).await?;
        let mut pieces = Vec::with_capacity(2 + 2 * frames.len() + audio_frames.len());
        if self.fragments == 0 {
            let movie = self.movie()?;
            self.codecs = movie.codecs();
            pieces.push(movie.init_segment());
        }
        pieces.push(self.header(&frames, &audio_frames)?);
        let slices = frames.into_iter().flat_map(|frame| frame.pieces);
        pieces.extend(slices.filter(|piece| !piece.is_empty()));
        self.heard += audio_frames.len() as u64;
        pieces.extend(audio_frames.into_iter().map(|audio_frame| audio_frame.data));
        self.shown = until;
        self.fragments += 1;
        Ok(Some(pieces))
    }

    fn header(&self, frames: &[CodedFrame], audio_frames: &[Sample]) -> Result<Bytes, RenderError> {
        let frames: Vec<SampleInfo> = frames.iter().map(|frame| frame.info).collect();
        let audio_frames: Vec<SampleInfo> = audio_frames.iter().map(Sample::info).collect();
        let runs = [
            TrackRun {
                track_id: VIDEO_TRACK,
                decode_time: self.shown.0,
                samples: &frames,
            },
            TrackRun {
                track_id: AUDIO_TRACK,
                decode_time: self.heard * u64::from(AAC_FRAME_SAMPLES),
                samples: &audio_frames,
            },
        ];
        Ok(mp4::fragment_header(self.fragments + 1, &runs)?)
    }

    /// The description of both tracks, with the durations that the plan promises.
    fn movie(&self) -> Result<Movie, RenderError> {
        let nothing = || RenderError::Internal("a fragment without parameters".to_owned());
        let length = self.plan.length();
        let profile = self.plan.profile;
        Ok(Movie {
            video: VideoTrack {
                config: self.frames.config().cloned().ok_or_else(nothing)?,
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
