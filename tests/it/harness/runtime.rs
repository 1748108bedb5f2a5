//! The runtime that servers, pools and connections of all tests live on: a test's own runtime is gone too early to clear away.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads for the tests' servers")
});

/// Runs work there, from async code.
pub async fn on<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match RUNTIME.spawn(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Runs work there and waits, from code that cannot await: a destructor.
pub fn block_on<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    // A thread of its own: the caller's may be inside another runtime, which must not be blocked on.
    std::thread::spawn(|| RUNTIME.block_on(work))
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
