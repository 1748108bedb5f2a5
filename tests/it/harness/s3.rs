//! A real S3 server for tests: it speaks the protocol over HTTP, checks signatures, and keeps objects in a folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use xuncha::gateways::blobs::BlobsConfig;

use super::runtime;

const BUCKET: &str = "photos";
const PREFIX: &str = "city";
const ACCESS_KEY: &str = "xuncha";
const SECRET_KEY: &str = "not-a-secret";

/// A server with one bucket, gone when dropped.
pub struct S3Server {
    folder: TempDir,
    address: SocketAddr,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl S3Server {
    /// A server with an empty bucket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("the test's own folder");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (address, serving) = serve(folder.path().to_owned(), any).await;
        Self {
            folder,
            address,
            serving: Mutex::new(Some(serving)),
        }
    }

    /// How a photo store is told of it.
    pub fn config(&self) -> BlobsConfig {
        let option = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        BlobsConfig::S3 {
            url: format!("s3://{BUCKET}/{PREFIX}"),
            options: vec![
                option("AWS_ENDPOINT", &format!("http://{}", self.address)),
                option("AWS_REGION", "us-east-1"),
                option("AWS_ACCESS_KEY_ID", ACCESS_KEY),
                option("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ],
        }
    }

    /// Where the objects lie.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join(BUCKET).join(PREFIX)
    }

    /// Breaks every connection and takes no more.
    pub fn stop(&self) {
        let serving = self
            .serving
            .lock()
            .expect("no test panics while holding it");
        if let Some(serving) = serving.as_ref() {
            serving.abort();
        }
    }

    /// Serves again, with what it had.
    pub async fn start_again(&self) {
        let (_, serving) = serve(self.folder.path().to_owned(), self.address).await;
        *self
            .serving
            .lock()
            .expect("no test panics while holding it") = Some(serving);
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(root: PathBuf, address: SocketAddr) -> (SocketAddr, JoinHandle<()>) {
    runtime::on(async move {
        let service = service(&root);
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let serving = tokio::spawn(async move {
            // Ends with this task.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service.clone());
                connections.spawn(connection);
            }
        });
        (address, serving)
    })
    .await
}

fn service(root: &Path) -> S3Service {
    let files = FileSystem::new(root).expect("a folder");
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    builder.build()
}
