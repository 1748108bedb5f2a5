//! Pulling: what a phone has missed since its cursor, in pages. A cursor is the snapshot of the pull before, so that nothing
//! committed is skipped whatever the order of commits; later pages see the first page's moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{device, documents};
use crate::db::Conn;
use crate::db::feed::read::{FeedRow, Moment, Question, RowState, lost, missed, present, standing};
use crate::db::mutation::{Receipt, receipts};
use crate::db::sync_cursor::{self, Holder};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::sync::document::Document;
use crate::domain::sync::{Collection, Scope, scopes};
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// Rows on a page when the phone does not say.
pub const DEFAULT_LIMIT: u32 = 500;
/// Most rows on a page.
pub const MAX_LIMIT: u32 = 2_000;

const PAGE: &str = "sync page";

/// What a phone asks for.
#[derive(Debug, Clone)]
pub struct Pull {
    /// The phone, if the request names one.
    pub device_id: Option<Uuid>,
    /// The cursor it has; none: everything.
    pub cursor: Option<String>,
    /// Where the page before ended.
    pub page: Option<String>,
    /// Most rows on this page.
    pub limit: u32,
}

/// What it gets.
#[derive(Debug)]
pub struct Pulled {
    /// The epoch in which the cursor means anything.
    pub epoch: Uuid,
    /// Everything, and not what changed: what the phone has beside is no longer there.
    pub is_snapshot: bool,
    /// Rows, in the order to apply them.
    pub changes: Vec<Change>,
    /// What became of the phone's mutations.
    pub receipts: Vec<Receipt>,
    /// Where the next page begins.
    pub page: Option<String>,
    /// The new cursor; with the last page only.
    pub cursor: Option<String>,
}

/// A row that is new, changed or gone.
#[derive(Debug)]
pub struct Change {
    /// Collection.
    pub collection: Collection,
    /// Id.
    pub id: Uuid,
    /// Version.
    pub rev: i64,
    /// What to do.
    pub op: Op,
}

/// What a phone does with a row.
#[derive(Debug)]
pub enum Op {
    /// Keep this.
    Put(Box<Document>),
    /// It is no more.
    Delete,
    /// It is no longer this reader's.
    Gone {
        /// Why.
        reason: String,
        /// Until when work done on it is still taken.
        accept_until: Option<Timestamp>,
    },
}

/// A pull under way: what later pages need to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Course {
    device_id: Uuid,
    account_id: Uuid,
    role: String,
    cursor: Option<Uuid>,
    seen: Option<String>,
    given: Vec<String>,
    snapshot: String,
    base: i64,
    epoch: Uuid,
    scopes: Vec<String>,
    stage: usize,
    after: (i64, i64),
    sent: bool,
}

/// Before every position.
const START: (i64, i64) = (i64::MIN, i64::MIN);

/// A page of what the phone has missed.
///
/// # Errors
/// `forbidden` for roles that do not sync; `device_unknown`; `cursor_invalid` for a cursor or page of another epoch, device, account or role, or
/// one that was never given.
pub async fn pull(svc: &Services, actor: &Actor, pull: Pull) -> Result<Pulled> {
    require(actor, Action::Sync)?;
    let now: Vec<String> = scopes(actor).iter().map(ToString::to_string).collect();
    let holder = Holder {
        device_id: device::of_request(svc, actor, pull.device_id).await?,
        account_id: actor.account_id,
        role: actor.role,
    };
    let mut conn = svc.conn().await?;
    let begun = match (&pull.page, &pull.cursor) {
        (Some(page), _) => Begun::Course(Box::new(resume(svc, holder, page)?)),
        (None, Some(cursor)) => begin(svc, &mut conn, holder, cursor, &now).await?,
        (None, None) => Begun::Course(Box::new(Course::new(holder, None, &now))),
    };
    let course = match begun {
        Begun::Course(course) => *course,
        Begun::NothingMissed(pulled) => return Ok(pulled),
    };
    let (course, rows, page) = conn
        .build_transaction()
        .read_only()
        .repeatable_read()
        .run(async |conn| read_page(svc, conn, actor, course, &now, pull.limit).await)
        .await?;
    let more = page.is_some();
    let cursor = match (more, course.cursor, course.sent) {
        (true, _, _) => None,
        (false, Some(same), false) => Some(same),
        (false, _, _) => Some(give(svc, &mut conn, holder, &course).await?),
    };
    Ok(Pulled {
        epoch: course.epoch,
        is_snapshot: course.seen.is_none(),
        changes: rows.changes,
        receipts: rows.receipts,
        page: page.map(|course| svc.sealer.seal(PAGE, &course)),
        cursor: cursor.map(|token| token.simple().to_string()),
    })
}

