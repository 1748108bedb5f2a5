//! SQL by hand whose statement is prepared once a connection: diesel prepares a `sql_query` anew each time, which costs
//! more than most of the queries themselves. The text must be one of few, never built from values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use diesel::expression::{
    AppearsOnTable, AsExpression, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, Binary, Bool, HasSqlType, Json, Untyped, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as SqlTimestamp;
use serde::de::IgnoredAny;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Conn, DbError};

/// A query whose rows are read by column name (`QueryableByName`), as those of `sql_query`.
pub struct Cached<'a> {
    sql: Cow<'static, str>,
    binds: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
}

/// A query with `$1`, `$2`, … to be bound in this order.
pub fn cached(sql: impl Into<Cow<'static, str>>) -> Cached<'static> {
    Cached {
        sql: sql.into(),
        binds: Vec::new(),
    }
}

impl<'a> Cached<'a> {
    /// Binds the next parameter.
    pub fn bind<ST, Value>(mut self, value: Value) -> Self
    where
        Pg: HasSqlType<ST>,
        ST: Send + 'a,
        Value: ToSql<ST, Pg> + Send + 'a,
    {
        self.binds.push(Box::new(Bind {
            value,
            sql_type: PhantomData::<ST>,
        }));
        self
    }

    /// Adds to the end of the text.
    pub fn then(mut self, sql: &str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }
}

/// Inserts rows, of which there is at least one, by one parameter: a row is a struct whose fields are named as the columns are, each with
/// a value that PostgreSQL reads from JSON text (`bytea` as [`Bytes`], instants in RFC 3339). `ON CONFLICT` and
/// `RETURNING` can be added with [`Cached::then`].
///
/// A `null` is SQL's NULL, in a `jsonb` column too; a column without a field has its default.
///
/// # Errors
/// A row that is no JSON object.
pub fn insert<Row: Serialize>(
    table: &'static str,
    rows: &[Row],
) -> Result<Cached<'static>, DbError> {
    let unwritable = |error: serde_json::Error| DbError::SerializationError(error.into());
    let json = serde_json::value::to_raw_value(rows).map_err(unwritable)?;
    let columns = match rows.first() {
        Some(row) => columns(row).map_err(unwritable)?,
        None => String::new(),
    };
    let sql = format!(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1)"
    );
    Ok(cached(sql).bind::<Json, _>(JsonText(json)))
}

/// Inserts rows, if there are any, each of which must be new.
pub async fn insert_all<Row: Serialize>(
    mut conn: &Conn,
    table: &'static str,
    rows: &[Row],
) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    insert(table, rows)?.execute(&mut conn).await.map(|_| ())
}

fn columns<Row: Serialize>(row: &Row) -> Result<String, serde_json::Error> {
    let row = serde_json::to_string(row)?;
    let fields: BTreeMap<&str, IgnoredAny> = serde_json::from_str(&row)?;
    Ok(fields.into_keys().collect::<Vec<_>>().join(", "))
}

/// What this transaction asks from here on is planned once a connection, not once for each set of values: for what goes by keys, where no
/// value makes another plan better. PostgreSQL takes several times as long for planning it as for running it.
pub async fn plan_once(mut conn: &Conn) -> Result<(), DbError> {
    cached("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")
        .execute(&mut conn)
        .await
        .map(|_| ())
}

/// JSON as written already.
#[derive(Debug)]
struct JsonText(Box<RawValue>);

impl ToSql<Json, Pg> for JsonText {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, Pg>,
    ) -> diesel::serialize::Result {
        std::io::Write::write_all(out, self.0.get().as_bytes())?;
        Ok(diesel::serialize::IsNull::No)
    }
}

