//! Reference data: catalogue, areas, units and check points.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::schema::{
    areas, catalogue_items, catalogue_versions, check_points, filing_conditions, units,
};
use crate::db::{Conn, DbError};
use crate::domain::sync::document::{
    AreaDoc, ConditionDoc, CriterionDoc, ItemDoc, PointDoc, UnitDoc,
};

/// Catalogue items.
pub async fn items(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, ItemDoc)>, DbError> {
    type Row = (
        Uuid,
        String,
        String,
        String,
        String,
        String,
        String,
        Option<i32>,
        bool,
    );
    let rows: Vec<Row> = catalogue_items::table
        .inner_join(
            catalogue_versions::table.on(catalogue_versions::scheme
                .eq(catalogue_items::scheme)
                .and(catalogue_versions::version.eq(catalogue_items::version))),
        )
        .filter(catalogue_items::id.eq_any(ids))
        .select((
            catalogue_items::id,
            catalogue_items::scheme,
            catalogue_items::version,
            catalogue_items::code,
            catalogue_items::name_zh,
            catalogue_items::name_en,
            catalogue_items::kind,
            catalogue_items::radius_m,
            catalogue_versions::active,
        ))
        .load(conn)
        .await?;
    let doc = |(id, scheme, version, code, name_zh, name_en, kind, radius_m, active): Row| {
        let doc = ItemDoc {
            scheme,
            version,
            code,
            name_zh,
            name_en,
            kind,
            radius_m,
            active,
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = filing_conditions, check_for_backend(diesel::pg::Pg))]
struct ConditionRow {
    id: Uuid,
    scheme: String,
    version: String,
    item: String,
    code: String,
    name_zh: String,
    name_en: String,
    places_zh: String,
    lead_subject: String,
    cooperating: Vec<String>,
    limit_value: i32,
    limit_unit: String,
    closing_policy: String,
    min_before_photos: i32,
    min_after_photos: i32,
    danger: bool,
}

/// Filing conditions.
pub async fn conditions(
    conn: &mut Conn,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, ConditionDoc)>, DbError> {
    let rows: Vec<ConditionRow> = filing_conditions::table
        .filter(filing_conditions::id.eq_any(ids))
        .select(ConditionRow::as_select())
        .load(conn)
        .await?;
    let doc = |row: ConditionRow| {
        let doc = ConditionDoc {
            scheme: row.scheme,
            version: row.version,
            item: row.item,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            places_zh: row.places_zh,
            lead_subject: row.lead_subject,
            cooperating: row.cooperating,
            limit_value: row.limit_value,
            limit_unit: row.limit_unit,
            closing_policy: row.closing_policy,
            min_before_photos: row.min_before_photos,
            min_after_photos: row.min_after_photos,
            danger: row.danger,
        };
        (row.id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Criteria.
pub async fn criteria(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, CriterionDoc)>, DbError> {
    let criteria = crate::db::criterion::get(conn, ids).await?.into_iter();
    Ok(criteria.map(|it| (it.id, it.into())).collect())
}

/// Districts and zones; owners are not for everyone.
pub async fn areas(
    conn: &mut Conn,
    ids: &[Uuid],
    with_owner: bool,
) -> Result<Vec<(Uuid, AreaDoc)>, DbError> {
    let rows: Vec<(Uuid, String, String, String, String, Option<Uuid>)> = areas::table
        .filter(areas::id.eq_any(ids))
        .select((
            areas::id,
            areas::code,
            areas::kind,
            areas::name_zh,
            areas::name_en,
            areas::owner_unit_id,
        ))
        .load(conn)
        .await?;
    let doc = |(id, code, kind, name_zh, name_en, owner): (_, _, _, _, _, Option<Uuid>)| {
        let doc = AreaDoc {
            code,
            kind,
            name_zh,
            name_en,
            owner: owner.filter(|_| with_owner),
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Units.
pub async fn units(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, UnitDoc)>, DbError> {
    type Row = (
        Uuid,
        String,
        String,
        String,
        String,
        Option<Uuid>,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = units::table
        .filter(units::id.eq_any(ids))
        .select((
            units::id,
            units::code,
            units::name_zh,
            units::name_en,
            units::kind,
            units::parent_id,
            units::district_code,
            units::subject,
        ))
        .load(conn)
        .await?;
    let doc = |(id, code, name_zh, name_en, kind, parent, district, subject): Row| {
        let doc = UnitDoc {
            code,
            name_zh,
            name_en,
            kind,
            parent,
            district,
            subject,
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Check points; owners are not for everyone.
pub async fn points(
    conn: &mut Conn,
    ids: &[Uuid],
    with_owner: bool,
) -> Result<Vec<(Uuid, PointDoc)>, DbError> {
    type Row = (
        Uuid,
        String,
        String,
        String,
        String,
        String,
        f64,
        f64,
        Option<Uuid>,
    );
    let rows: Vec<Row> = check_points::table
        .filter(check_points::id.eq_any(ids))
        .select((
            check_points::id,
            check_points::code,
            check_points::name_zh,
            check_points::name_en,
            check_points::kind,
            check_points::address,
            check_points::lat,
            check_points::lon,
            check_points::owner_unit_id,
        ))
        .load(conn)
        .await?;
    let doc = |(id, code, name_zh, name_en, kind, address, lat, lon, owner): Row| {
        let doc = PointDoc {
            code,
            name_zh,
            name_en,
            kind,
            address,
            lat,
            lon,
            owner: owner.filter(|_| with_owner),
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}
