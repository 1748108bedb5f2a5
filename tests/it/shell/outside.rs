//! The pages for people and the checks for machines.

use crate::harness::TestApp;

#[tokio::test]
async fn the_home_page_leads_on_and_explains_every_problem() {
    let app = TestApp::empty().await;
    let page = app.client().get("/").await.expect(200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let html = page.text();
    for needed in [
        "/docs/",
        "/api/v1/openapi.json",
        "id=\"problem-not_found\"",
        "id=\"problem-wrong_state\"",
    ] {
        assert!(html.contains(needed), "no {needed}");
    }
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "the page needs nothing from elsewhere"
    );
}

#[tokio::test]
async fn the_api_reference_is_served_from_here() {
    let app = TestApp::empty().await;
    let moved = app.client().get("/docs").await.expect(308);
    assert_eq!(moved.header("location"), Some("/docs/"));
    let page = app.client().get("/docs/").await.expect(200).text();
    assert!(page.contains("swagger-ui"), "{page}");
    assert!(!page.contains("https://"), "{page}");
    let assets: Vec<&str> = page
        .split(['"', '\''])
        .filter(|word| {
            [".js", ".css", ".png", ".svg"]
                .iter()
                .any(|end| word.ends_with(end))
        })
        .collect();
    assert!(assets.len() >= 5, "{page}");
    for asset in assets {
        assert!(!asset.starts_with("//"), "{asset} is from elsewhere");
        let path = format!("/docs/{}", asset.trim_start_matches("./"));
        let answer = app.client().get(&path).await.expect(200);
        assert!(!answer.body.is_empty(), "{path}");
    }
    let start = app
        .client()
        .get("/docs/swagger-initializer.js")
        .await
        .expect(200)
        .text();
    assert!(start.contains("/api/v1/openapi.json"), "{start}");
    app.client()
        .get("/docs/swagger-ui-bundle.js")
        .await
        .expect(200);
}

#[tokio::test]
async fn answers_are_compressed_as_the_client_asks() {
    let app = TestApp::empty().await;
    for encoding in ["gzip", "br", "zstd"] {
        let answer = app
            .client()
            .get("openapi.json")
            .header("accept-encoding", encoding)
            .await
            .expect(200);
        assert_eq!(answer.header("content-encoding"), Some(encoding));
    }
    for plainly in ["", "identity", "gzip;q=0, br;q=0, zstd;q=0"] {
        let request = app.client().get("openapi.json");
        let plain = request.header("accept-encoding", plainly).await.expect(200);
        assert_eq!(plain.header("content-encoding"), None, "{plainly:?}");
    }
}

#[tokio::test]
async fn a_server_that_can_write_photos_and_ask_the_database_is_ready() {
    let app = TestApp::empty().await;
    app.client().get("/healthz").await.expect(200);
    app.client().get("/readyz").await.expect(200);
}

#[tokio::test]
async fn a_server_without_its_photo_store_is_up_but_not_ready() {
    let app = TestApp::empty().await;
    let folder = app.blobs_folder();
    std::fs::remove_dir_all(folder).expect("the test's own folder");
    std::fs::write(folder, "in the way").expect("the test's own folder");
    let answer = app
        .client()
        .get("/readyz")
        .await
        .expect_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("5"));
    app.client().get("/healthz").await.expect(200);
}
