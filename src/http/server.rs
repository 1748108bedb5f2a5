//! The HTTP server: the routes, and what surrounds them.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::{App, HttpServer, web};
use utoipa_actix_web::AppExt as _;

pub use super::home::Metrics;

use super::extract::PublicUrl;
use super::middleware::{head_as_get, identify, measure, problems, trace, tus};
use super::openapi::{self, DocumentText};
use super::routes;
use crate::services::Services;
use crate::services::health::Health;

mod fallback;

use fallback::KnownPaths;

/// A client that is slower than this with the head of its request is cut off (slow loris).
const HEAD_WITHIN: Duration = Duration::from_secs(10);
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);
/// Longer than the usual 60 s of a proxy, so that it is the proxy that closes.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// A photo on its way in may take this long to arrive when the server is told to stop.
const DRAIN_SECONDS: u64 = 20;

/// How the server runs.
#[derive(Clone, Default)]
pub struct Options {
    /// Threads that serve requests; 0 takes one for each processor.
    pub workers: usize,
    /// Under which URL the server is reached, for the OpenAPI document and the links that it gives; without it, the one that the
    /// reader used.
    pub public_url: Option<String>,
    /// What `/metrics` answers.
    pub metrics: Metrics,
}

/// Serves on `listener` until its handle says stop; then requests under way are finished. Signals are the caller's.
///
/// # Errors
/// When the listener cannot be used.
pub fn run(listener: TcpListener, svc: Services, options: Options) -> io::Result<Server> {
    let document = openapi::document();
    let known = web::Data::new(KnownPaths::of(&document));
    let text = web::Data::new(DocumentText(
        openapi::document_json(options.public_url.as_deref()).map_err(io::Error::other)?,
    ));
    let metrics = web::Data::new(options.metrics);
    let public_url = web::Data::new(PublicUrl(options.public_url));
    let health = web::Data::from(Arc::new(Health::default()));
    // Runs once for each worker, on its thread: everything above is shared by all.
    let server = HttpServer::new(move || {
        let svc = web::Data::new(svc.on_this_thread());
        App::new()
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(tus))
            .wrap(Compress::default())
            .wrap(from_fn(problems))
            .wrap(
                DefaultHeaders::new()
                    .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                    .add((header::CACHE_CONTROL, "private, no-cache")),
            )
            .wrap(from_fn(measure))
            .wrap(from_fn(trace))
            .wrap(from_fn(identify))
            .app_data(svc.clone())
            .app_data(known.clone())
            .app_data(text.clone())
            .app_data(metrics.clone())
            .app_data(health.clone())
            .app_data(public_url.clone())
            .into_utoipa_app()
            .configure(routes::configure)
            .into_app()
            .configure(routes::configure_outside)
            .default_service(web::to(fallback::answer))
    });
    let server = match options.workers {
        0 => server,
        workers => server.workers(workers),
    };
    Ok(server
        .client_request_timeout(HEAD_WITHIN)
        .client_disconnect_timeout(GOODBYE_WITHIN)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .listen(listener)?
        .run())
}
