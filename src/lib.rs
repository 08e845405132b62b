//! Virtual Coach: a workout config in, a streamed follow-along video out.
//!
//! One request runs through the modules in this order, and each knows only those before it:
//!
//! | module | does | knows nothing of |
//! | --- | --- | --- |
//! | [`units`] | frames, samples, seconds, speeds | everything else |
//! | [`temp_files`] | files written beside their place; removal of those whose writer was killed | what is in them |
//! | [`wait_estimate`] | how long work of one kind takes | which |
//! | [`single_flight`] | work that is done once for all who ask for it | what the work is |
//! | [`colour`] | RGB -> BT.709 | everything else |
//! | [`files`] | opening files that others put there, without blocking | what is in them |
//! | [`catalogue`] | the exercises: reading, checking, searching | clips' bytes, HTTP |
//! | [`workout`] | request -> plan -> timeline, in whole frames | files, FFmpeg, HTTP |
//! | [`words`] | all that a workout says, in each language | where and when it is said |
//! | [`week`] | goals -> a week of sessions, each a request and its plan | files, HTTP |
//! | [`hud`] | the pixels of the bar for any frame of a timeline | codecs |
//! | [`sound`] | cues, where they lie, and their samples | frames |
//! | [`texts`] | captions, chapters and timelines of a plan | frames, HTTP |
//! | [`h264`] | coded frames as bits: slices read, the HUD slice written | boxes, workouts |
//! | [`mp4`] | boxes: reading FFmpeg's fragments, writing ours | workouts |
//! | [`ffmpeg`] | the child process and its end of life | what it renders |
//! | [`clip`] | what a clip file is, and what is wrong with it | workouts |
//! | [`graph`] | timeline -> groups of shots -> FFmpeg filter graphs | processes, HTTP |
//! | [`stitch`] | workouts out of what was coded before | graphs, HTTP |
//! | [`deliver`] | a video as files that are not there: ranges, segments, playlists | HTTP's requests |
//! | [`render`] | runs the groups, joins their samples to one stream | HTTP |
//! | [`http`] | routes, problems, OpenAPI | everything below the calls it makes |
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
