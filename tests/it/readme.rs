//! The README's tour, run as it is written, against a server of its own.

use std::path::Path;
use std::process::Command;

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_works_as_pasted() {
    let app = TestApp::demo().await;
    let said = run_blocks(&app, "README.md").await;
    for step in [
        r#""state":"dispatched","reasons":[]"#,
        r#""name":"滨城区环境卫生服务中心""#,
        r#""state":"rectifying""#,
        r#""state":"awaiting_recheck""#,
        r#""state":"closed""#,
        r#""forecast":true"#,
        "\u{feff}台账编号",
    ] {
        assert!(said.contains(step), "the tour never shows {step}:\n{said}");
    }
    app.run_jobs().await;
    app.finish().await;
}

/// Runs the `bash` blocks of a page against a server; answers what they print. No step may be refused.
pub async fn run_blocks(app: &TestApp, page: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(page)).expect("a page of the project");
    let tour = blocks(&text).replace("http://127.0.0.1:8080", app.base_url());
    let run = tokio::task::spawn_blocking(move || {
        Command::new("bash")
            .args(["-euo", "pipefail", "-c", &tour])
            .current_dir(root)
            .output()
            .expect("bash")
    });
    let output = run.await.expect("the tour");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{failed}");
    assert!(!said.contains("problem"), "a step was refused:\n{said}");
    assert!(
        !said.contains("\"code\":\"in"),
        "a step was refused:\n{said}"
    );
    said
}

/// The `bash` blocks, one after the other.
fn blocks(readme: &str) -> String {
    let parts = readme.split("```bash\n").skip(1);
    parts
        .filter_map(|part| part.split("```").next())
        .collect::<Vec<_>>()
        .join("\n")
}
