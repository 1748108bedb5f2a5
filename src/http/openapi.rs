//! The OpenAPI document, made from the very routes that the server runs, and its reader in the browser. The document is
//! committed as `api-spec/openapi.json`, so that a change of the API shows in review.

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::{App, HttpResponse, Responder, get, web};
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Server};
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::problem::{Problem, status};
use super::routes;
use crate::domain::ticket::handbook;
use crate::services::error::Code;

/// Where the document is served.
pub const DOCUMENT_PATH: &str = "/api/v1/openapi.json";

const INTRODUCTION: &str = "\
巡查：城市文明创建暗访督查的后端。督查员的手机上报问题，问题变成有法定时限的整改工单，责任单位整改、举证、销号，督查室随时调取超期清单。

Xuncha is the backend of a city's unannounced street inspections. Inspectors' phones report findings; findings become \
rectification tickets with a legal deadline; units rectify, prove and close; the supervision office pulls what is overdue.

- 时间一律为 RFC 3339 的 UTC 时刻。Times are RFC 3339 instants in UTC.
- 请求中不认识的字段会被拒绝。Unknown fields in a request are refused.
- 列表按 `{items, next_cursor}` 分页；把 `next_cursor` 作为 `cursor` 传回即得下一页，为 null 即已到末页。Lists come in pages: \
send `next_cursor` back as `cursor`; null means that there is no more.
- 用 `Authorization: Bearer <access_token>` 表明身份；用 `Accept-Language: zh` 或 `en` 选择提示语言。

## 错误 Problems

每个失败都以 `application/problem+json`（RFC 9457）回答，`code` 供程序判断，`title` 和 `detail` 供人阅读，`errors[]` 指出有误的字段，\
`request_id` 用于查日志。Every failure is answered as problem details: `code` is for programs, `title` and `detail` for people, `errors[]` \
points to the fields at fault, `request_id` finds the request in the log.

| code | status | 中文 | English |
|---|---|---|---|
";

const LIFE: &str = "
## 工单的一生 The life of a ticket

`POST tickets/{id}/{command}`，用 `If-Match` 说明所见的版本；api-spec/tickets.md 另有逐状态的表。Send `If-Match` with the version that was seen; \
api-spec/tickets.md has a table of every state besides.

";

/// The whole document: the same at every call.
pub fn document() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(frame())
        .configure(routes::configure)
        .split_for_parts();
    close_bodies(&mut document);
    document
}

/// Says of every body (`…In`) what the reader of JSON bodies does: members that are not named are refused.
fn close_bodies(document: &mut OpenApi) {
    let schemas = document
        .components
        .iter_mut()
        .flat_map(|it| &mut it.schemas);
    for (_, schema) in schemas.filter(|(name, _)| name.ends_with("In")) {
        if let RefOr::T(Schema::Object(object)) = schema
            && object.enum_values.is_none()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// The document as it is served and, without a URL, committed: JSON, indented, ending in a line break.
///
/// # Errors
/// When the document is no JSON, which would be a fault of the library.
pub fn document_json(public_url: Option<&str>) -> serde_json::Result<String> {
    let mut document = document();
    document.servers = public_url.map(|url| vec![Server::new(url)]);
    let mut json = document.to_pretty_json()?;
    json.push('\n');
    Ok(json)
}

fn frame() -> OpenApi {
    let bearer = SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "`POST /api/v1/auth/login` 返回的 access_token。The access_token that a login answers.",
            ))
            .build(),
    );
    let mut components = Components::new();
    components.add_security_scheme("bearer", bearer);
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("巡查 Xuncha")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(description()))
                .build(),
        )
        .components(Some(components))
        .tags(Some(tags()))
        .build()
}

fn description() -> String {
    let mut text = INTRODUCTION.to_owned();
    for code in Code::ALL {
        let title = code.title();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            code.as_str(),
            status(*code).as_u16(),
            title.zh,
            title.en
        );
    }
    text.push_str(LIFE);
    text.push_str(&handbook::commands());
    text
}

fn tags() -> Vec<Tag> {
    [
        ("auth", "登录、会话与本人。Logging in, sessions, oneself."),
        (
            "reports",
            "上报。Reports: one stop of one inspector at one place, with its findings.",
        ),
        (
            "photos",
            "照片。Photos: their bytes and what is shown of them; see api-spec/photos.md.",
        ),
        (
            "uploads",
            "断点续传（tus 1.0.0）。Resumable uploads of photos by the tus protocol; see api-spec/photos.md.",
        ),
        (
            "tickets",
            "整改工单：派遣、签收、整改、核查、结案。Rectification tickets and their commands.",
        ),
        (
            "tasks",
            "督查任务：指派核查、回头看。Tasks of inspectors: rechecks that were assigned, look-backs.",
        ),
        (
            "rulings",
            "确权。Ownership rulings: precedents for a place and an item.",
        ),
        (
            "rounds",
            "督查批次：计划、抽点、封存、解封、覆盖率。Inspection rounds: planned, drawn, sealed, released; how far they have come.",
        ),
        (
            "sync",
            "手机离线同步：拉取变化、提交离线工作。Phones pull what changed and push what was done offline; see api-spec/sync.md.",
        ),
        (
            "supervision",
            "督查室：超期清单与督办。What the supervision office pulls.",
        ),
        (
            "audit",
            "留痕存证：签名的日志头与证明。The signed log over all trails: heads and proofs; see api-spec/audit.md.",
        ),
        (
            "bulletins",
            "通报。Bulletins: drafted, frozen, published; see api-spec/supervision.md.",
        ),
        (
            "webhooks",
            "签名推送（Standard Webhooks）。Signed webhooks; see api-spec/supervision.md.",
        ),
        ("users", "账号管理。Accounts, for administrators."),
        (
            "reference",
            "区划、单位、点位、测评项目、日历。Areas, units, check points, catalogue, calendars.",
        ),
        ("policies", "阈值与开关。Thresholds and switches."),
        ("document", "本文档。This document."),
    ]
    .into_iter()
    .map(|(name, description)| {
        TagBuilder::new()
            .name(name)
            .description(Some(description))
            .build()
    })
    .collect()
}

/// The document's text, made once.
pub struct DocumentText(pub String);

/// This document.
#[utoipa::path(
    tag = "document",
    responses(
        (status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object),
        (status = 500, description = "As every failure: problem details", content_type = "application/problem+json", body = Problem),
    )
)]
#[get("/openapi.json")]
pub async fn get_openapi(document: web::Data<DocumentText>) -> impl Responder {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone())
}

/// The document's reader, from this server alone: no script and no badge from elsewhere.
pub fn docs() -> SwaggerUi {
    SwaggerUi::new("/docs/{file}*").config(
        Config::new([DOCUMENT_PATH])
            .validator_url("none")
            .try_it_out_enabled(true)
            .persist_authorization(true)
            .display_operation_id(true)
            .doc_expansion("none"),
    )
}

/// The reader's page needs the slash: its files lie below it.
#[get("/docs")]
pub async fn redirect_to_docs() -> impl Responder {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}
