//! `GET scores`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::dto::ScoresOut;
use crate::domain::score::{ScoreBy, ScoreFilter};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, score};

/// What scores are told by.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByIn {
    /// Inspection round.
    Round,
    /// District.
    District,
    /// Kind of check point.
    Kind,
}

/// What is counted. Everything given narrows it further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScoresQuery {
    /// `round`, `district` or `kind`.
    #[param(inline)]
    by: ByIn,
    /// Only reports of this round.
    round: Option<Uuid>,
    /// Only points in this district.
    district: Option<String>,
    /// Only points of this kind.
    kind: Option<String>,
    /// Only criteria of this version of the catalogue.
    version: Option<String>,
}

/// Read score rates (得分率)
///
/// Of the criteria that were judged at check points, how many were met. A round that is sealed is told as well: this is for supervisors.
#[utoipa::path(
    tag = "rounds",
    params(ScoresQuery),
    responses(
        (status = 200, body = ScoresOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/scores")]
pub async fn list_scores(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<ScoresQuery>,
) -> Result<web::Json<ScoresOut>, ApiError> {
    let query = query.0;
    let by = match query.by {
        ByIn::Round => ScoreBy::Round,
        ByIn::District => ScoreBy::District,
        ByIn::Kind => ScoreBy::Kind,
    };
    let filter = ScoreFilter {
        round_id: query.round,
        district: query.district,
        kind: query.kind,
        version: query.version,
    };
    let scores = score::read(&svc, &caller.0, by, &filter).await?;
    Ok(web::Json(scores.into()))
}
