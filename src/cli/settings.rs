//! The settings: each is a command line flag and an environment variable of the same name.
//!
//! For the subcommands. A flag takes precedence over the variable, and the variable over
//! the default. The doc comments of the fields are the help text of `--help`.

use crate::graph::Backdrop;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::http::access::{Hosts, Origins};
use crate::workout::MAX_REQUEST_BYTES;

/// All settings. `virtual-coach --help` prints this text.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Address and port to serve at. Loopback by default: there is no access control; 0.0.0.0:8000
    /// serves to everyone who can reach the machine. Port 0 takes any free one.
    #[arg(
        long,
        global = true,
        env = "COACH_BIND",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8000"
    )]
    pub bind: SocketAddr,

    /// Path before all addresses, when a reverse proxy puts the server below one: /coach.
    #[arg(
        long,
        global = true,
        env = "COACH_BASE_PATH",
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    pub base_path: BasePath,

    /// Hosts that the server answers for, besides loopback ones: names and addresses, divided by commas; *
    /// for any. Without it a server that is bound to a loopback address answers for loopback alone, any other
    /// for every host.
    #[arg(long, global = true, env = "COACH_HOSTS", value_name = "HOSTS")]
    pub hosts: Option<Hosts>,

    /// Origins whose pages may start work, besides the server's own and loopback ones: https://coach.example,
    /// divided by commas; * for any. Reading is open to every page.
    #[arg(long, global = true, env = "COACH_ORIGINS", value_name = "ORIGINS")]
    pub origins: Option<Origins>,

    /// The exercises.
    #[arg(
        long,
        global = true,
        env = "COACH_CATALOGUE",
        value_name = "FILE",
        default_value = "exercises.json"
    )]
    pub catalogue: PathBuf,

    /// Folder of the clips that the catalogue names. Only read.
    #[arg(
        long,
        global = true,
        env = "COACH_VIDEOS",
        value_name = "FOLDER",
        default_value = "videos"
    )]
    pub videos: PathBuf,

    /// Folder for prepared files; made when missing, safe to delete while the server is stopped.
    #[arg(
        long,
        global = true,
        env = "COACH_CACHE",
        value_name = "FOLDER",
        default_value = "cache"
    )]
    pub cache: PathBuf,

    /// Megabytes that prepared loops and recorded sounds may take in the cache folder; those used least
    /// recently go first.
    #[arg(long, global = true, env = "COACH_CACHE_MB", value_name = "MEGABYTES", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(16..=1_048_576))]
    pub cache_mb: u32,

    /// Whether the server prepares the loops of all exercises in the background after its start.
    #[arg(
        long,
        global = true,
        env = "COACH_PREPARE",
        value_name = "BOOL",
        default_value_t = true,
        action = clap::ArgAction::Set
    )]
    pub prepare: bool,

    /// The FFmpeg program.
    #[arg(
        long,
        global = true,
        env = "COACH_FFMPEG",
        value_name = "PROGRAM",
        default_value = "ffmpeg"
    )]
    pub ffmpeg: PathBuf,

    /// The FFprobe program [default: the one beside FFmpeg].
    #[arg(long, global = true, env = "COACH_FFPROBE", value_name = "PROGRAM")]
    ffprobe: Option<PathBuf>,

    /// What is seen behind clips with a transparent background: a colour (#rrggbb) or an image file.
    #[arg(
        long,
        global = true,
        env = "COACH_BACKDROP",
        value_name = "COLOUR|FILE",
        default_value = "#d9dce1"
    )]
    pub backdrop: Backdrop,

    /// Renderings at the same time; one more is answered 503.
    #[arg(long, global = true, env = "COACH_MAX_RENDERS", value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub max_renders: u16,

    /// Seconds by which FFmpeg may fall behind playback before a rendering is given up. Time that a slow
    /// viewer makes it wait does not count.
    #[arg(long, global = true, env = "COACH_TIMEOUT", value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub timeout: u32,

    /// Seconds that an FFmpeg process may take without making progress before it is killed.
    #[arg(long, global = true, env = "COACH_PATIENCE", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub patience: u32,

    /// Seconds after which a client that reads nothing is dropped, or takes less than a quarter of playback
    /// from a stream that holds a place.
    #[arg(long, global = true, env = "COACH_STALL", value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub stall: u32,

    /// Longest body of a request, in bytes; the default is also the most.
    #[arg(long, global = true, env = "COACH_MAX_BODY", value_name = "BYTES", default_value_t = MAX_REQUEST_BYTES as u32, value_parser = clap::value_parser!(u32).range(2..=MAX_REQUEST_BYTES as i64))]
    pub max_body: u32,

    /// How hard x264 tries: slower presets give smaller files and take longer. Measured: veryfast needs
    /// twice the time of ultrafast for two thirds of the bytes.
    #[arg(long, global = true, env = "COACH_PRESET", default_value = "ultrafast")]
    pub preset: Preset,

    /// Threads of a rendering's encoder; 0 leaves it to FFmpeg.
    #[arg(long, global = true, env = "COACH_THREADS", value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub threads: u16,

    /// Form of the log, which goes to standard error.
    #[arg(long, global = true, env = "COACH_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// What is logged: error, warn, info, debug or trace, also by module (`info,virtual_coach::render=debug`)
    /// [default: info when serving, else warn].
    #[arg(long, global = true, env = "COACH_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

