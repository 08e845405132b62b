//! Pictures and sound -> one movie, fragment by fragment.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::clock::Clock;
use super::pictures::Pictures;
use super::sound::Sound;
use super::{Job, Message, RenderError};
use crate::ffmpeg::AUDIO_BITRATE;
use crate::mp4::{
    self, AAC_FRAME_SAMPLES, AUDIO_TRACK, AudioTrack, Movie, Sample, TrackSamples, VIDEO_TRACK, VideoTrack,
};
use crate::units::{Frames, TICKS_PER_FRAME, VIDEO_TIMESCALE};

/// Pictures in the fragments of a stream, the last figure for all that follow.
///
/// The first picture leaves alone, since a player shows it at once; the next ones come soon, so that
/// it can start; from then on a second each, for little overhead.
const FRAGMENTS: [u64; 5] = [1, 4, 10, 15, 30];

/// Renders a job to its end. Sends the movie's bytes to `output`, and its codecs to `announce` once
/// the first fragment is there. Returns early, without an error, when nobody reads any more.
pub(super) async fn render(
    job: Job,
    output: &mpsc::Sender<Message>,
    announce: oneshot::Sender<String>,
    report: &watch::Sender<Frames>,
) -> Result<(), RenderError> {
    let job = Arc::new(job);
    let mut announce = Some(announce);
    let mut tracks = Tracks {
        clock: Clock::new(job.settings.timeout),
        pictures: Pictures::start(&job)?,
        sound: Sound::start(&job)?,
        shown: Frames::ZERO,
        heard: 0,
    };
    let mut sequence = 0;
    while let Some(fragment) = tracks.next(sequence).await? {
        let mut pieces = Vec::new();
        if sequence == 0 {
            let movie = tracks.movie(&job)?;
            pieces.push(movie.init_segment());
            // The receiver is gone only when the whole rendering is.
            if let Some(announce) = announce.take() {
                let _ = announce.send(movie.codecs());
            }
        }
        pieces.extend(fragment);
        if output.send(Message::Pieces(pieces)).await.is_err() {
            return Ok(());
        }
        report.send_replace(tracks.shown);
        sequence += 1;
    }
    let (length, waited) = (tracks.shown.seconds().0, tracks.clock.waited().as_secs_f64());
    tracing::info!(
        length,
        waited,
        speed = length / waited.max(0.001),
        "rendering complete"
    );
    Ok(())
}

/// Both tracks, and how far each has come.
struct Tracks {
    clock: Clock,
    pictures: Pictures,
    sound: Sound,
    /// Pictures that left.
    shown: Frames,
    /// AAC frames that left.
    heard: u64,
}

impl Tracks {
    /// The next fragment's bytes; `None` after the last.
    async fn next(&mut self, sequence: u32) -> Result<Option<Vec<bytes::Bytes>>, RenderError> {
        let most = FRAGMENTS[(sequence as usize).min(FRAGMENTS.len() - 1)];
        let mut pictures = Vec::new();
        while (pictures.len() as u64) < most {
            let Some(picture) = self.clock.wait(self.pictures.next()).await? else {
                break;
            };
            self.clock.produced(Frames(1));
            pictures.push(picture);
        }
        if pictures.is_empty() {
            return Ok(None);
        }
        let until = self.shown + Frames(pictures.len() as u64);
        let frames = self.frames(until).await?;
        let video = TrackSamples {
            track_id: VIDEO_TRACK,
            decode_time: self.shown.0 * u64::from(TICKS_PER_FRAME),
            samples: &pictures,
        };
        let audio = TrackSamples {
            track_id: AUDIO_TRACK,
            decode_time: self.heard * u64::from(AAC_FRAME_SAMPLES),
            samples: &frames,
        };
        let tracks = if frames.is_empty() {
            &[video][..]
        } else {
            &[video, audio]
        };
        let fragment = mp4::fragment(sequence + 1, tracks)?;
        self.heard += frames.len() as u64;
        self.shown = until;
        Ok(Some(fragment))
    }

    /// The sound that begins before picture `until`.
    async fn frames(&mut self, until: Frames) -> Result<Vec<Sample>, RenderError> {
        let mut frames = Vec::new();
        while (self.heard + frames.len() as u64) * u64::from(AAC_FRAME_SAMPLES) < until.samples().0 {
            let Some(frame) = self.clock.wait(self.sound.next()).await? else {
                break;
            };
            frames.push(frame);
        }
        Ok(frames)
    }

    /// The movie's head, with the lengths that the plan promises.
    fn movie(&self, job: &Job) -> Result<Movie, RenderError> {
        let nothing = || RenderError::Internal("a fragment without parameters".to_owned());
        let length = job.plan.length();
        let profile = job.plan.profile;
        Ok(Movie {
            video: VideoTrack {
                config: self.pictures.config().cloned().ok_or_else(nothing)?,
                width: profile.width as u16,
                height: profile.height as u16,
                timescale: VIDEO_TIMESCALE,
                duration: length.0 * u64::from(TICKS_PER_FRAME),
            },
            audio: Some(AudioTrack {
                config: self.sound.config().ok_or_else(nothing)?,
                duration: length.samples().0,
                bitrate: AUDIO_BITRATE,
            }),
        })
    }
}
