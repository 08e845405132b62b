//! The `virtual-coach` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    virtual_coach::cli::main()
}
