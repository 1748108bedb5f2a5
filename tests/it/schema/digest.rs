//! A database's structure as text, from the catalog: what `pg_dump --schema-only` would say, without needing the program.

use diesel_async::AsyncConnection as _;
use xuncha::db::Conn;

use crate::harness::rows;

/// Each query lists one kind of thing: its name, and what it is.
const PARTS: [&str; 8] = [
    "SELECT attrelid::regclass || '.' || attname || '#' || row_number() OVER (PARTITION BY attrelid ORDER BY attnum) AS name,
            format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || coalesce(pg_get_expr(adbin, adrelid), '') AS what
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p'))
       AND attnum > 0 AND NOT attisdropped",
    "SELECT conrelid::regclass || '.' || conname AS name, pg_get_constraintdef(oid) AS what
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT indexname::text AS name, indexdef AS what FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT sequencename::text AS name, data_type::text || start_value || ' ' || increment_by AS what FROM pg_sequences WHERE schemaname = 'public'",
    "SELECT p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS what
     FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')",
    "SELECT tgrelid::regclass || '.' || tgname AS name, pg_get_triggerdef(oid) AS what FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT typname::text AS name, typtype::text AS what FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')",
    "SELECT coalesce(objoid::regclass::text, '') || '#' || objsubid AS name, description AS what
     FROM pg_description WHERE classoid = 'pg_class'::regclass
       AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
];

/// One line for each thing, in order; the migrations' own table is left out.
pub async fn of(url: &str) -> Vec<String> {
    let mut conn = Conn::establish(url).await.expect("the test's database");
    let mut lines = Vec::new();
    for part in PARTS {
        for row in rows(&mut conn, part).await {
            let line = row.to_string();
            if !line.contains("__diesel_schema_migrations") {
                lines.push(line);
            }
        }
    }
    lines.sort();
    lines
}
