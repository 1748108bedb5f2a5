//! Xuncha's own PostgreSQL, with real clusters in temporary folders.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use xuncha::gateways::embedded_postgres::{EmbeddedPostgres, Options, running_database_url};

/// Started by root, PostgreSQL runs as another user, who must be able to pass through.
fn data_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).expect("an own folder");
    folder
}

fn start(folder: &TempDir) -> EmbeddedPostgres {
    EmbeddedPostgres::start(&options(folder.path(), None)).expect("PostgreSQL starts")
}

fn options(data_dir: &Path, pg_bin: Option<PathBuf>) -> Options {
    Options {
        data_dir: data_dir.to_owned(),
        pg_bin,
    }
}

async fn connect(postgres: &EmbeddedPostgres) -> AsyncPgConnection {
    AsyncPgConnection::establish(postgres.database_url())
        .await
        .expect("the URL leads to the database")
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

async fn word(postgres: &EmbeddedPostgres, query: &str) -> String {
    let mut conn = connect(postgres).await;
    sql_query(query)
        .get_result::<Word>(&mut conn)
        .await
        .expect("one row")
        .word
}

fn postmaster_pid(folder: &TempDir) -> Option<Pid> {
    let note = fs::read_to_string(folder.path().join("pg/postmaster.pid")).ok()?;
    note.lines().next()?.parse().ok().map(Pid::from_raw)
}

#[tokio::test]
async fn rows_outlive_a_stop_and_a_killed_postgres() {
    let folder = data_folder();
    let postgres = start(&folder);
    connect(&postgres)
        .await
        .batch_execute("CREATE TABLE finding (word text); INSERT INTO finding VALUES ('乱堆物料')")
        .await
        .expect("a new table");
    postgres.stop().expect("it stops");

    let postgres = start(&folder);
    assert_eq!(
        word(&postgres, "SELECT word FROM finding").await,
        "乱堆物料"
    );
    kill(postmaster_pid(&folder).expect("it runs"), Signal::SIGKILL).expect("it runs");
    drop(postgres);

    let postgres = start(&folder);
    assert_eq!(
        word(&postgres, "SELECT word FROM finding").await,
        "乱堆物料"
    );
    assert_eq!(
        running_database_url(folder.path()).as_deref(),
        Some(postgres.database_url())
    );
    postgres.stop().expect("it stops");
    assert_eq!(running_database_url(folder.path()), None);
}

#[tokio::test]
async fn it_is_durable_and_private() {
    let folder = data_folder();
    let postgres = start(&folder);
    let settings = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) AS word FROM pg_settings WHERE name IN \
                    ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'server_encoding', 'TimeZone', 'data_checksums')";
    assert_eq!(
        word(&postgres, settings).await,
        "TimeZone=UTC data_checksums=on fsync=on full_page_writes=on listen_addresses= server_encoding=UTF8 synchronous_commit=on"
    );
    // More than PostgreSQL's own choice, which is for the smallest machines.
    let pages = "SELECT (pg_size_bytes(current_setting('shared_buffers')) > 128 * 1024 * 1024)::text AS word";
    assert_eq!(word(&postgres, pages).await, "true");
    let socket_folder = fs::metadata(folder.path().join("pg-socket")).expect("a socket folder");
    assert_eq!(socket_folder.permissions().mode() & 0o777, 0o700);
}

#[test]
fn postgres_goes_with_the_thread_that_started_it() {
    let folder = data_folder();
    let pid = std::thread::scope(|threads| {
        let server = threads.spawn(|| {
            // Forgotten, as by a killed process: nothing of ours stops it.
            std::mem::forget(start(&folder));
            postmaster_pid(&folder).expect("it runs")
        });
        server.join().expect("it starts")
    });
    let deadline = Instant::now() + Duration::from_secs(20);
    while postmaster_pid(&folder).is_some() {
        assert!(Instant::now() < deadline, "process {pid} still runs");
        std::thread::yield_now();
    }
}

#[test]
fn data_of_another_major_version_are_refused_with_both_versions() {
    let folder = data_folder();
    fs::create_dir(folder.path().join("pg")).expect("a new folder");
    fs::write(folder.path().join("pg/PG_VERSION"), "9\n").expect("a new file");
    let refusal = EmbeddedPostgres::start(&options(folder.path(), None))
        .expect_err("no PostgreSQL 9 here")
        .to_string();
    assert!(
        refusal.contains("made by PostgreSQL 9, and the programs in"),
        "{refusal}"
    );
}

#[test]
fn missing_programs_say_what_to_install() {
    let folder = data_folder();
    let nowhere = folder.path().join("nowhere");
    let refusal = EmbeddedPostgres::start(&options(folder.path(), Some(nowhere.clone())))
        .expect_err("nothing there")
        .to_string();
    assert!(
        refusal.contains(&nowhere.display().to_string()),
        "{refusal}"
    );
    assert!(refusal.contains("apt-get install postgresql"), "{refusal}");
}
