//! The worked example of `api-spec/sync.md`, run as it is written.

use crate::harness::TestApp;
use crate::readme::run_blocks;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worked_example_runs_as_pasted() {
    let app = TestApp::demo().await;
    let said = run_blocks(&app, "api-spec/sync.md").await;
    for step in [
        r#""verdict":"applied""#,
        r#""safe_to_delete":false"#,
        r#""seen_before":true"#,
        r#""safe_to_delete":true"#,
        r#""c":"tickets""#,
        r#""state":"rectifying""#,
        r#""receipts":[{"#,
    ] {
        assert!(
            said.contains(step),
            "the example never shows {step}:\n{said}"
        );
    }
    assert!(!said.contains("quarantined"), "a step was refused:\n{said}");
    app.run_jobs().await;
    app.finish().await;
}
