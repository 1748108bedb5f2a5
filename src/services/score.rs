//! Scores (得分率) as supervisors read them: by round, district or kind of check point.

use std::collections::BTreeMap;

use crate::db;
use crate::db::observation::AtPoint;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::score::{Score, ScoreBy, ScoreFilter, Tally};
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// The scores of each group, and of all together.
///
/// # Errors
/// `forbidden`.
pub async fn read(
    svc: &Services,
    actor: &Actor,
    by: ScoreBy,
    filter: &ScoreFilter,
) -> Result<(Vec<Score>, Tally)> {
    require(actor, Action::ReadScores)?;
    let mut conn = svc.conn().await?;
    let reference = svc.reference.current(&mut conn).await?;
    let mut total = Tally::default();
    let mut groups: BTreeMap<Option<String>, Tally> = BTreeMap::new();
    for counted in db::observation::counts(&mut conn, filter).await? {
        let district = district(&reference, &counted);
        if filter.district.is_some() && filter.district != district {
            continue;
        }
        let group = match by {
            ScoreBy::Round => counted.round_id.map(|id| id.to_string()),
            ScoreBy::District => district,
            ScoreBy::Kind => Some(counted.kind),
        };
        groups.entry(group).or_default().add(&counted.tally);
        total.add(&counted.tally);
    }
    let scores = groups
        .into_iter()
        .map(|(group, tally)| Score { group, tally });
    Ok((scores.collect(), total))
}

/// The district that a point was drawn in; outside a draw the one that it lies in now.
fn district(reference: &Reference, counted: &AtPoint) -> Option<String> {
    counted.district.clone().or_else(|| {
        let point = reference.check_point(counted.point_id)?;
        let idx = reference.areas.districts.locate(point.point).area?;
        reference
            .areas
            .district(idx)
            .map(|(code, _)| code.to_owned())
    })
}
