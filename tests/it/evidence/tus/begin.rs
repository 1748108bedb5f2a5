//! Beginning an upload: once for a photo, however often it is asked for.

use futures_util::future::join_all;
use reqwest::Method;

use super::{
    append, assert_original, begin, creation, metadata, offset_in, offset_of, path_of, piece, tus,
};
use crate::harness::TestApp;
use crate::harness::story::{self, Photo};

#[tokio::test]
async fn anyone_may_ask_what_is_spoken() {
    let app = TestApp::demo().await;
    let told = app
        .client()
        .request(Method::OPTIONS, "files")
        .await
        .expect(204);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        (
            "tus-extension",
            "creation,creation-with-upload,expiration,checksum,termination",
        ),
        ("tus-max-size", "33554432"),
        ("tus-checksum-algorithm", "sha1,sha256,crc32"),
    ] {
        assert_eq!(told.header(name), Some(value));
    }
    app.finish().await;
}

#[tokio::test]
async fn the_same_photo_has_one_upload_however_often_it_is_begun() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let created = join_all((0..8).map(|_| creation(&inspector, &photo).send())).await;
    let mut places: Vec<String> = created.iter().map(path_of).collect();
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(app.rows("SELECT id FROM uploads").await.len(), 1);
    let (first, rest) = photo.bytes.split_at(100);
    append(&app.client(), &places[0], 0, first).await;
    assert_eq!(begin(&inspector, &photo).await, places[0]);
    append(&app.client(), &places[0], 100, rest).await;
    assert_eq!(begin(&inspector, &photo).await, places[0]);
    assert_eq!(
        offset_of(&app.client(), &places[0]).await,
        photo.bytes.len()
    );
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_is_here_already_has_an_upload_that_is_whole() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    let place = begin(&inspector, &photo).await;
    let told = tus(&app.client(), Method::HEAD, &place).await.expect(200);
    let length = photo.bytes.len().to_string();
    assert_eq!(told.header("upload-offset"), Some(length.as_str()));
    assert_eq!(told.header("upload-length"), Some(length.as_str()));
    // A client that does not ask is told as well.
    let refused = piece(&app.client(), &place, 0, &photo.bytes).await;
    let refused = refused.expect_problem(409, "offset_conflict");
    assert_eq!(offset_in(&refused), photo.bytes.len());
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn another_accounts_photo_cannot_be_begun() {
    let app = TestApp::demo().await;
    let (one, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let (begun, declared) = (Photo::new(), Photo::new());
    begin(&one, &begun).await;
    story::report("371602")
        .photos(vec![declared.clone()])
        .post(&one)
        .await;
    for photo in [&begun, &declared] {
        let refused = creation(&other, photo).await;
        refused.expect_problem(409, "id_taken");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_is_known_otherwise_is_refused_before_a_byte_is_sent() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let (begun, declared) = (Photo::new(), Photo::new());
    begin(&inspector, &begun).await;
    story::report("371602")
        .photos(vec![declared.clone()])
        .post(&inspector)
        .await;
    for known in [&begun, &declared] {
        let mut flipped = known.clone();
        flipped.bytes[9] ^= 1;
        let mut longer = known.clone();
        longer.bytes.push(0);
        for other in [flipped, longer] {
            let refused = creation(&inspector, &other).await;
            refused
                .expect_problem(422, "invalid")
                .expect_fault("Upload-Metadata");
        }
        begin(&inspector, known).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn metadata_is_read_as_clients_write_it() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let usual = metadata(&photo);
    let name = usual
        .split(',')
        .find(|pair| pair.starts_with("filename"))
        .expect("it is there");
    for written in [
        usual.replace(',', ", "),
        usual.replace(',', " ,  "),
        usual.replace(' ', "   "),
        usual.replace('=', ""),
        format!("{usual},"),
        format!(" relativePath bnVsbA== ,is_confidential,{usual}"),
    ] {
        let request = tus(&inspector, Method::POST, "files");
        let request = request.header("upload-length", photo.bytes.len().to_string());
        let created = request
            .header("upload-metadata", &written)
            .await
            .expect(201);
        assert_eq!(path_of(&created), place, "{written}");
    }
    let told = tus(&app.client(), Method::HEAD, &place).await.expect(200);
    let expected = usual.replace(&format!("{name},"), "");
    assert_eq!(told.header("upload-metadata"), Some(expected.as_str()));
    let kept = app.rows("SELECT u::text AS it FROM uploads u").await;
    assert!(!format!("{kept:?}").contains("IMG_2026"), "{kept:?}");
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_begun_is_refused_with_its_reason() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let ask = |length: &str, metadata: &str| {
        let request = tus(&inspector, Method::POST, "files");
        let request = request.header("upload-length", length);
        request.header("upload-metadata", metadata)
    };
    for (length, metadata, status, code) in [
        ("33554433", "", 413, "too_large"),
        ("0", "", 400, "malformed_header"),
        ("-1", "", 400, "malformed_header"),
        ("", "", 400, "malformed_header"),
        ("7", "aid", 400, "malformed_header"),
        ("7", "aid Nw==", 400, "malformed_header"),
        ("7", "aid *", 400, "malformed_header"),
        ("7", "sha256 Nw==", 400, "malformed_header"),
        (
            "7",
            "filetype dGV4dC9wbGFpbg==",
            415,
            "unsupported_media_type",
        ),
    ] {
        ask(length, metadata).await.expect_problem(status, code);
    }
    let deferred = tus(&inspector, Method::POST, "files").header("upload-defer-length", "1");
    deferred.await.expect_problem(400, "malformed_header");
    let nobody = creation(&app.client(), &Photo::new()).await;
    nobody.expect_problem(401, "unauthenticated");
    assert_eq!(app.rows("SELECT id FROM uploads").await, [0; 0]);
    app.finish().await;
}

#[tokio::test]
async fn another_version_of_the_protocol_is_told_which_is_spoken() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let place = begin(&inspector, &Photo::new()).await;
    for version in [None, Some("0.2.2"), Some("1.0.1")] {
        for (method, path) in [
            (Method::POST, "files"),
            (Method::PATCH, place.as_str()),
            (Method::DELETE, &place),
        ] {
            let request = inspector.request(method, path);
            let request = match version {
                Some(version) => request.header("tus-resumable", version),
                None => request,
            };
            let refused = request.await.expect_problem(412, "tus_version_unsupported");
            assert_eq!(refused.header("tus-version"), Some("1.0.0"));
            assert_eq!(refused.header("tus-resumable"), Some("1.0.0"));
        }
    }
    offset_of(&app.client(), &place).await;
    app.finish().await;
}

#[tokio::test]
async fn a_creation_may_bring_the_first_piece_or_all_of_it() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let (whole, part) = (Photo::new(), Photo::new());
    let ask = |photo: &Photo, bytes: &[u8]| {
        creation(&inspector, photo).body("application/offset+octet-stream", bytes)
    };
    let created = ask(&whole, &whole.bytes).await.expect(201);
    assert_eq!(offset_in(&created), whole.bytes.len());
    assert_original(&clerk, &whole).await;

    let (first, rest) = part.bytes.split_at(200);
    let created = ask(&part, first).await.expect(201);
    assert_eq!(offset_in(&created), 200);
    // Its answer was lost: the same again says how far it came.
    let again = ask(&part, first).await.expect(201);
    assert_eq!(
        (offset_in(&again), path_of(&again)),
        (200, path_of(&created))
    );
    append(&app.client(), &path_of(&created), 200, rest).await;
    assert_original(&clerk, &part).await;
    let again = ask(&part, &part.bytes).await.expect(201);
    assert_eq!(offset_in(&again), part.bytes.len());
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn the_link_is_below_the_address_that_the_server_is_known_by() {
    let app = TestApp::demo_at("https://photos.example/city/").await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let created = creation(&inspector, &photo).await.expect(201);
    let place = created.header("location").expect("a Location");
    let link = place.strip_prefix("https://photos.example/city/api/v1/files/");
    assert!(link.is_some_and(|link| link.len() > 60), "{place}");
    app.finish().await;
}

#[tokio::test]
async fn a_link_that_was_changed_or_made_up_leads_nowhere() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let place = begin(&inspector, &Photo::new()).await;
    let (start, link) = place.rsplit_once('/').expect("a path");
    for at in [0, 5, 22, 30, link.len() - 1] {
        let mut forged: Vec<char> = link.chars().collect();
        forged[at] = if forged[at] == 'A' { 'B' } else { 'A' };
        let forged: String = forged.into_iter().collect();
        super::assert_gone(&inspector, &format!("{start}/{forged}")).await;
    }
    for made_up in [
        "7",
        "00000000-0000-4000-8000-000000000000",
        "AAAA",
        "%00",
        "A".repeat(4_000).as_str(),
    ] {
        super::assert_gone(&inspector, &format!("{start}/{made_up}")).await;
    }
    offset_of(&app.client(), &place).await;
    app.finish().await;
}

#[tokio::test]
async fn a_client_without_patch_head_and_delete_says_what_it_means() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let post =
        |meant: &str| tus(&client, Method::POST, &place).header("x-http-method-override", meant);
    let told = post("HEAD").await.expect(200);
    assert_eq!(offset_in(&told), 0);
    let kept = post("PATCH")
        .header("upload-offset", "0")
        .body("application/offset+octet-stream", photo.bytes.clone());
    assert_eq!(offset_in(&kept.await.expect(204)), photo.bytes.len());
    assert_original(&clerk, &photo).await;
    post("delete").await.expect(204);
    super::assert_gone(&client, &place).await;
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}
