//! The program `xuncha`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xuncha::app::cli::run()
}
