//! 留言: anyone who can see the ticket may say something, with photos. The state stays.

use super::case::{Case, Entry};
use crate::db::Conn;
use crate::domain::ticket::command::Comment;
use crate::services::error::Result;

/// Adds a comment to the trail.
///
/// # Errors
/// Those of declaring its photos.
pub(super) async fn comment(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Comment,
) -> Result<Entry> {
    case.declare(conn, &command.photos).await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion: command.text,
        photos: command.photos,
        ..Entry::default()
    })
}