enum Begun {
    Course(Box<Course>),
    NothingMissed(Pulled),
}

/// From a cursor: an empty delta is answered at once, without a write and with the same cursor.
async fn begin(
    svc: &Services,
    conn: &mut Conn,
    holder: Holder,
    cursor: &str,
    now: &[String],
) -> Result<Begun> {
    let invalid = || Error::new(Code::CursorInvalid);
    let token = Uuid::try_parse(cursor).map_err(|_no_cursor| invalid())?;
    let standing = standing(conn, token, holder, now)
        .await?
        .filter(|standing| standing.of_this_epoch);
    let Some(standing) = standing else {
        metrics::counter!("sync_cursors_invalid_total").increment(1);
        return Err(invalid());
    };
    if !standing.presented {
        sync_cursor::note_presented(conn, token, svc.now()).await?;
    }
    if !standing.changed && standing.scopes == now {
        return Ok(Begun::NothingMissed(Pulled {
            epoch: standing.epoch,
            is_snapshot: false,
            changes: Vec::new(),
            receipts: Vec::new(),
            page: None,
            cursor: Some(token.simple().to_string()),
        }));
    }
    let mut course = Course::new(holder, Some((token, standing.snapshot)), now);
    // Other scopes are news by themselves: the next cursor must say so.
    course.sent = standing.scopes != now;
    course.given = standing.scopes;
    Ok(Begun::Course(Box::new(course)))
}

/// From the page before.
fn resume(svc: &Services, holder: Holder, page: &str) -> Result<Course> {
    let course: Course = svc
        .sealer
        .open(PAGE, page)
        .map_err(|_forged| Error::new(Code::CursorInvalid))?;
    let same_holder = course.device_id == holder.device_id
        && course.account_id == holder.account_id
        && course.role == holder.role.as_str();
    if same_holder {
        Ok(course)
    } else {
        Err(Error::new(Code::CursorInvalid))
    }
}

/// The cursor is committed before the phone hears of it.
async fn give(svc: &Services, conn: &mut Conn, holder: Holder, course: &Course) -> Result<Uuid> {
    let token = Uuid::new_v4();
    let moment = Moment {
        snapshot: course.snapshot.clone(),
        base: course.base,
        epoch: course.epoch,
    };
    sync_cursor::give(conn, token, holder, &moment, &course.scopes, svc.now()).await?;
    Ok(token)
}

impl Course {
    fn new(holder: Holder, seen: Option<(Uuid, String)>, scopes: &[String]) -> Self {
        let (cursor, seen) = seen.unzip();
        Self {
            device_id: holder.device_id,
            account_id: holder.account_id,
            role: holder.role.as_str().to_owned(),
            cursor,
            seen,
            given: Vec::new(),
            snapshot: String::new(),
            base: 0,
            epoch: Uuid::nil(),
            scopes: scopes.to_vec(),
            stage: 0,
            after: START,
            sent: false,
        }
    }

    /// Scopes that the phone was given and that are no longer its reader's come first, then those that are.
    fn stages(&self) -> Vec<Stage<'_>> {
        let lost = self.given.iter().filter(|was| !self.scopes.contains(was));
        let kept = |scope: &String| self.seen.is_some() && self.given.contains(scope);
        lost.map(|scope| Stage::Lost(scope))
            .chain(self.scopes.iter().map(|scope| {
                if kept(scope) {
                    Stage::Changed(scope)
                } else {
                    Stage::Granted(scope)
                }
            }))
            .collect()
    }

    fn question<'a>(
        &'a self,
        stage: &Stage<'a>,
        collections: &'a [&'static str],
        current: &'a [String],
        limit: i64,
    ) -> Question<'a> {
        let scope = stage.scope();
        let earlier = self.scopes.iter().position(|it| it == scope).unwrap_or(0);
        Question {
            scope,
            seen: match stage {
                Stage::Granted(_) => None,
                Stage::Changed(_) | Stage::Lost(_) => self.seen.as_deref(),
            },
            until: &self.snapshot,
            base: self.base,
            collections,
            earlier: self.overlapping(earlier),
            current,
            after: self.after,
            limit,
        }
    }

    /// The first scopes, without that of reference data: no other holds what it holds.
    fn overlapping(&self, count: usize) -> &[String] {
        let scopes = self.scopes.get(..count).unwrap_or_default();
        match scopes.split_first() {
            Some((first, rest)) if *first == Scope::Ref.to_string() => rest,
            _ => scopes,
        }
    }
}

