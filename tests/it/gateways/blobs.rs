//! The photo store on a local folder, and what can be known of S3 without one.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use xuncha::gateways::blobs::{
    BlobError, Blobs, BlobsConfig, Reply, StoredBlob, install_tls_provider,
};

fn folder_store() -> (Blobs, TempDir) {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("made/when/missing");
    let blobs = Blobs::open(&BlobsConfig::Folder(folder)).expect("the folder opens");
    (blobs, root)
}

fn files_below(root: &TempDir) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        std::fs::read_dir(folder)
            .expect("a readable folder")
            .map(|entry| entry.expect("a readable entry").path())
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(root.path())
}

#[tokio::test]
async fn bytes_come_back_whole_or_as_a_stream_and_the_last_put_wins() {
    let (blobs, _root) = folder_store();
    blobs
        .put("originals/a", Bytes::from_static(b"old"))
        .await
        .expect("stored");
    let bytes = Bytes::from(vec![7_u8; 100_000]);
    blobs
        .put("originals/a", bytes.clone())
        .await
        .expect("replaced");

    assert_eq!(
        blobs.get("originals/a").await.expect("read"),
        Some(bytes.clone())
    );
    let (size_bytes, stream) = blobs
        .get_stream("originals/a")
        .await
        .expect("read")
        .expect("there");
    let pieces: Vec<Bytes> = stream.try_collect().await.expect("streamed");
    assert_eq!(size_bytes, 100_000);
    assert_eq!(pieces.concat(), bytes);
}

#[tokio::test]
async fn a_missing_key_is_none_and_deleting_twice_is_fine() {
    let (blobs, _root) = folder_store();
    assert_eq!(blobs.get("nothing/here").await.expect("answered"), None);
    assert!(
        blobs
            .get_stream("nothing/here")
            .await
            .expect("answered")
            .is_none()
    );

    blobs
        .put("a", Bytes::from_static(b"x"))
        .await
        .expect("stored");
    blobs.delete("a").await.expect("deleted");
    blobs.delete("a").await.expect("deleted again");
    assert_eq!(blobs.get("a").await.expect("answered"), None);
}

/// One upload under the first part's size and one over it: the library takes different paths.
#[tokio::test]
async fn an_upload_is_invisible_until_finished_and_reports_length_and_hash() {
    for piece_count in [3_usize, 40] {
        let (blobs, root) = folder_store();
        let piece = Bytes::from((0..=255_u8).cycle().take(50_000).collect::<Vec<u8>>());
        let whole = piece.repeat(piece_count);

        let mut upload = blobs.begin("uploads/u1").expect("begun");
        for _ in 0..piece_count {
            upload.write(piece.clone()).await.expect("written");
        }
        assert_eq!(blobs.get("uploads/u1").await.expect("answered"), None);

        let expected = StoredBlob {
            sha256: Sha256::digest(&whole).into(),
            size_bytes: u64::try_from(whole.len()).expect("small"),
        };
        assert_eq!(upload.so_far(), expected);
        assert_eq!(upload.finish().await.expect("finished"), expected);
        assert_eq!(
            blobs.get("uploads/u1").await.expect("read"),
            Some(whole.into())
        );
        assert_eq!(files_below(&root), 1);
    }
}

#[tokio::test]
async fn one_piece_longer_than_many_parts_is_stored_whole() {
    let (blobs, _root) = folder_store();
    let long = Bytes::from((0..=250_u8).cycle().take(3_000_000).collect::<Vec<u8>>());
    let mut upload = blobs.begin("long").expect("begun");
    upload.write(long.clone()).await.expect("written");
    upload.finish().await.expect("finished");
    assert_eq!(blobs.get("long").await.expect("read"), Some(long));
}

#[tokio::test]
async fn an_aborted_upload_leaves_no_file_and_the_former_blob() {
    for size in [10_usize, 2_000_000] {
        let (blobs, root) = folder_store();
        blobs
            .put("a", Bytes::from_static(b"former"))
            .await
            .expect("stored");
        let mut upload = blobs.begin("a").expect("begun");
        upload
            .write(vec![1_u8; size].into())
            .await
            .expect("written");
        upload.abort().await.expect("aborted");

        assert_eq!(
            blobs.get("a").await.expect("read"),
            Some(Bytes::from_static(b"former"))
        );
        assert_eq!(files_below(&root), 1);
    }
}

#[tokio::test]
async fn an_empty_upload_is_an_empty_blob() {
    let (blobs, _root) = folder_store();
    let stored = blobs
        .begin("empty")
        .expect("begun")
        .finish()
        .await
        .expect("finished");
    assert_eq!(stored.size_bytes, 0);
    assert_eq!(blobs.get("empty").await.expect("read"), Some(Bytes::new()));
}

