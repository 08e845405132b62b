//! The `virtual-coach` binary. All code is in the library.

fn main() -> std::process::ExitCode {
    // This must come first. The program starts every FFmpeg through itself: such a process runs `launch`
    // only.
    if let Some(code) = virtual_coach::ffmpeg::launch::launched() {
        return code;
    }
    virtual_coach::cli::main()
}
