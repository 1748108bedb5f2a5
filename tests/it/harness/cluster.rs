//! The cluster that `script/with-postgres` runs for the tests.

use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use reqwest::Url;
use xuncha::db::Conn;

/// URL of the cluster's database `postgres`, as superuser.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no app floor to read the environment for them"
)]
fn admin_url() -> Url {
    let url = std::env::var("XUNCHA_TEST_DATABASE_URL").unwrap_or_else(|_| {
        panic!(
            "XUNCHA_TEST_DATABASE_URL is not set: run the tests with script/test, or one command with script/with-postgres \
             (script/with-postgres cargo nextest run)"
        )
    });
    Url::parse(&url).expect("XUNCHA_TEST_DATABASE_URL is a URL")
}

/// URL of another database of the cluster.
pub fn url_of(database: &str) -> String {
    let mut url = admin_url();
    url.set_path(&format!("/{database}"));
    url.into()
}

/// A session in the database `postgres`.
pub async fn admin() -> Conn {
    Conn::establish(admin_url().as_str())
        .await
        .expect("the cluster of XUNCHA_TEST_DATABASE_URL answers")
}

/// Runs statements that must succeed.
pub async fn execute(conn: &mut Conn, statements: &str) {
    conn.batch_execute(statements)
        .await
        .unwrap_or_else(|error| panic!("{statements}: {error}"));
}