#[tokio::test]
async fn keys_cannot_leave_the_store() {
    let (blobs, _root) = folder_store();
    for key in ["", "/", "/a", "a/", "../a", "a/../../b", "a//b"] {
        let refused = blobs.put(key, Bytes::new()).await;
        assert!(matches!(refused, Err(BlobError::Key(_))), "{key}");
    }
}

#[tokio::test]
async fn health_notices_that_the_folder_cannot_be_written() {
    let (blobs, root) = folder_store();
    blobs.health().await.expect("healthy");
    // A file in the place of the folder stops even root.
    let folder = root.path().join("made/when/missing");
    std::fs::remove_dir_all(&folder).expect("removed");
    std::fs::write(&folder, b"").expect("written");
    assert!(matches!(
        blobs.health().await,
        Err(BlobError::Unavailable { .. })
    ));
}

#[tokio::test]
async fn an_s3_store_opens_with_tls_and_an_unreachable_one_is_unavailable() {
    install_tls_provider();
    install_tls_provider();
    let options = |endpoint: &str| {
        [
            ("AWS_ACCESS_KEY_ID", "demo"),
            ("AWS_SECRET_ACCESS_KEY", "demo"),
            ("AWS_PAGER", "names that mean nothing here are skipped"),
            ("AWS_ENDPOINT", endpoint),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    // Port 9 is "discard": nothing listens there.
    for endpoint in ["http://127.0.0.1:9", "https://127.0.0.1:9"] {
        let blobs = Blobs::open(&BlobsConfig::S3 {
            url: "s3://photos/city".to_owned(),
            options: options(endpoint),
        })
        .expect("opens without a connection");
        let answer = blobs.get("a").await;
        assert!(
            matches!(answer, Err(BlobError::Unavailable { .. })),
            "{answer:?}"
        );
    }
    for url in ["s3://", "s3:///prefix", "photos", "s3://photos/a//b"] {
        let refused = Blobs::open(&BlobsConfig::S3 {
            url: url.to_owned(),
            options: options("http://127.0.0.1:9"),
        });
        assert!(matches!(refused, Err(BlobError::Config(_))), "{url}");
    }
}

#[tokio::test]
async fn an_object_store_gives_out_an_address_for_one_blob_and_a_few_minutes() {
    install_tls_provider();
    let pairs = [
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "here"),
        ("AWS_ENDPOINT", "http://127.0.0.1:9"),
    ];
    let options = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let blobs = Blobs::open(&BlobsConfig::S3 {
        url: "s3://bucket/some/prefix".to_owned(),
        options: options.to_vec(),
    })
    .expect("opens without a connection");
    let reply = Reply {
        mime: "image/jpeg".to_owned(),
        disposition: "inline; filename=\"a.jpg\"".to_owned(),
        caching: "private, no-store".to_owned(),
    };
    let none = blobs.address("original/a", &reply).await;
    assert_eq!(none.expect("signed"), None, "not unless it is told to");
    let blobs = blobs.giving_addresses().expect("an object store");
    let address = blobs.address("original/a", &reply).await.expect("signed");
    let address = reqwest::Url::parse(&address.expect("an address")).expect("a URL");
    assert_eq!(address.path(), "/bucket/some/prefix/original/a");
    let said = |name: &str| {
        let pair = address.query_pairs().find(|(found, _)| found == name);
        pair.map(|(_, value)| value.into_owned())
    };
    assert_eq!(said("response-content-type").as_deref(), Some("image/jpeg"));
    assert_eq!(
        said("response-content-disposition").as_deref(),
        Some("inline; filename=\"a.jpg\"")
    );
    assert_eq!(
        said("response-cache-control").as_deref(),
        Some("private, no-store")
    );
    assert_eq!(said("X-Amz-Expires").as_deref(), Some("300"));
    assert!(said("X-Amz-Signature").is_some());
}

#[tokio::test]
async fn a_folder_has_no_addresses_to_give() {
    let (blobs, _root) = folder_store();
    assert!(matches!(
        blobs.giving_addresses(),
        Err(BlobError::Config(_))
    ));
}

#[tokio::test]
async fn parts_and_lengths_are_those_of_the_bytes() {
    let (blobs, _root) = folder_store();
    let bytes = Bytes::from((0..=255_u8).cycle().take(50_000).collect::<Vec<u8>>());
    blobs.put("a/b", bytes.clone()).await.expect("stored");
    assert_eq!(blobs.size("a/b").await.expect("answered"), Some(50_000));
    assert_eq!(blobs.size("a/c").await.expect("answered"), None);
    let (length, stream) = blobs
        .get_range("a/b", 10_000..30_000)
        .await
        .expect("read")
        .expect("there");
    let pieces: Vec<Bytes> = stream.try_collect().await.expect("streamed");
    assert_eq!(length, 20_000);
    assert_eq!(pieces.concat(), bytes.slice(10_000..30_000));
    let missing = blobs.get_range("a/c", 0..10).await.expect("answered");
    assert!(missing.is_none());
}
