//! Bulletins (通报): drafted, frozen and published by the supervision office, read by everyone who works with tickets except inspectors, who
//! do not learn who handles.

mod content;
mod draft;
mod errata;
mod freeze;
mod read;

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::bulletin::{Bulletin, BulletinState};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};

pub use draft::{create, discard, replace};
pub use freeze::{freeze, publish};
pub use read::{get, list, name, page};

/// A bulletin of the office's, locked.
async fn lock(conn: &mut Conn, id: Uuid) -> Result<Bulletin> {
    let found = db::bulletin::lock(conn, id).await?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}

/// Refuses what is not for a bulletin that has come so far.
fn only_in(bulletin: &Bulletin, state: BulletinState) -> Result<()> {
    if bulletin.state == state {
        return Ok(());
    }
    let now = bulletin.state.as_str();
    let detail = Text::new(
        format!("通报已是 {now}，不能再作此操作"),
        format!("the bulletin is {now}"),
    );
    Err(Error::with_detail(Code::WrongState, detail).member("state", now))
}
