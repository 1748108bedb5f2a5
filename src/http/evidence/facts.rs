//! `GET attachments/{id}`.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::flag::FlagOut;
use crate::domain::evidence::exif::Exif;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::Services;
use crate::services::evidence::{PhotoFacts, facts};

/// A photo with what is known of it beside its pixels.
#[derive(Serialize, ToSchema)]
pub struct PhotoFactsOut {
    /// The name that every reader of its tickets has.
    id: Uuid,
    /// The phone's own id.
    aid: Uuid,
    /// SHA-256 of the original, hexadecimal.
    sha256: String,
    /// Length of the original.
    bytes: u64,
    /// Media type that the phone gave.
    mime: String,
    /// When its last byte was durable; none while it is only declared.
    stored_at: Option<Timestamp>,
    /// `none` (not yet), `ready`, `unreadable` or `unsupported`.
    rendition: &'static str,
    /// Tickets that show it.
    on: Vec<PhotoOnOut>,
    /// What the camera wrote. It corroborates, and proves nothing: anybody can change it.
    exif: ExifOut,
    /// What is odd about it.
    flags: Vec<FlagOut>,
}

/// A ticket that shows a photo.
#[derive(Serialize, ToSchema)]
pub struct PhotoOnOut {
    /// The ticket.
    ticket: Uuid,
    /// `before`, `after`, `recheck` or `comment`.
    role: &'static str,
}

/// What a camera wrote into a photo.
#[derive(Serialize, ToSchema)]
pub struct ExifOut {
    /// The camera's wall clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-20T09:41:07")]
    taken_local: Option<String>,
    /// Its offset from UTC, where the camera says so; without it the city's is assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+08")]
    taken_offset: Option<String>,
    /// Latitude, in `datum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    /// Longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    /// Datum as the camera names it; without it WGS-84 or GCJ-02, nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    datum: Option<String>,
    /// Maker of the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    camera_make: Option<String>,
    /// The camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    camera_model: Option<String>,
    /// The program that wrote the file last.
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<String>,
}

impl From<PhotoFacts> for PhotoFactsOut {
    fn from(facts: PhotoFacts) -> Self {
        let PhotoFacts {
            photo,
            exif,
            flags,
            on,
        } = facts;
        Self {
            id: photo.photo_key,
            aid: photo.declared.aid,
            sha256: photo.declared.sha256.to_string(),
            bytes: photo.declared.size_bytes,
            mime: photo.declared.mime,
            stored_at: photo.stored_at,
            rendition: photo.rendition.as_str(),
            on: on
                .into_iter()
                .map(|(ticket, role)| PhotoOnOut {
                    ticket,
                    role: role.as_str(),
                })
                .collect(),
            exif: exif.into(),
            flags: flags.into_iter().map(FlagOut::from).collect(),
        }
    }
}

impl From<Exif> for ExifOut {
    fn from(exif: Exif) -> Self {
        let offset = exif.taken.and_then(|taken| taken.offset);
        let place = exif.place.as_ref();
        Self {
            taken_local: exif.taken.map(|taken| taken.local.to_string()),
            taken_offset: offset.map(|offset| offset.to_string()),
            lat: place.map(|place| place.lat),
            lon: place.map(|place| place.lon),
            datum: exif.place.and_then(|place| place.datum),
            camera_make: exif.camera_make,
            camera_model: exif.camera_model,
            software: exif.software,
        }
    }
}

/// Read what is known of a photo.
///
/// By its `id` on a ticket or by its `aid`: what the camera wrote, what is odd about it, and which tickets show it.
#[utoipa::path(
    tag = "photos",
    params(("id" = uuid::Uuid, Path, description = "The photo's `id` on a ticket, or its `aid`")),
    responses(
        (status = 200, body = PhotoFactsOut),
        (status = 403, description = "`forbidden`: for the office.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/attachments/{id}")]
pub async fn get_photo_facts(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<PhotoFactsOut>, ApiError> {
    Ok(web::Json(facts(&svc, &caller.0, id.0).await?.into()))
}
