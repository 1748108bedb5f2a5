//! Planning: a draft can be replaced as a whole until it is drawn.

use uuid::Uuid;

use super::{lock, only_in};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::round::{Round, RoundPlan, RoundState};
use crate::domain::text::Text;
use crate::services::error::{Error, FieldError, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;

/// Plans a round.
///
/// # Errors
/// `forbidden`; `invalid` for a kind of point or a district that there is not.
pub async fn create(svc: &Services, actor: &Actor, plan: RoundPlan) -> Result<Round> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    check(svc, &mut conn, &plan).await?;
    let round = Round {
        id: Uuid::new_v4(),
        plan,
        state: RoundState::Draft,
        seed: None,
        created_by: actor.account_id,
        created_at: as_stored(svc.now()),
        drawn_at: None,
        released_at: None,
    };
    db::round::insert(&mut conn, &round).await?;
    Ok(round)
}

/// Plans a draft anew.
///
/// # Errors
/// As [`create`]; `not_found`; `wrong_state` once it is drawn.
pub async fn replace(svc: &Services, actor: &Actor, id: Uuid, plan: RoundPlan) -> Result<Round> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut round = lock(conn, id).await?;
        only_in(&round, &[RoundState::Draft])?;
        check(svc, conn, &plan).await?;
        round.plan = plan;
        db::round::update(conn, &round).await?;
        Ok(round)
    })
    .await
}

/// Throws a draft away.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state` once it is drawn: nobody may make a draw unseen.
pub async fn discard(svc: &Services, actor: &Actor, id: Uuid) -> Result<()> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let round = lock(conn, id).await?;
        only_in(&round, &[RoundState::Draft])?;
        Ok(db::round::delete(conn, id).await?)
    })
    .await
}

/// Every stratum is one that the city has.
async fn check(svc: &Services, conn: &mut Conn, plan: &RoundPlan) -> Result<()> {
    let reference = svc.reference.current(conn).await?;
    let districts = reference.areas.districts.areas();
    let kinds = db::check_point::kinds(conn).await?;
    let mut faults = Vec::new();
    for (index, quota) in plan.quotas.iter().enumerate() {
        if !kinds.iter().any(|kind| kind.code == quota.kind) {
            faults.push(FieldError::new(
                format!("/quotas/{index}/kind"),
                "kind_unknown",
                Text::new("没有这种点位类型", "there is no such kind of point"),
            ));
        }
        let named = quota.district.as_ref();
        if named.is_some_and(|code| !districts.iter().any(|district| district.code == *code)) {
            faults.push(FieldError::new(
                format!("/quotas/{index}/district"),
                "district_unknown",
                Text::new("没有这个区县", "there is no such district"),
            ));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(faults))
    }
}
