//! The program itself: what it prints, and what it refuses.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use xuncha::db::{AsyncConnection as _, Conn};

use crate::harness::{Client, Database, rows};

fn xuncha(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xuncha"));
    command.args(arguments);
    for (name, _) in std::env::vars() {
        if name.starts_with("XUNCHA_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    xuncha(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn openapi_prints_the_document_and_nothing_else() {
    let output = run(&["openapi"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("only JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(stderr(&output), "");
}

#[test]
fn the_demo_is_refused_to_other_hosts() {
    for address in ["0.0.0.0:8080", "[::]:0", "192.0.2.1:80"] {
        let output = run(&["server", "--demo", "--listen", address]);
        assert_eq!(output.status.code(), Some(1), "{address}");
        assert!(
            stderr(&output).contains("this host only"),
            "{}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_bad_option_is_told_what_would_be_good() {
    let cases: [(&[&str], i32, &str); 6] = [
        (&["server", "--listen", "8080"], 2, "such as 127.0.0.1:8080"),
        (
            &["server", "--database-url", "mysql://db"],
            1,
            "postgres://user:password@host/database",
        ),
        (&["server", "--blobs", "/photos"], 1, "s3://bucket/prefix"),
        (
            &["server", "--log", "a=b=c"],
            2,
            "error, warn, info, debug, trace",
        ),
        (&["serve"], 2, "server"),
        (
            &["admin", "create", "root", "--data-dir", "/nowhere"],
            1,
            "--password-file",
        ),
    ];
    for (arguments, code, advice) in cases {
        let output = run(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(advice),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn an_unreachable_database_is_told_without_its_password() {
    let output = run(&[
        "migrate",
        "--database-url",
        "postgres://xuncha:hush@127.0.0.1:9/xuncha",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("check --database-url"),
        "{}",
        stderr(&output)
    );
    assert!(!stderr(&output).contains("hush"));
}

#[test]
fn a_port_that_is_taken_is_told_before_anything_is_started() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data_dir = folder.path().join("data");
    let output = run(&[
        "server",
        "--listen",
        &address,
        "--data-dir",
        data_dir.to_str().expect("UTF-8"),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("choose another --listen"),
        "{}",
        stderr(&output)
    );
    assert!(!data_dir.exists());
}

#[tokio::test]
async fn a_server_says_one_line_when_ready_and_keeps_its_keys_to_itself() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::empty().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut server, url) = start(database.url(), &folder);
    Client::new(&url).get("/readyz").await.expect(200);
    let metrics = Client::new(&url).get("/metrics").await.expect(200).text();
    assert!(
        metrics.contains("http_requests_total{method=\"GET\",route=\"/readyz\",status=\"2xx\"} 1"),
        "{metrics}"
    );
    assert!(metrics.contains("\njobs_given_up 0"), "{metrics}");
    assert!(
        metrics.contains("\ndatabase_oldest_writer_seconds 0"),
        "{metrics}"
    );
    let keys = folder.path().join("keys");
    let kept = std::fs::read_to_string(&keys).expect("made at the first start");
    assert_eq!(
        std::fs::metadata(&keys)
            .expect("a file")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    assert_eq!(
        terminate(&mut server),
        (true, String::new()),
        "stops by itself and prints no more"
    );
    let (mut again, _) = start(database.url(), &folder);
    assert_eq!(std::fs::read_to_string(&keys).expect("still there"), kept);
    assert!(terminate(&mut again).0);
}

#[tokio::test]
async fn the_first_administrator_is_made_at_the_terminal() {
    let database = Database::empty().await;
    let make = |password: &str| {
        let mut child = xuncha(&["admin", "create", "root", "--database-url", database.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("piped");
        stdin
            .write_all(password.as_bytes())
            .expect("the program reads");
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    };
    let output = make("correct horse battery\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut server, url) = start(database.url(), &folder);
    Client::new(&url)
        .login_with("root", "correct horse battery")
        .await;
    assert!(terminate(&mut server).0);
    let twice = make("correct horse battery\n");
    assert_eq!(twice.status.code(), Some(1));
    assert!(
        stderr(&twice).contains("The user name is taken"),
        "{}",
        stderr(&twice)
    );
}

#[tokio::test]
async fn a_city_is_imported_file_by_file_at_the_terminal() {
    let database = Database::empty().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = |name: &str| format!("{}/demo/{name}", env!("CARGO_MANIFEST_DIR"));
    let import = |kind: &str, file: &str, more: &[&str]| {
        let mut arguments = vec!["import", kind, file, "--database-url", database.url()];
        arguments.extend_from_slice(more);
        run(&arguments)
    };
    let files: [(&str, &str, &[&str], &str); 5] = [
        (
            "areas",
            "districts.gcj02.geojson",
            &["--datum", "gcj02"],
            "7 read, 7 new",
        ),
        ("units", "units.csv", &[], "233 read, 233 new"),
        ("items", "conditions.csv", &[], "65 read"),
        ("points", "points.csv", &[], "30 read, 30 new"),
        ("calendar", "calendar.json", &[], "new"),
    ];
    for (kind, file, more, says) in files {
        let output = import(kind, &demo(file), more);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{kind}: {}", stderr(&output));
        assert!(said.contains(says), "{kind}: {said}");
    }

    let bad = folder.path().join("bad.csv");
    let two = "code,name_zh,name_en,kind,lat,lon,datum,address,owner\n\
                N1,甲,,K01,37.4,118,wgs84,,\n\
                N2,乙,,K01,97.4,118,wgs84,,\n";
    std::fs::write(&bad, two).expect("a file");
    let bad = bad.to_str().expect("UTF-8");
    let output = import("points", bad, &[]);
    assert_eq!(output.status.code(), Some(1));
    for part in [bad, "nothing was imported", "line 3", "lat"] {
        assert!(
            stderr(&output).contains(part),
            "{part}: {}",
            stderr(&output)
        );
    }
    let mut conn = Conn::establish(database.url()).await.expect("a session");
    let points = rows(&mut conn, "SELECT count(*) AS n FROM check_points").await;
    assert_eq!(points, [json!({ "n": 30 })]);
}

/// A server on a free port, ready, with its URL.
fn start(database_url: &str, folder: &TempDir) -> (Child, String) {
    let data_dir = folder.path().to_str().expect("UTF-8");
    let mut child = xuncha(&[
        "server",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        database_url,
        "--data-dir",
        data_dir,
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .expect("the program runs");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("piped"))
        .read_line(&mut line)
        .expect("the program prints");
    let url = line
        .trim_end()
        .strip_prefix("listening on ")
        .expect("ready")
        .to_owned();
    (child, url)
}

/// SIGTERM, and what becomes of it: whether it ended well, and what else it printed.
fn terminate(child: &mut Child) -> (bool, String) {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    let pid = i32::try_from(child.id()).expect("a process id");
    kill(Pid::from_raw(pid), Signal::SIGTERM).expect("our own child");
    let mut rest = String::new();
    std::io::Read::read_to_string(child.stdout.as_mut().expect("piped"), &mut rest).expect("UTF-8");
    (child.wait().expect("our own child").success(), rest)
}
