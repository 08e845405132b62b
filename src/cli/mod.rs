//! The command line: the settings and the subcommands.
//!
//! For people at a terminal and for service managers. This module reads the [`settings`], builds the services
//! ([`assemble`]), runs a subcommand, and reports a failure as one clear sentence on standard error. The work
//! itself is done by other modules. Exit codes: 0 for success, 1 for failure, 2 for wrong usage.

pub mod assemble;
mod doctor;
mod generate;
mod output;
mod plan;
mod prepare;
mod serve;
pub mod settings;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use prepare::PrepareArguments;
use settings::{LogFormat, Settings};

/// Maximum time for threads to finish their current work, such as writing a file.
const THREADS_GRACE: Duration = Duration::from_secs(2);

/// Makes follow-along workout videos.
#[derive(Debug, Parser)]
#[command(name = "virtual-coach", version, about, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (also without a subcommand).
    Serve,
    /// Show the timeline of a workout, without a video. Looks at its clips for their lengths.
    Plan {
        /// The config: a JSON file, or - for standard input.
        #[arg(value_name = "FILE|-")]
        request: PathBuf,
        /// Print the JSON that POST /api/plan answers.
        #[arg(long)]
        json: bool,
    },
    /// Make a video without a server.
    Generate {
        /// The config: a JSON file, or - for standard input.
        #[arg(value_name = "FILE|-")]
        request: PathBuf,
        /// The MP4 to write; replaced only when the new one is whole. - for standard output.
        #[arg(short, long, value_name = "FILE|-")]
        output: PathBuf,
    },
    /// Encode the loops of exercises before a server or a video needs them.
    Prepare(PrepareArguments),
    /// Check FFmpeg and every clip, and say what will be done to each.
    Doctor,
    /// Print the OpenAPI document.
    Openapi,
}

/// Runs the program: parses the arguments, runs the subcommand and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("virtual-coach: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { settings, command }: Arguments) -> Result<ExitCode> {
    let command = command.unwrap_or(Command::Serve);
    // A server logs what it does. The other subcommands print messages of their own, and a progress bar.
    let usual = if matches!(command, Command::Serve) {
        "info"
    } else {
        "warn"
    };
    start_log(settings.log_format, settings.log.as_deref().unwrap_or(usual))?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let done = runtime.block_on(async {
        match command {
            Command::Serve => serve::run(&settings).await.map(|()| ExitCode::SUCCESS),
            Command::Plan { request, json } => plan::run(&settings, &request, json).await,
            Command::Generate { request, output } => generate::run(&settings, &request, &output).await,
            Command::Prepare(arguments) => prepare::run(&settings, &arguments).await,
            Command::Doctor => doctor::run(&settings).await,
            Command::Openapi => {
                let spec = crate::http::openapi(&settings.base_path.shared());
                print(&spec.to_pretty_json().context("the OpenAPI document is no JSON")?)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    });
    // A thread that blocks in the kernel, for example on a stalled
    // mount, ends only with the process, so the wait is bounded.
    runtime.shutdown_timeout(THREADS_GRACE);
    done
}

/// Prints a line to standard output. A closed pipe (`... | head`) is not an error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

/// Starts the log on standard error, because standard output is reserved for the results.
fn start_log(format: LogFormat, filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("{filter:?} is no log filter (--log, COACH_LOG)"))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Otherwise the log, when its reader is gone, reports that on standard error, too, which panics.
        .log_internal_errors(false);
    let started = match format {
        LogFormat::Text => log
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start the log: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_setting_is_a_flag_and_a_variable_of_the_same_name() {
        Arguments::command().debug_assert();
        let arguments = Arguments::command();
        let settings = arguments
            .get_arguments()
            .filter(|a| !["help", "version"].contains(&a.get_id().as_str()));
        for setting in settings {
            let flag = setting.get_long().expect("every setting has a flag");
            let variable = setting.get_env().and_then(|name| name.to_str());
            let expected = format!("COACH_{}", flag.to_uppercase().replace('-', "_"));
            assert_eq!(variable, Some(expected.as_str()));
            assert!(setting.get_help().is_some(), "--{flag} is not explained");
        }
    }
}
