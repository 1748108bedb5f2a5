//! What cameras wrote into photos.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::tz::Offset;
use uuid::Uuid;

use crate::db::schema::photo_exif;
use crate::db::{Conn, DbError};
use crate::domain::evidence::exif::{CameraPlace, Exif, Taken};

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = photo_exif, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct Row {
    attachment_id: Uuid,
    taken_local: Option<String>,
    taken_offset_s: Option<i32>,
    lat: Option<f64>,
    lon: Option<f64>,
    datum: Option<String>,
    camera_make: Option<String>,
    camera_model: Option<String>,
    software: Option<String>,
}

impl From<Row> for Exif {
    fn from(row: Row) -> Self {
        let local = row.taken_local.and_then(|local| local.parse().ok());
        let offset = row.taken_offset_s;
        let place = row.lat.zip(row.lon);
        Self {
            taken: local.map(|local| Taken {
                local,
                offset: offset.and_then(|seconds| Offset::from_seconds(seconds).ok()),
            }),
            place: place.map(|(lat, lon)| CameraPlace {
                lat,
                lon,
                datum: row.datum,
            }),
            camera_make: row.camera_make,
            camera_model: row.camera_model,
            software: row.software,
        }
    }
}

/// Keeps what was read, if it was anything.
pub async fn keep(conn: &mut Conn, aid: Uuid, exif: &Exif) -> Result<(), DbError> {
    if *exif == Exif::default() {
        return Ok(());
    }
    let place = exif.place.as_ref();
    let row = Row {
        attachment_id: aid,
        taken_local: exif.taken.map(|taken| taken.local.to_string()),
        taken_offset_s: exif
            .taken
            .and_then(|taken| taken.offset)
            .map(Offset::seconds),
        lat: place.map(|place| place.lat),
        lon: place.map(|place| place.lon),
        datum: place.and_then(|place| place.datum.clone()),
        camera_make: exif.camera_make.clone(),
        camera_model: exif.camera_model.clone(),
        software: exif.software.clone(),
    };
    diesel::insert_into(photo_exif::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(|_| ())
}

/// What the camera wrote; empty when it wrote nothing.
pub async fn find(conn: &mut Conn, aid: Uuid) -> Result<Exif, DbError> {
    let row: Option<Row> = photo_exif::table
        .find(aid)
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Exif::from).unwrap_or_default())
}
