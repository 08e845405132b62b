//! The `virtual-coach` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    // First of all: every FFmpeg is started through here.
    if let Some(code) = virtual_coach::ffmpeg::launch::launched() {
        return code;
    }
    virtual_coach::cli::main()
}
