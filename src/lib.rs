//! Virtual Coach: a workout config in, a streamed follow-along video out.
//!
//! A request runs through the modules in the order of this table. Each module depends only on modules above
//! it:
//!
//! | module | does | does not know |
//! | --- | --- | --- |
//! | [`units`] | frames, samples, ticks, seconds, speeds | all other modules |
//! | [`temp_files`] | unfinished files; removal of those whose writer was killed | their content |
//! | [`wait_estimate`] | mean duration of one kind of work, for `Retry-After` | the work |
//! | [`single_flight`] | runs work once for all callers that ask for it at the same time | the work |
//! | [`colour`] | sRGB -> BT.709 | all other modules |
//! | [`files`] | opens files that other people put in place, without blocking | their content |
//! | [`catalogue`] | the exercises: reads, checks, searches | the bytes of clips, HTTP |
//! | [`workout`] | request -> plan -> timeline, in whole frames | files, FFmpeg, HTTP |
//! | [`words`] | all texts of a workout, in each language | where and when they appear |
//! | [`week`] | goals -> a week of sessions, each a request and its plan | files, HTTP |
//! | [`hud`] | the pixels of the HUD bar for any frame of a timeline | codecs |
//! | [`sound`] | cues: when they start, and their samples | video frames |
//! | [`texts`] | captions, chapters and timelines of a plan | video frames, HTTP |
//! | [`h264`] | bits of coded frames: reads slices, writes the HUD slice | boxes, workouts |
//! | [`mp4`] | boxes: reads FFmpeg's fragments, writes our files | workouts |
//! | [`ffmpeg`] | the child process, from its start to its end | what it renders |
//! | [`clip`] | the facts of a clip file, and its faults | workouts |
//! | [`graph`] | timeline -> groups of shots -> FFmpeg filter graphs | processes, HTTP |
//! | [`stitch`] | workouts from prepared loops, without encoding | the graph renderer, HTTP |
//! | [`deliver`] | a video as virtual files: ranges, segments, playlists | HTTP requests |
//! | [`render`] | runs either renderer and joins frames and sound into one stream | HTTP |
//! | [`http`] | routes, problems, OpenAPI | the inside of the modules that it calls |
//! | [`cli`] | settings and subcommands | |

pub mod catalogue;
pub mod cli;
pub mod clip;
pub mod colour;
pub mod deliver;
pub mod ffmpeg;
pub mod files;
pub mod graph;
pub mod h264;
pub mod http;
pub mod hud;
pub mod mp4;
pub mod render;
pub mod single_flight;
pub mod sound;
pub mod stitch;
pub mod temp_files;
pub mod texts;
pub mod units;
pub mod wait_estimate;
pub mod week;
pub mod words;
pub mod workout;
