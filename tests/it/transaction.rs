//! A transaction that holds readers and a ticket from its first round on.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection as _, RunQueryDsl, SimpleAsyncConnection as _};
use uuid::Uuid;
use xuncha::db::cached::cached;
use xuncha::db::feed::move_readers;
use xuncha::db::pool::{Database as Address, pool};
use xuncha::db::ticket::hold;
use xuncha::db::transaction::{begin_holding, end};
use xuncha::db::{Conn, DbError};

use crate::harness::{Database, TestApp, story};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    plans: String,
    #[diesel(sql_type = Bool)]
    held: bool,
}

async fn look(conn: &mut Conn) -> Row {
    let sql = "SELECT current_setting('plan_cache_mode') AS plans, \
               EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND pid = pg_backend_pid()) AS held";
    cached(sql).get_result(conn).await.expect("a row")
}

#[tokio::test]
async fn readers_are_held_until_it_ends_however_it_ends() {
    let database = Database::empty().await;
    let pool = pool(database.url(), 1);
    for worked in [true, false] {
        let mut conn = pool.get().await.expect("a connection");
        begin_holding(&mut conn, Uuid::nil()).await.expect("begins");
        let within = look(&mut conn).await;
        assert!(within.held);
        assert_eq!(within.plans, "force_generic_plan");
        let work = if worked {
            Ok(())
        } else {
            Err(DbError::NotFound)
        };
        let ended: Result<(), DbError> = end(&mut conn, work).await;
        assert_eq!(ended.is_ok(), worked);
        let after = look(&mut conn).await;
        assert!(!after.held);
        assert_eq!(after.plans, "auto");
    }
}

#[tokio::test]
async fn a_connection_that_waited_in_vain_for_those_who_move_readers_is_as_good_as_before() {
    let database = Database::empty().await;
    let address = Address {
        url: database.url().to_owned(),
        pool_size: 2,
    };
    let pool = address.pool();
    let mut mover = pool.get().await.expect("a connection");
    let mut conn = pool.get().await.expect("another");
    conn.batch_execute("SET lock_timeout = '50ms'")
        .await
        .expect("set");
    mover
        .transaction::<_, DbError, _>(async |mover| {
            move_readers(mover).await?;
            let waited = begin_holding(&mut conn, Uuid::nil()).await;
            assert!(waited.is_err(), "the readers are being moved");
            Ok(())
        })
        .await
        .expect("moved");
    begin_holding(&mut conn, Uuid::nil())
        .await
        .expect("begins now");
    let ended: Result<(), DbError> = end(&mut conn, Ok(())).await;
    ended.expect("ends");
    let counted = conn.transaction::<_, DbError, _>(async |conn| Ok(look(conn).await.held));
    assert!(!counted.await.expect("an ordinary transaction"));
}

#[tokio::test]
async fn the_ticket_is_held_until_it_ends_and_whoever_waits_in_vain_holds_nothing() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let ticket = story::report("371602").send(&inspector).await.ticket;
    let ticket: Uuid = ticket.parse().expect("an id");
    let mut giver = app.svc.conn().await.expect("a connection");
    let mut other = app.svc.conn().await.expect("another");
    let impatient = "SET lock_timeout = '50ms'";
    other.batch_execute(impatient).await.expect("set");
    begin_holding(&mut giver, ticket).await.expect("begins");
    assert!(hold(&other, ticket).await.is_err(), "the ticket is held");
    assert!(begin_holding(&mut other, ticket).await.is_err());
    assert!(!look(&mut other).await.held, "nor are readers");
    end(&mut giver, Ok::<(), DbError>(())).await.expect("ends");
    begin_holding(&mut other, ticket).await.expect("begins now");
    end(&mut other, Ok::<(), DbError>(())).await.expect("ends");
    app.run_jobs().await;
    app.finish().await;
}
