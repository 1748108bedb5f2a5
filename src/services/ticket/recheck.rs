//! 核查: somebody who neither reported it nor belongs to the lead unit looks at it again.

use serde_json::json;

use super::case::{Case, Entry};
use super::trail;
use crate::db::Conn;
use crate::domain::text::Text;
use crate::domain::ticket::command::{Recheck, RecheckResult};
use crate::services::error::{Error, Result};
use crate::services::task;

/// `awaiting_recheck` → closed (pass), rectifying (fail); stays (unable).
///
/// # Errors
/// `photos_pending` while the submission's photos are not all here; `invalid` for a pass or fail
/// without a photo where the condition asks for after-photos, and for anything but a pass without a word of why.
pub(super) async fn recheck(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Recheck,
) -> Result<Entry> {
    check(&command, case.condition()?.min_after_photos > 0)?;
    case.declare(conn, &command.photos).await?;
    let fix = trail::fix(command.fix.as_ref(), case.reference.policies.fix_max_age_s);
    let calendar = case.calendar();
    case.ticket.recheck(command.result, &calendar, case.now);
    if case.with_tasks {
        task::rechecked(conn, case.actor, case.ticket.id, command.result, case.now).await?;
    }
    Ok(Entry {
        opinion: command.opinion,
        data: json!({ "result": command.result.as_str(), "fix": fix }),
        photos: command.photos,
        ..Entry::default()
    })
}

/// Whether enough is said and shown.
pub(in crate::services) fn check(command: &Recheck, photos_wanted: bool) -> Result<()> {
    if command.result != RecheckResult::Unable && photos_wanted && command.photos.is_empty() {
        return Err(Error::invalid_field(
            "/attachments",
            "photos_required",
            Text::new("核查须附现场照片", "a recheck needs a photo of the place"),
        ));
    }
    if command.result != RecheckResult::Pass && command.opinion.is_empty() {
        return Err(Error::invalid_field(
            "/opinion",
            "opinion_required",
            Text::new("请写明原因", "say why"),
        ));
    }
    Ok(())
}
