//! What is not the API: a page for people who come by, and three answers for machines.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use metrics::gauge;
use sha2::{Digest as _, Sha256};

use super::problem::{ApiError, status};
use crate::services::error::{Code, Error};
use crate::services::health::{Health, oldest_writer_s};
use crate::services::{Services, queue};

const PAGE_HEAD: &str = include_str!("home/head.html");
const PAGE_FOOT: &str = "</tbody></table></main></body></html>\n";

/// What this server is and where to go; explains every problem code (`#problem-<code>`, the `type` of a problem).
#[get("/")]
pub async fn get_home() -> impl Responder {
    let mut page = PAGE_HEAD.to_owned();
    for code in Code::ALL {
        let (word, title) = (code.as_str(), code.title());
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "<tr id=\"problem-{word}\"><td><code>{word}</code></td><td>{}</td><td>{}</td><td lang=\"en\">{}</td></tr>",
            status(*code).as_u16(),
            title.zh,
            title.en
        );
    }
    page.push_str(PAGE_FOOT);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ))
        .body(page)
}

/// The process is up.
#[get("/healthz")]
pub async fn get_healthz() -> impl Responder {
    "ok\n"
}

/// Requests can be served: the database and the photo store answer.
#[get("/readyz")]
pub async fn get_readyz(
    svc: web::Data<Services>,
    health: web::Data<Health>,
) -> Result<impl Responder, ApiError> {
    health.check(&svc).await?;
    Ok("ok\n")
}

/// Where the text of `/metrics` comes from, and who may read it from afar.
#[derive(Clone, Default)]
pub struct Metrics {
    /// Renders all metrics in Prometheus' text format; without it there are none.
    pub render: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// Bearer token for readers that are not on this host.
    pub token: Option<String>,
    /// A proxy stands in front, and not every proxy says so: only the token counts.
    pub behind_proxy: bool,
}

/// Metrics in Prometheus' text format, for readers on this host that came without a proxy, and for those with the token. For
/// anyone else there is nothing here: figures by route tell what goes on in the city.
#[get("/metrics")]
pub async fn get_metrics(
    request: HttpRequest,
    metrics: web::Data<Metrics>,
    svc: web::Data<Services>,
) -> Result<impl Responder, ApiError> {
    let may_read = (!metrics.behind_proxy && came_from_this_host(&request))
        || brings_token(&request, metrics.token.as_deref());
    let render = metrics
        .render
        .as_ref()
        .filter(|_| may_read)
        .ok_or_else(|| Error::new(Code::NotFound))?;
    // Without the database these figures stay as they were; the others are wanted most just then.
    if let Ok(backlog) = queue::backlog(&svc).await {
        let figure = |count: i64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        gauge!("jobs_open").set(figure(backlog.open));
        gauge!("jobs_given_up").set(figure(backlog.failed));
    }
    if let Ok(age_s) = oldest_writer_s(&svc).await {
        gauge!("database_oldest_writer_seconds").set(age_s);
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(render()))
}

fn came_from_this_host(request: &HttpRequest) -> bool {
    let forwarded = [
        header::FORWARDED,
        header::X_FORWARDED_FOR,
        header::X_FORWARDED_HOST,
        header::X_FORWARDED_PROTO,
    ];
    request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && !forwarded
            .iter()
            .any(|name| request.headers().contains_key(name))
}

fn brings_token(request: &HttpRequest, token: Option<&str>) -> bool {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match (token, given) {
        // Digests are compared, so that the time taken tells nothing of the token.
        (Some(token), Some(given)) => Sha256::digest(token) == Sha256::digest(given),
        _ => false,
    }
}