/// Inserts rows of which there is often one alone, each of which must be new: one by its values, several as [`insert_all`] does, by one
/// parameter. The row is both `Serialize`, as there, and diesel's `Insertable`. For one row alone the parameter costs PostgreSQL more than the row.
macro_rules! insert_new {
    ($conn:expr, $table:ident, $rows:expr) => {{
        let (mut conn, rows): (&$crate::db::Conn, Vec<_>) = ($conn, $rows);
        match rows.as_slice() {
            [row] => {
                let row = diesel::insert_into($table::table).values(row);
                diesel_async::RunQueryDsl::execute(row, &mut conn)
                    .await
                    .map(|_| ())
            }
            rows => $crate::db::cached::insert_all(conn, stringify!($table), rows).await,
        }
    }};
}
pub(in crate::db) use insert_new;

/// Bytes of a row for [`insert`]: `\x` and hexadecimal digits.
#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = Binary)]
pub struct Bytes<'a>(pub &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("\\x{}", hex::encode(self.0)))
    }
}

impl ToSql<Binary, Pg> for Bytes<'_> {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, Pg>,
    ) -> diesel::serialize::Result {
        ToSql::<Binary, Pg>::to_sql(self.0, out)
    }
}

/// How [`insert`] writes an instant.
pub fn instant<S: Serializer>(at: &SqlTimestamp, serializer: S) -> Result<S::Ok, S::Error> {
    at.to_jiff().serialize(serializer)
}

/// The same, or `null`.
pub fn instant_or_null<S: Serializer>(
    at: &Option<SqlTimestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    at.map(SqlTimestamp::to_jiff).serialize(serializer)
}

/// A condition by hand in a query of diesel's, of one of few texts with values between them. Unlike diesel's own, it does not keep the
/// query from being prepared once a connection.
#[derive(Debug, Clone)]
pub struct Fragment {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Sql(&'static str),
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
}

impl Fragment {
    /// Begins with a text.
    pub fn new(sql: &'static str) -> Self {
        Self {
            parts: vec![Part::Sql(sql)],
        }
    }

    /// Goes on with a text.
    pub fn sql(mut self, sql: &'static str) -> Self {
        self.parts.push(Part::Sql(sql));
        self
    }

    /// Goes on with an id.
    pub fn uuid(mut self, id: Uuid) -> Self {
        self.parts.push(Part::Uuid(id));
        self
    }

    /// Goes on with an array of ids.
    pub fn uuids(mut self, ids: &[Uuid]) -> Self {
        self.parts.push(Part::Uuids(ids.to_vec()));
        self
    }
}

impl QueryFragment<Pg> for Fragment {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for part in &self.parts {
            match part {
                Part::Sql(sql) => out.push_sql(sql),
                Part::Uuid(id) => out.push_bind_param::<SqlUuid, _>(id)?,
                Part::Uuids(ids) => out.push_bind_param::<Array<SqlUuid>, _>(ids)?,
            }
        }
        Ok(())
    }
}

impl QueryId for Fragment {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for Fragment {
    type SqlType = Bool;
}

impl<QS> AppearsOnTable<QS> for Fragment {}

impl<QS> SelectableExpression<QS> for Fragment {}

impl<GB> ValidGrouping<GB> for Fragment {
    type IsAggregate = is_aggregate::No;
}

/// A statement of diesel's that has the same text for all values, which diesel does not believe of an update: prepared once a connection.
#[derive(Debug)]
pub struct Unvarying<T>(pub T);

impl<T: QueryFragment<Pg>> QueryFragment<Pg> for Unvarying<T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

/// No static id, as above.
impl<T> QueryId for Unvarying<T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

struct Bind<ST, Value> {
    value: Value,
    sql_type: PhantomData<ST>,
}

impl<ST, Value> QueryFragment<Pg> for Bind<ST, Value>
where
    Pg: HasSqlType<ST>,
    Value: ToSql<ST, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param_value_only(&self.value)
    }
}

impl QueryFragment<Pg> for Cached<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.sql);
        self.binds
            .iter()
            .try_for_each(|bind| bind.walk_ast(out.reborrow()))
    }
}

/// No static id: the statement is found again by its text and the types of its parameters.
impl QueryId for Cached<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Cached<'_> {
    type SqlType = Untyped;
}
