//! `GET tasks`.

use std::str::FromStr;

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::dto::TaskPageOut;
use crate::domain::task::{TaskFilter, TaskKind, TaskState};
use crate::domain::text::Text;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::error::Code;
use crate::services::{Error, Services, task};

/// Which tasks. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskListQuery {
    /// `recheck`, `lookback` or `visit`.
    kind: Option<String>,
    /// `open`, `started`, `done` or `cancelled`.
    #[param(example = "open")]
    state: Option<String>,
    /// Of the inspector with this pseudonym, by its id; an inspector gets only its own.
    inspector: Option<Uuid>,
    /// About the ticket with this id.
    ticket: Option<Uuid>,
    /// In the round with this id.
    round: Option<Uuid>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// List tasks (督查任务).
///
/// An inspector's own, or all for clerk and supervisor; the latest first. Those that were cancelled because their inspector may not do
/// them any more (`unfit`) wait for the clerk to ask another.
#[utoipa::path(
    tag = "tasks",
    params(TaskListQuery),
    responses(
        (status = 200, body = TaskPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tasks")]
pub async fn list_tasks(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<TaskListQuery>,
) -> Result<web::Json<TaskPageOut>, ApiError> {
    let query = query.0;
    let filter = TaskFilter {
        kind: word("kind", query.kind.as_deref(), TaskKind::ALL)?,
        state: word("state", query.state.as_deref(), TaskState::ALL)?,
        account_id: query.inspector,
        visits_of: None,
        ticket_id: query.ticket,
        round_id: query.round,
    };
    let limit = page_limit(query.limit)?;
    let page = task::list(&svc, &caller.0, filter, query.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}

/// A parameter that is one word of a list.
fn word<T: FromStr + ToString>(
    parameter: &str,
    word: Option<&str>,
    all: &[T],
) -> Result<Option<T>, Error> {
    word.map(str::parse).transpose().map_err(|_unknown| {
        let words: Vec<String> = all.iter().map(T::to_string).collect();
        let words = words.join(", ");
        Error::with_detail(
            Code::InvalidQuery,
            Text::new(
                format!("{parameter} 应为：{words}"),
                format!("{parameter} takes: {words}"),
            ),
        )
    })
}