enum Stage<'a> {
    Lost(&'a str),
    Changed(&'a str),
    Granted(&'a str),
}

impl<'a> Stage<'a> {
    fn scope(&self) -> &'a str {
        match self {
            Self::Lost(scope) | Self::Changed(scope) | Self::Granted(scope) => scope,
        }
    }
}

#[derive(Default)]
struct Sent {
    changes: Vec<Change>,
    receipts: Vec<Receipt>,
}

/// One page, full unless it is the last; and the course of the next.
async fn read_page(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    mut course: Course,
    now: &[String],
    limit: u32,
) -> Result<(Course, Sent, Option<Course>)> {
    let present = present(conn, course.seen.as_deref(), &course.scopes).await?;
    if course.snapshot.is_empty() {
        course.snapshot = present.moment.snapshot;
        course.base = present.moment.base;
        course.epoch = present.moment.epoch;
    } else if course.epoch != present.moment.epoch {
        return Err(Error::new(Code::CursorInvalid));
    }
    let reference = svc.reference.as_of(conn, present.stamps).await?;
    let collections: Vec<&'static str> = Collection::of(actor.role)
        .iter()
        .map(|collection| collection.as_str())
        .collect();
    let reader = Reader {
        collections: &collections,
        now,
        moved: &present.moved,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (rows, more) = fill(conn, &mut course, &reader, limit).await?;
    course.sent |= !rows.is_empty();
    let sent = complete(&reference, conn, actor, &course, now, rows).await?;
    let next = more.then(|| course.clone());
    Ok((course, sent, next))
}

/// Whose page it is.
struct Reader<'a> {
    collections: &'a [&'static str],
    /// The scopes that it has now.
    now: &'a [String],
    /// Those in which anything may have changed since what the phone has seen.
    moved: &'a [String],
}

/// Rows of one stage after the other until the page is full; whether there are more.
async fn fill(
    conn: &mut Conn,
    course: &mut Course,
    reader: &Reader<'_>,
    limit: usize,
) -> Result<(Vec<FeedRow>, bool)> {
    let mut rows: Vec<FeedRow> = Vec::new();
    loop {
        let wanted = limit - rows.len();
        let ask = i64::try_from(wanted + 1).unwrap_or(i64::MAX);
        let found = {
            let stages = course.stages();
            let Some(stage) = stages.get(course.stage) else {
                return Ok((rows, false));
            };
            // A scope lost since the first page sends nothing more; the next pull tells.
            let is_in = |scopes: &[String]| scopes.iter().any(|scope| scope == stage.scope());
            let question = course.question(stage, reader.collections, reader.now, ask);
            match stage {
                Stage::Lost(_) => lost(conn, &question).await?,
                Stage::Granted(_) if is_in(reader.now) => missed(conn, &question).await?,
                Stage::Changed(_) if is_in(reader.now) && is_in(reader.moved) => {
                    missed(conn, &question).await?
                }
                Stage::Changed(_) | Stage::Granted(_) => Vec::new(),
            }
        };
        let more = found.len() > wanted;
        let mut taken: Vec<FeedRow> = found.into_iter().take(wanted).collect();
        if more {
            // A page that the stage before has filled took nothing of this one: it still begins at its start.
            course.after = taken.last().map_or(course.after, |row| row.at);
        }
        rows.append(&mut taken);
        if more {
            return Ok((rows, true));
        }
        course.stage += 1;
        course.after = START;
    }
}

/// Rows with their documents, in their order; receipts apart.
async fn complete(
    reference: &Reference,
    conn: &mut Conn,
    actor: &Actor,
    course: &Course,
    now: &[String],
    rows: Vec<FeedRow>,
) -> Result<Sent> {
    let readable: Vec<String> = course
        .scopes
        .iter()
        .filter(|scope| now.contains(scope))
        .cloned()
        .collect();
    let mids: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.collection == Collection::Receipts)
        .map(|row| row.id)
        .collect();
    let receipts = if mids.is_empty() {
        Vec::new()
    } else {
        receipts(conn, actor.account_id, &mids).await?
    };
    let mut found = documents::load(reference, conn, actor, &readable, &rows).await?;
    let changes = rows
        .into_iter()
        .filter(|row| row.collection != Collection::Receipts)
        .map(|row| change(row, &mut found))
        .collect();
    Ok(Sent { changes, receipts })
}

fn change(row: FeedRow, found: &mut documents::Found) -> Change {
    let op = match row.state {
        RowState::Present => found
            .remove(&(row.collection, row.id))
            .map_or(Op::Delete, |document| Op::Put(Box::new(document))),
        RowState::Deleted => Op::Delete,
        RowState::Left => Op::Gone {
            reason: row.reason.unwrap_or_default(),
            accept_until: row.accept_until,
        },
    };
    Change {
        collection: row.collection,
        id: row.id,
        rev: row.rev,
        op,
    }
}