impl Settings {
    /// The FFprobe program: the one in the settings, or else the one in FFmpeg's folder.
    #[must_use]
    pub fn ffprobe(&self) -> PathBuf {
        self.ffprobe
            .clone()
            .unwrap_or_else(|| self.ffmpeg.with_file_name("ffprobe"))
    }
}

/// The prefix of all API paths: either empty, or a path such as
/// `/coach` that starts with a slash and does not end with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(Arc<str>);

impl BasePath {
    /// The prefix as text: either empty, or a path that starts with a slash.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BasePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text.trim_end_matches('/');
        let legal = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
                && part.bytes().any(|byte| byte != b'.')
        };
        let parts = path.strip_prefix('/').map(|path| path.split('/').all(legal));
        match parts {
            None if path.is_empty() => Ok(Self("".into())),
            Some(true) => Ok(Self(path.into())),
            _ => Err(format!(
                "{text} is no base path: begin with a slash and use letters, digits, -, _ and ."
            )),
        }
    }
}

/// x264's presets, fastest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
#[allow(missing_docs)] // the names are x264's
pub enum Preset {
    UltraFast,
    SuperFast,
    VeryFast,
    Faster,
    Fast,
    Medium,
    Slow,
}

impl Preset {
    /// The preset's name, as FFmpeg's option `-preset` takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UltraFast => "ultrafast",
            Self::SuperFast => "superfast",
            Self::VeryFast => "veryfast",
            Self::Faster => "faster",
            Self::Fast => "fast",
            Self::Medium => "medium",
            Self::Slow => "slow",
        }
    }
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backdrop_is_a_colour_or_a_file() {
        assert_eq!(
            "#d9dce1".parse(),
            Ok(Backdrop::default()),
            "the default of --backdrop"
        );
        assert_eq!("#0a80FF".parse(), Ok(Backdrop::Colour([10, 128, 255])));
        assert_eq!("gym.jpg".parse(), Ok(Backdrop::Image("gym.jpg".into())));
        for wrong in ["#12345", "#+12345", "#gggggg", ""] {
            assert!(wrong.parse::<Backdrop>().is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_base_path_begins_with_a_slash_and_ends_without() {
        let path = |text: &str| text.parse::<BasePath>().map(|path| path.to_string());
        assert_eq!(path("/"), Ok(String::new()));
        assert_eq!(path("/a/coach/"), Ok("/a/coach".to_owned()));
        for wrong in ["coach", "/a//b", "/{x}", "/..", "/a b", "/<b>"] {
            assert!(path(wrong).is_err(), "{wrong} was taken");
        }
    }
}
