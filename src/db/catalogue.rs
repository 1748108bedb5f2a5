//! The catalogue, version by version. What a version says of an item never changes once it is there: tickets stand on
//! it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::{catalogue_items, catalogue_versions, filing_conditions};
use super::{Conn, DbError};
use crate::domain::calendar::LimitError;
use crate::domain::catalogue::{CatalogueItem, FilingCondition, ItemKey, UnknownWord};
use crate::domain::reference::CatalogueEdition;
use crate::domain::text::Text;

/// Rows to a statement: PostgreSQL takes 65,535 parameters.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = catalogue_items, check_for_backend(diesel::pg::Pg))]
struct ItemRow {
    scheme: String,
    version: String,
    code: String,
    name_zh: String,
    name_en: String,
    kind: String,
    major_zh: Option<String>,
    major_en: Option<String>,
    radius_m: Option<i32>,
}

impl ItemRow {
    fn read(self) -> Result<CatalogueItem, DbError> {
        Ok(CatalogueItem {
            kind: self
                .kind
                .parse()
                .map_err(|error: UnknownWord| DbError::DeserializationError(error.into()))?,
            key: ItemKey {
                scheme: self.scheme,
                version: self.version,
                code: self.code,
            },
            name_zh: self.name_zh,
            name_en: self.name_en,
            major: self
                .major_zh
                .zip(self.major_en)
                .map(|(zh, en)| Text::new(zh, en)),
            radius_m: self.radius_m.map(unsigned).transpose()?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = filing_conditions, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
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
    limit_source: String,
}

impl ConditionRow {
    fn read(self) -> Result<FilingCondition, DbError> {
        Ok(FilingCondition {
            limit_unit: self
                .limit_unit
                .parse()
                .map_err(|error: LimitError| DbError::DeserializationError(error.into()))?,
            closing_policy: self
                .closing_policy
                .parse()
                .map_err(|error: UnknownWord| DbError::DeserializationError(error.into()))?,
            id: self.id,
            item: ItemKey {
                scheme: self.scheme,
                version: self.version,
                code: self.item,
            },
            code: self.code,
            name_zh: self.name_zh,
            name_en: self.name_en,
            places_zh: self.places_zh,
            lead_subject: self.lead_subject,
            cooperating: self.cooperating,
            limit_value: unsigned(self.limit_value)?,
            min_before_photos: unsigned(self.min_before_photos)?,
            min_after_photos: unsigned(self.min_after_photos)?,
            danger: self.danger,
            limit_source: self.limit_source,
        })
    }

    fn new(condition: &FilingCondition) -> Result<Self, DbError> {
        let condition = condition.clone();
        Ok(Self {
            id: condition.id,
            scheme: condition.item.scheme,
            version: condition.item.version,
            item: condition.item.code,
            code: condition.code,
            name_zh: condition.name_zh,
            name_en: condition.name_en,
            places_zh: condition.places_zh,
            lead_subject: condition.lead_subject,
            cooperating: condition.cooperating,
            limit_value: signed(condition.limit_value)?,
            limit_unit: condition.limit_unit.as_str().to_owned(),
            closing_policy: condition.closing_policy.as_str().to_owned(),
            min_before_photos: signed(condition.min_before_photos)?,
            min_after_photos: signed(condition.min_after_photos)?,
            danger: condition.danger,
            limit_source: condition.limit_source,
        })
    }
}

fn unsigned(number: i32) -> Result<u32, DbError> {
    u32::try_from(number).map_err(|error| DbError::DeserializationError(error.into()))
}

fn signed(number: u32) -> Result<i32, DbError> {
    i32::try_from(number).map_err(|error| DbError::SerializationError(error.into()))
}

/// The version that new findings are read against.
pub async fn find_active_edition(conn: &mut Conn) -> Result<Option<CatalogueEdition>, DbError> {
    let found: Option<(String, String)> = catalogue_versions::table
        .filter(catalogue_versions::active)
        .select((catalogue_versions::scheme, catalogue_versions::version))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(scheme, version)| CatalogueEdition {
        scheme,
        version,
        active: true,
    }))
}

/// A version; of several schemes that have it the active one, else the first by name.
pub async fn find_edition(
    conn: &mut Conn,
    scheme: Option<&str>,
    version: &str,
) -> Result<Option<CatalogueEdition>, DbError> {
    let mut query = catalogue_versions::table
        .filter(catalogue_versions::version.eq(version))
        .order((
            catalogue_versions::active.desc(),
            catalogue_versions::scheme,
        ))
        .select((catalogue_versions::scheme, catalogue_versions::active))
        .into_boxed();
    if let Some(scheme) = scheme {
        query = query.filter(catalogue_versions::scheme.eq(scheme));
    }
    let found: Option<(String, bool)> = query.first(conn).await.optional()?;
    Ok(found.map(|(scheme, active)| CatalogueEdition {
        scheme,
        version: version.to_owned(),
        active,
    }))
}

/// Every item of every version.
pub async fn all_items(conn: &mut Conn) -> Result<Vec<CatalogueItem>, DbError> {
    let rows: Vec<ItemRow> = catalogue_items::table
        .select(ItemRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(ItemRow::read).collect()
}

/// Every filing condition of every version, those of an item by code.
pub async fn all_conditions(conn: &mut Conn) -> Result<Vec<FilingCondition>, DbError> {
    let rows: Vec<ConditionRow> = filing_conditions::table
        .order(filing_conditions::code)
        .select(ConditionRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(ConditionRow::read).collect()
}

/// All items of a version, by code.
pub async fn items_in(
    conn: &mut Conn,
    scheme: &str,
    version: &str,
) -> Result<Vec<CatalogueItem>, DbError> {
    let rows: Vec<ItemRow> = catalogue_items::table
        .filter(catalogue_items::scheme.eq(scheme))
        .filter(catalogue_items::version.eq(version))
        .order(catalogue_items::code)
        .select(ItemRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(ItemRow::read).collect()
}

/// All filing conditions of a version, by item and code.
pub async fn conditions_in(
    conn: &mut Conn,
    scheme: &str,
    version: &str,
) -> Result<Vec<FilingCondition>, DbError> {
    let rows: Vec<ConditionRow> = filing_conditions::table
        .filter(filing_conditions::scheme.eq(scheme))
        .filter(filing_conditions::version.eq(version))
        .order((filing_conditions::item, filing_conditions::code))
        .select(ConditionRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(ConditionRow::read).collect()
}

/// Makes a version, new or known, the one that new findings are read against. Answers the items that are of that version
/// now, or were until now.
pub async fn activate(
    conn: &mut Conn,
    scheme: &str,
    version: &str,
    now: Timestamp,
) -> Result<Vec<Uuid>, DbError> {
    let before = find_active_edition(conn).await?;
    if before
        .as_ref()
        .is_some_and(|before| before.scheme == scheme && before.version == version)
    {
        return Ok(Vec::new());
    }
    diesel::update(catalogue_versions::table.filter(catalogue_versions::active))
        .set(catalogue_versions::active.eq(false))
        .execute(conn)
        .await?;
    diesel::insert_into(catalogue_versions::table)
        .values((
            catalogue_versions::scheme.eq(scheme),
            catalogue_versions::version.eq(version),
            catalogue_versions::active.eq(true),
            catalogue_versions::imported_at.eq(now.to_diesel()),
        ))
        .on_conflict((catalogue_versions::scheme, catalogue_versions::version))
        .do_update()
        .set(catalogue_versions::active.eq(true))
        .execute(conn)
        .await?;
    bump(conn, Topic::Catalogue).await?;
    let mut switched = item_ids(conn, scheme, version).await?;
    if let Some(before) = before {
        switched.extend(item_ids(conn, &before.scheme, &before.version).await?);
    }
    Ok(switched)
}

async fn item_ids(conn: &mut Conn, scheme: &str, version: &str) -> Result<Vec<Uuid>, DbError> {
    catalogue_items::table
        .filter(catalogue_items::scheme.eq(scheme))
        .filter(catalogue_items::version.eq(version))
        .select(catalogue_items::id)
        .load(conn)
        .await
}

/// Adds items to a version that exists. Answers their row ids.
pub async fn insert_items(conn: &mut Conn, items: &[CatalogueItem]) -> Result<Vec<Uuid>, DbError> {
    let mut ids = Vec::with_capacity(items.len());
    for chunk in items.chunks(CHUNK) {
        let rows = chunk.iter().map(|item| {
            Ok((
                catalogue_items::scheme.eq(&item.key.scheme),
                catalogue_items::version.eq(&item.key.version),
                catalogue_items::code.eq(&item.key.code),
                catalogue_items::name_zh.eq(&item.name_zh),
                catalogue_items::name_en.eq(&item.name_en),
                catalogue_items::kind.eq(item.kind.as_str()),
                catalogue_items::major_zh.eq(item.major.as_ref().map(|major| major.zh.as_ref())),
                catalogue_items::major_en.eq(item.major.as_ref().map(|major| major.en.as_ref())),
                catalogue_items::radius_m.eq(item.radius_m.map(signed).transpose()?),
            ))
        });
        let new = diesel::insert_into(catalogue_items::table)
            .values(rows.collect::<Result<Vec<_>, DbError>>()?)
            .returning(catalogue_items::id)
            .get_results::<Uuid>(conn)
            .await?;
        ids.extend(new);
    }
    bump(conn, Topic::Catalogue).await?;
    Ok(ids)
}

/// Adds filing conditions to items that exist.
pub async fn insert_conditions(
    conn: &mut Conn,
    conditions: &[FilingCondition],
) -> Result<(), DbError> {
    for chunk in conditions.chunks(CHUNK) {
        let rows = chunk.iter().map(ConditionRow::new);
        diesel::insert_into(filing_conditions::table)
            .values(rows.collect::<Result<Vec<_>, DbError>>()?)
            .execute(conn)
            .await?;
    }
    bump(conn, Topic::Catalogue).await
}
