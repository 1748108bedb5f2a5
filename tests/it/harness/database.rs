//! A database for each test, copied from a template that the first test of a run makes. Templates are named by what they
//! are made of, so that a cluster may outlive a change of the migrations.

use std::fs;
use std::path::Path;

use diesel::sql_types::{Bool, Jsonb};
use diesel_async::RunQueryDsl as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use uuid::Uuid;
use xuncha::db::Conn;
use xuncha::db::pool::migrate;

use super::cluster::{admin, execute, url_of};
use super::runtime;

static EMPTY: OnceCell<String> = OnceCell::const_new();
static DEMO: OnceCell<String> = OnceCell::const_new();

/// A database, dropped with this value.
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    /// With every migration applied.
    pub async fn empty() -> Self {
        let template = EMPTY.get_or_init(|| runtime::on(empty_template())).await;
        Self::copy_of(template).await
    }

    /// With the demo city loaded.
    pub async fn demo() -> Self {
        let template = DEMO.get_or_init(|| runtime::on(demo_template())).await;
        Self::copy_of(template).await
    }

    /// Without anything.
    pub async fn bare() -> Self {
        Self::copy_of("template0").await
    }

    async fn copy_of(template: &str) -> Self {
        let name = format!("xuncha_test_{}", Uuid::new_v4().simple());
        let statement = copy_statement(&name, template);
        runtime::on(async move { execute(&mut admin().await, &statement).await }).await;
        let url = url_of(&name);
        Self { name, url }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        runtime::block_on(async move { execute(&mut admin().await, &statement).await });
    }
}

fn copy_statement(name: &str, template: &str) -> String {
    format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY = FILE_COPY")
}

async fn empty_template() -> String {
    let name = format!("xuncha_empty_{}", fingerprint(&["migrations"], false));
    template(&name, "template0", async |url| {
        migrate(&url).await.expect("the migrations apply");
    })
    .await;
    name
}

async fn demo_template() -> String {
    let empty = empty_template().await;
    // Loading is done by code, which changes from build to build.
    let name = format!("xuncha_demo_{}", fingerprint(&["migrations", "demo"], true));
    template(&name, &empty, async |url| super::load_demo(&url).await).await;
    name
}

/// Makes a template unless there is one; tests of one run, in whatever process, wait for the first.
async fn template(name: &str, from: &str, fill: impl AsyncFnOnce(String)) {
    let mut admin = admin().await;
    if exists(&mut admin, name).await {
        return;
    }
    execute(
        &mut admin,
        &format!("SELECT pg_advisory_lock(hashtext('{name}'))"),
    )
    .await;
    if !exists(&mut admin, name).await {
        let unfinished = format!("{name}_unfinished");
        let afresh = format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)");
        execute(&mut admin, &afresh).await;
        execute(&mut admin, &copy_statement(&unfinished, from)).await;
        fill(url_of(&unfinished)).await;
        // Connections that the filling left in a pool end here: a template must have none.
        let end = format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{unfinished}'"
        );
        execute(&mut admin, &end).await;
        let rename = format!("ALTER DATABASE {unfinished} RENAME TO {name}");
        execute(&mut admin, &rename).await;
    }
    // The lock goes with the session.
}

async fn exists(conn: &mut Conn, database: &str) -> bool {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let query =
        format!("SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') AS found");
    let row: Row = diesel::sql_query(query)
        .get_result(conn)
        .await
        .expect("the catalog answers");
    row.found
}

/// Names the content of folders of the project, and of this build when asked.
fn fingerprint(folders: &[&str], of_this_build: bool) -> String {
    let mut hash = Sha256::new();
    for folder in folders {
        add_folder(
            &mut hash,
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        );
    }
    if of_this_build {
        let program = std::env::current_exe().expect("a running program has a path");
        let metadata = fs::metadata(program).expect("and is a file");
        hash.update(format!("{:?}", metadata.modified().ok()));
    }
    let mut name = hex::encode(hash.finalize());
    name.truncate(16);
    name
}

fn add_folder(hash: &mut Sha256, folder: &Path) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths {
        hash.update(path.to_string_lossy().as_bytes());
        if path.is_dir() {
            add_folder(hash, &path);
        } else {
            hash.update(fs::read(&path).expect("a file of the project can be read"));
        }
    }
}

/// The rows of a query as JSON objects.
pub async fn rows(conn: &mut Conn, query: &str) -> Vec<Value> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        row: Value,
    }
    let rows: Vec<Row> = diesel::sql_query(format!("SELECT to_jsonb(q) AS row FROM ({query}) q"))
        .load(conn)
        .await
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    rows.into_iter().map(|row| row.row).collect()
}
