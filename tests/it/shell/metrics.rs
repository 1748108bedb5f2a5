//! `/metrics` is for those who may know.

use crate::harness::TestApp;

#[tokio::test]
async fn metrics_are_given_to_this_host_but_not_through_a_proxy() {
    let app = TestApp::with_metrics(None, false).await;
    let text = app.client().get("/metrics").await.expect(200).text();
    assert_eq!(text, "xuncha_test 1\n");
    for header in ["forwarded", "x-forwarded-for"] {
        let proxied = app.client().get("/metrics").header(header, "203.0.113.9");
        proxied.await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_reader_from_afar_needs_the_token() {
    let app = TestApp::with_metrics(Some("a long enough token"), false).await;
    let from_afar = || {
        app.client()
            .get("/metrics")
            .header("x-forwarded-for", "203.0.113.9")
    };
    from_afar().await.expect_problem(404, "not_found");
    from_afar()
        .header("authorization", "Bearer another")
        .await
        .expect_problem(404, "not_found");
    from_afar()
        .header("authorization", "Bearer a long enough token")
        .await
        .expect(200);
}

#[tokio::test]
async fn behind_a_proxy_that_does_not_say_so_only_the_token_counts() {
    let app = TestApp::with_metrics(Some("a long enough token"), true).await;
    let local = || app.client().get("/metrics");
    local().await.expect_problem(404, "not_found");
    local()
        .header("authorization", "Bearer a long enough token")
        .await
        .expect(200);
}
