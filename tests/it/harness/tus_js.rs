//! tus-js-client, the library that web apps, React Native and Uppy upload with: the real one, driven by `tests/js/upload.js`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// An app that uploads; killed at the latest with this value.
pub struct TusJs(Child);

/// What it told at its end.
#[derive(Debug)]
pub struct Told {
    /// The last word: `done`, `aborted` or `failed`.
    pub outcome: String,
    /// Where the upload is.
    pub url: String,
    /// What happened on the way, a line each.
    pub log: String,
}

impl TusJs {
    /// An app with this order (`tests/js/upload.js` says what may be in it).
    pub fn start(order: &Value) -> Self {
        let child = Command::new("node")
            .env("NODE_PATH", modules())
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/js/upload.js"))
            .arg(order.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("node runs: script/test installs it");
        Self(child)
    }

    /// Ends it as a phone does that needs the memory.
    pub fn kill(mut self) {
        self.0.kill().expect("our own child");
        self.0.wait().expect("our own child");
    }

    /// Waits for its end, while this thread's other tasks go on.
    pub async fn end(mut self) -> Told {
        let stdout = self.0.stdout.take().expect("piped");
        let log = tokio::task::spawn_blocking(move || std::io::read_to_string(stdout))
            .await
            .expect("reading does not panic")
            .expect("UTF-8");
        let last = log.lines().last().unwrap_or_default();
        let (outcome, url) = last.split_once(' ').unwrap_or((last, ""));
        Told {
            outcome: outcome.to_owned(),
            url: url.to_owned(),
            log: log.clone(),
        }
    }
}

impl Drop for TusJs {
    fn drop(&mut self) {
        // Ended already, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where `script/test` installs the libraries.
fn modules() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.parent().expect("target/tmp").join("js/node_modules");
    assert!(
        folder.join("tus-js-client").is_dir(),
        "tus-js-client is not in {}: run the tests with script/test, or `source script/requirements; require_javascript`",
        folder.display()
    );
    folder
}
