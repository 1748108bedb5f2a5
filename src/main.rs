//! The program `xuncha`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request makes and drops some thousand small values; a fifth of the server's time went into that with the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    xuncha::app::cli::run()
}
