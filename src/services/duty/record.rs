//! Recording a duty.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::duty::{Duty, DutyKind, DutyPlace};
use crate::domain::text::Text;
use crate::services::error::{Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;
use crate::services::ticket::named_unit;

/// The place as an administrator names it.
#[derive(Debug, Clone)]
pub enum Place {
    /// Code of a unit.
    Unit(String),
    /// Id of a check point.
    Point(Uuid),
    /// Code of a district or zone.
    Area(String),
}

/// A duty to be recorded.
#[derive(Debug, Clone)]
pub struct NewDuty {
    /// What.
    pub kind: DutyKind,
    /// Where.
    pub place: Place,
    /// Who.
    pub person: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Account of a sponsor, who reads the tickets of the place.
    pub account_id: Option<Uuid>,
    /// Since when; none is now.
    pub valid_from: Option<Timestamp>,
}

/// Records a duty that lasts from an instant that is not to come.
///
/// # Errors
/// `forbidden`; `invalid` for a place, an account or a time that cannot be.
pub async fn record(svc: &Services, actor: &Actor, new: NewDuty) -> Result<Duty> {
    require(actor, Action::ChangeReference)?;
    let now = as_stored(svc.now());
    let valid_from = new.valid_from.map_or(now, as_stored);
    if valid_from > now {
        return Err(refuse(
            "/valid_from",
            "to_come",
            "不得晚于当前时间",
            "must not be to come",
        ));
    }
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        if let Some(account_id) = new.account_id {
            check_account(conn, new.kind, account_id).await?;
        }
        let duty = Duty {
            id: Uuid::new_v4(),
            kind: new.kind,
            place: place(svc, conn, new.place).await?,
            person: new.person,
            phone: new.phone,
            account_id: new.account_id,
            valid_from,
            valid_until: None,
        };
        db::duty::insert(conn, &duty, actor.account_id).await?;
        Ok(duty)
    })
    .await
}

async fn place(svc: &Services, conn: &mut Conn, named: Place) -> Result<DutyPlace> {
    let reference = svc.reference.current(conn).await?;
    match named {
        Place::Unit(code) => {
            let unit = named_unit(&reference, &code, "/unit")?;
            Ok(DutyPlace::Unit(unit.id))
        }
        Place::Point(id) => match reference.check_point(id) {
            Some(_) => Ok(DutyPlace::Point(id)),
            None => Err(refuse(
                "/point",
                "point_unknown",
                "没有这个点位",
                "there is no such check point",
            )),
        },
        Place::Area(code) => {
            let areas = db::area::list(conn).await?;
            if areas.iter().any(|area| area.code == code) {
                return Ok(DutyPlace::Area(code));
            }
            Err(refuse(
                "/area",
                "area_unknown",
                "没有这个区县或区域",
                "there is no such district or zone",
            ))
        }
    }
}

async fn check_account(conn: &mut Conn, kind: DutyKind, account_id: Uuid) -> Result<()> {
    let account = db::account::find(conn, account_id).await?;
    let is_sponsor = account.is_some_and(|account| account.role == Role::Sponsor);
    if kind == DutyKind::Sponsor && is_sponsor {
        return Ok(());
    }
    Err(refuse(
        "/account",
        "no_sponsor",
        "只有包保领导可关联账号，且账号角色须为 sponsor",
        "only a sponsor has an account here, one with the role sponsor",
    ))
}

fn refuse(pointer: &str, code: &'static str, zh: &'static str, en: &'static str) -> Error {
    Error::invalid_field(pointer, code, Text::new(zh, en))
}
