//! Transactions that hold readers and a ticket from their first round on, and go out with what is asked in them.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Text};
use diesel_async::{AsyncConnection as _, RunQueryDsl, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use uuid::Uuid;
use xuncha::db::cached::cached;
use xuncha::db::feed::move_readers;
use xuncha::db::pool::{Database as Address, pool};
use xuncha::db::ticket::hold;
use xuncha::db::transaction::{begin, begin_holding, begin_holding_readers, end, end_and_ask};
use xuncha::db::{Conn, DbError};

use crate::harness::{Database, TestApp, story};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    plans: String,
    #[diesel(sql_type = Bool)]
    held: bool,
    #[diesel(sql_type = Integer)]
    backend: i32,
}

async fn look(mut conn: &Conn) -> Result<Row, DbError> {
    let sql = "SELECT current_setting('plan_cache_mode') AS plans, pg_backend_pid() AS backend, \
               EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND pid = pg_backend_pid()) AS held";
    cached(sql).get_result(&mut conn).await
}

/// Asks nothing.
async fn nothing(_: &Conn) -> Result<(), DbError> {
    Ok(())
}

async fn refused(_: &Conn) -> Result<Row, DbError> {
    Err(DbError::NotFound)
}

#[tokio::test]
async fn what_is_asked_with_it_is_asked_once_readers_are_held_until_it_ends_however_it_ends() {
    let database = Database::empty().await;
    for worked in [true, false] {
        // A connection that has never heard the question, and has to be told it first.
        let pool = pool(database.url(), 1);
        let mut conn = pool.get().await.expect("a connection");
        let within = begin_holding(&mut conn, Uuid::nil(), look).await;
        let within = within.expect("begins");
        assert!(within.held);
        assert_eq!(within.plans, "force_generic_plan");
        let work = if worked {
            Ok(())
        } else {
            Err(DbError::NotFound)
        };
        let ended: Result<(), DbError> = end(&mut conn, work).await;
        assert_eq!(ended.is_ok(), worked);
        let after = look(&conn).await.expect("a row");
        assert!(!after.held);
        assert_eq!(after.plans, "auto");
    }
}

#[tokio::test]
async fn a_question_without_an_answer_ends_it() {
    let database = Database::empty().await;
    let pool = pool(database.url(), 1);
    let mut conn = pool.get().await.expect("a connection");
    let asked = begin_holding_readers(&mut conn, refused).await;
    assert!(matches!(asked, Err(DbError::NotFound)));
    assert!(!look(&conn).await.expect("a row").held);
    begin(&mut conn, nothing).await.expect("another begins");
    let again = begin(&mut conn, nothing).await;
    assert!(matches!(again, Err(DbError::AlreadyInTransaction)));
    end(&mut conn, Ok::<(), DbError>(())).await.expect("ends");
}

#[tokio::test]
async fn what_is_asked_behind_it_sees_what_was_committed_and_cannot_take_it_back() {
    let database = Database::empty().await;
    let pool = pool(database.url(), 1);
    let mut conn = pool.get().await.expect("a connection");
    let note = "CREATE TABLE noted (id integer); INSERT INTO noted VALUES (1)";
    let taken_back = async |conn: &mut Conn| {
        begin_holding_readers(conn, nothing).await?;
        conn.batch_execute(note).await?;
        end_and_ask(conn, Err::<(), _>(DbError::NotFound), look).await
    };
    let ended = taken_back(&mut conn).await;
    assert!(matches!(ended, Err(DbError::NotFound)));
    begin_holding_readers(&mut conn, nothing)
        .await
        .expect("begins");
    conn.batch_execute(note)
        .await
        .expect("the first was taken back");
    let ((), behind) = end_and_ask(&mut conn, Ok::<(), DbError>(()), look)
        .await
        .expect("committed");
    assert!(!behind.held);
    assert_eq!(behind.plans, "auto");
    let within = conn.transaction::<_, DbError, _>(async |conn| {
        conn.transaction(async |conn| end_and_ask(conn, Ok::<(), DbError>(()), look).await)
            .await
    });
    assert!(matches!(within.await, Err(DbError::NotInTransaction)));
    begin(&mut conn, nothing).await.expect("begins");
    conn.batch_execute("DELETE FROM noted")
        .await
        .expect("deleted");
    let ended = end_and_ask(&mut conn, Ok::<(), DbError>(()), refused).await;
    assert!(matches!(ended, Err(DbError::NotFound)));
    let mut other = Conn::establish(database.url()).await.expect("a connection");
    let left = cached("SELECT FROM noted").execute(&mut other).await;
    assert_eq!(left.expect("readable"), 0, "it was committed");
}

#[tokio::test]
async fn a_connection_that_is_dropped_while_it_begins_is_not_lent_again() {
    let database = Database::empty().await;
    let pool = pool(database.url(), 1);
    let mut conn = pool.get().await.expect("a connection");
    let before = look(&conn).await.expect("a row").backend;
    // The question is sent, and nobody waits for the answer.
    let begun = begin_holding_readers(&mut conn, look).now_or_never();
    assert!(begun.is_none(), "it takes a round");
    drop(conn);
    let conn = pool.get().await.expect("another");
    let after = look(&conn).await.expect("a row");
    assert_ne!(after.backend, before);
    assert!(!after.held);
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
            let waited = begin_holding(&mut conn, Uuid::nil(), nothing).await;
            assert!(waited.is_err(), "the readers are being moved");
            Ok(())
        })
        .await
        .expect("moved");
    begin_holding(&mut conn, Uuid::nil(), nothing)
        .await
        .expect("begins now");
    let ended: Result<(), DbError> = end(&mut conn, Ok(())).await;
    ended.expect("ends");
    let counted = conn.transaction::<_, DbError, _>(async |conn| Ok(look(conn).await?.held));
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
    begin_holding(&mut giver, ticket, nothing)
        .await
        .expect("begins");
    assert!(hold(&other, ticket).await.is_err(), "the ticket is held");
    assert!(begin_holding(&mut other, ticket, nothing).await.is_err());
    assert!(!look(&other).await.expect("a row").held, "nor are readers");
    end(&mut giver, Ok::<(), DbError>(())).await.expect("ends");
    begin_holding(&mut other, ticket, nothing)
        .await
        .expect("begins now");
    end(&mut other, Ok::<(), DbError>(())).await.expect("ends");
    app.run_jobs().await;
    app.finish().await;
}
