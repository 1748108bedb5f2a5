//! Criteria (测评标准), version by version with the catalogue. What a version says of one never changes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::criteria;
use super::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::criterion::{Criterion, Standard};

/// Rows to a statement: PostgreSQL takes 65,535 parameters.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = criteria, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    scheme: String,
    version: String,
    code: String,
    name_zh: String,
    name_en: String,
    form: String,
    bound: Option<String>,
    limit_value: Option<i32>,
    per_m: Option<i32>,
    item: Option<String>,
    kinds: Vec<String>,
    exclusions: Vec<String>,
}

/// What the database holds is not what it was given.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> DbError {
    DbError::DeserializationError(error.into())
}

impl Row {
    fn new(criterion: &Criterion) -> Result<Self, DbError> {
        let it = criterion.clone();
        let (bound, limit, per_m) = it.standard.parts();
        let signed = |figure: u32| {
            i32::try_from(figure).map_err(|error| DbError::SerializationError(error.into()))
        };
        Ok(Self {
            id: it.id,
            scheme: it.key.scheme,
            version: it.key.version,
            code: it.key.code,
            name_zh: it.name_zh,
            name_en: it.name_en,
            form: it.standard.form().as_str().to_owned(),
            bound: bound.map(|bound| bound.as_str().to_owned()),
            limit_value: limit.map(signed).transpose()?,
            per_m: per_m.map(signed).transpose()?,
            item: it.item,
            kinds: it.kinds,
            exclusions: it.exclusions,
        })
    }

    fn read(self) -> Result<Criterion, DbError> {
        let unsigned = |figure: i32| u32::try_from(figure).map_err(unreadable);
        let bound = self.bound.map(|word| word.parse()).transpose();
        let standard = Standard::new(
            self.form.parse().map_err(unreadable)?,
            bound.map_err(unreadable)?,
            self.limit_value.map(unsigned).transpose()?,
            self.per_m.map(unsigned).transpose()?,
        );
        Ok(Criterion {
            id: self.id,
            key: ItemKey {
                scheme: self.scheme,
                version: self.version,
                code: self.code,
            },
            name_zh: self.name_zh,
            name_en: self.name_en,
            standard: standard.map_err(unreadable)?,
            item: self.item,
            kinds: self.kinds,
            exclusions: self.exclusions,
        })
    }
}

/// Every criterion of every version, those of a version by code.
pub async fn all(conn: &mut Conn) -> Result<Vec<Criterion>, DbError> {
    let rows: Vec<Row> = criteria::table
        .order((criteria::scheme, criteria::version, criteria::code))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Criteria by id.
pub async fn get(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Criterion>, DbError> {
    let rows: Vec<Row> = criteria::table
        .filter(criteria::id.eq_any(ids))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Adds criteria to versions that exist.
pub async fn insert(conn: &mut Conn, new: &[Criterion]) -> Result<(), DbError> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(Row::new);
        diesel::insert_into(criteria::table)
            .values(rows.collect::<Result<Vec<_>, DbError>>()?)
            .execute(conn)
            .await?;
    }
    bump(conn, Topic::Catalogue).await
}
