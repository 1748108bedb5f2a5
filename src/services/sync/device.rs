//! Which phone is syncing. A cursor belongs to a device, so one must be known: that of the login, or one that the request names
//! and that no other account has.

use uuid::Uuid;

use crate::db;
use crate::domain::account::Actor;
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// The device of a request.
///
/// # Errors
/// `device_unknown` when the request names another than the login's, or one of another account; `malformed_header` when
/// neither names any.
pub async fn of_request(svc: &Services, actor: &Actor, named: Option<Uuid>) -> Result<Uuid> {
    match (actor.device_id, named) {
        (Some(own), None) => Ok(own),
        (Some(own), Some(named)) if own == named => Ok(own),
        (Some(_), Some(_)) => Err(Error::new(Code::DeviceUnknown)),
        (None, Some(named)) => {
            let mut conn = svc.conn().await?;
            let ours =
                db::session::device::adopt(&mut conn, named, actor.account_id, svc.now()).await?;
            if ours {
                Ok(named)
            } else {
                Err(Error::new(Code::DeviceUnknown))
            }
        }
        (None, None) => Err(Error::with_detail(
            Code::MalformedHeader,
            Text::new(
                "请在登录时或用 X-Device-Id 指明设备",
                "name the device at login or in X-Device-Id",
            ),
        )),
    }
}
