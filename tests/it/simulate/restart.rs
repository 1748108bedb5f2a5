//! The command itself, against a server that is killed amid the run.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::harness::ServerProcess;

#[test]
fn the_command_survives_a_server_killed_and_started_anew() {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let address = server.url.strip_prefix("http://").expect("HTTP").to_owned();
    let mut simulation = ServerProcess::command()
        .args(["simulate", "--server", &server.url, "--phones", "6"])
        .args([
            "--days",
            "3",
            "--faults",
            "some",
            "--seed",
            "7",
            "--data-dir",
        ])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut progress = BufReader::new(simulation.stderr.take().expect("piped")).lines();
    let second_day = progress.by_ref().map_while(Result::ok);
    assert!(
        second_day
            .filter(|line| line.contains("virtual days"))
            .nth(1)
            .is_some()
    );
    server.signal(Signal::SIGKILL);
    let mut server = ServerProcess::start(folder.path(), &address);

    let rest: Vec<String> = progress.map_while(Result::ok).collect();
    let mut table = String::new();
    let mut stdout = simulation.stdout.take().expect("piped");
    stdout.read_to_string(&mut table).expect("UTF-8");
    let ended = simulation.wait().expect("our own child");
    assert!(ended.success(), "{table}\n{}", rest.join("\n"));
    for row in [
        "phones",
        "mutations",
        "requests",
        "lost",
        "doubled",
        "wrongly visible",
        "stuck",
    ] {
        assert!(
            table.lines().any(|line| line.starts_with(row)),
            "{row}: {table}"
        );
    }
    server.signal(Signal::SIGTERM);
}
