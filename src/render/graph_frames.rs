//! The graph renderer's frames: runs FFmpeg for one group after the other and returns a single sequence of
//! coded frames.
//!
//! For the muxer, and for the trial of a clip. Each process gets its HUD bars on standard input. The sound is
//! made in [`sound`](super::sound).

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::task::AbortOnDropHandle;

use super::{Job, RenderError, RenderSettings, encode};
use crate::ffmpeg::{Child, Stdin, Stdout, Task};
use crate::graph::{self, Group, Look};
use crate::hud::Hud;
use crate::mp4::{AvcConfig, Event, FragmentReader, Sample};
use crate::units::{Frames, TICKS_PER_FRAME};
use crate::workout::Timeline;

/// The process of the next group is started this long before the end of the current group. FFmpeg takes about
/// as long for three seconds of frames as a new process needs to its first frame. An earlier start would only
/// cost memory.
const AHEAD: Frames = Frames(90);
/// Bytes that are read from FFmpeg at a time: the capacity of a Linux pipe.
const CHUNK: usize = 64 << 10;

/// All frames of a job, in order. FFmpeg makes them as they are requested.
pub struct GraphFrames {
    job: Arc<Job>,
    timeline: Arc<Timeline>,
    waiting: VecDeque<Group>,
    current: Option<GroupProcess>,
    next: Option<GroupProcess>,
    config: Option<AvcConfig>,
}

impl GraphFrames {
    /// Starts FFmpeg for the first group.
    pub fn start(job: &Arc<Job>) -> Result<Self, RenderError> {
        let mut frames = Self {
            timeline: Arc::new(job.plan.timeline.clone()),
            waiting: job.groups.iter().cloned().collect(),
            job: Arc::clone(job),
            current: None,
            next: None,
            config: None,
        };
        frames.current = frames.start_next()?;
        Ok(frames)
    }

    /// The parameter sets of all frames; `None` before the first frame.
    pub fn config(&self) -> Option<&AvcConfig> {
        self.config.as_ref()
    }

    /// The next frame. `None` when all frames were returned and all processes have succeeded.
    pub async fn next(&mut self) -> Result<Option<Sample>, RenderError> {
        while let Some(run) = &mut self.current {
            match run.next().await? {
                Some(Event::Header(header)) => match &self.config {
                    None => self.config = Some(header.config),
                    // All groups must agree: a single avcC at the head of the stream serves all of them.
                    Some(config) if *config == header.config => {}
                    Some(_) => return Err(RenderError::Output("two groups differ in avcC".to_owned())),
                },
                Some(Event::Sample(mut frame)) => {
                    frame.duration = TICKS_PER_FRAME;
                    if self.next.is_none() && run.left() <= AHEAD {
                        self.next = self.start_next()?;
                    }
                    return Ok(Some(frame));
                }
                None => {
                    if let Some(run) = self.current.take() {
                        run.finish().await?;
                    }
                    self.current = match self.next.take() {
                        Some(run) => Some(run),
                        None => self.start_next()?,
                    };
                }
            }
        }
        Ok(None)
    }

    fn start_next(&mut self) -> Result<Option<GroupProcess>, RenderError> {
        let Some(group) = self.waiting.pop_front() else {
            return Ok(None);
        };
        let plan = &self.job.plan;
        let hud = Hud::new(
            Arc::clone(&self.timeline),
            plan.profile,
            plan.hud_parts,
            plan.language,
        );
        GroupProcess::start(&self.job.settings, &self.job.look, hud, &group).map(Some)
    }
}

/// Renders all frames of a group without HUD and discards them, to find out whether that works.
pub(super) async fn try_group(
    settings: &RenderSettings,
    look: &Look,
    group: &Group,
) -> Result<(), RenderError> {
    let mut run = GroupProcess::start(settings, look, None, group)?;
    while run.next().await?.is_some() {}
    run.finish().await
}

/// The FFmpeg process of one group.
struct GroupProcess {
    child: Child,
    stdout: Stdout,
    reader: FragmentReader,
    buffer: BytesMut,
    length: Frames,
    given: Frames,
    /// The task that writes the HUD bars to the process's standard input. It is aborted when this struct is
    /// dropped.
    hud: Option<AbortOnDropHandle<()>>,
}

impl GroupProcess {
    fn start(
        settings: &RenderSettings,
        look: &Look,
        hud: Option<Hud>,
        group: &Group,
    ) -> Result<Self, RenderError> {
        let graph = graph::video_graph(group, look);
        let command = encode::video_command(settings, &graph, group);
        let mut child = settings.tools.spawn(Task::RenderFrames, command, hud.is_some())?;
        let (start, end) = (group.start().0, (group.start() + group.length()).0);
        let hud = hud
            .zip(child.take_stdin())
            .map(|(hud, pipe)| AbortOnDropHandle::new(tokio::spawn(feed(hud, start..end, pipe))));
        Ok(Self {
            stdout: child
                .take_stdout()
                .ok_or_else(|| RenderError::Internal("no pipe".to_owned()))?,
            child,
            reader: FragmentReader::new(),
            buffer: BytesMut::new(),
            length: group.length(),
            given: Frames::ZERO,
            hud,
        })
    }

    /// The number of frames that have not been returned yet.
    fn left(&self) -> Frames {
        self.length.saturating_sub(self.given)
    }

    async fn next(&mut self) -> Result<Option<Event>, RenderError> {
        loop {
            if let Some(event) = self.reader.pull()? {
                if matches!(event, Event::Sample(_)) {
                    self.given += Frames(1);
                }
                return Ok(Some(event));
            }
            self.buffer.reserve(CHUNK);
            if self.stdout.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
            // Passed on without a copy: samples are slices of the buffer.
            self.reader.push(self.buffer.split().freeze());
        }
    }

    /// To be called after the last byte: checks that the process succeeded and made every frame of its group.
    async fn finish(self) -> Result<(), RenderError> {
        drop(self.hud);
        drop(self.stdout);
        let speed = self.child.progress().speed;
        self.child.finish().await?;
        tracing::debug!(frames = self.given.0, speed, "group complete");
        self.reader.finish()?;
        if self.given != self.length {
            return Err(RenderError::Output(format!(
                "FFmpeg made {} of {} pictures",
                self.given, self.length
            )));
        }
        Ok(())
    }
}

/// Draws the HUD bars of a range of frames and writes them to FFmpeg's standard input.
async fn feed(mut hud: Hud, frames: std::ops::Range<u64>, mut pipe: Stdin) {
    for frame in frames {
        // FFmpeg closes the pipe when it needs no more bars, or when it fails. Its exit status tells which.
        if pipe.write_all(hud.draw(Frames(frame))).await.is_err() {
            return;
        }
    }
}
