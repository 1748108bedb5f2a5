//! Policies (参数): read and set by version. What decides a ticket's clock is frozen on the ticket when it is filed, so a
//! change moves no deadline that runs.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::policy::{Policies, PolicyError};
use crate::domain::reference::PolicyVersion;
use crate::domain::text::Text;
use crate::services::error::FieldError;
use crate::services::{Error, Result, Services};

/// Key of the unit that has what nobody has (属地兜底).
pub const FALLBACK_UNIT: &str = "routing.fallback_unit";

/// A policy, as an administrator reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyView {
    /// Key.
    pub key: String,
    /// Value in force.
    pub value: Value,
    /// Value before anyone set it.
    pub default: Value,
    /// Version in force; 0 for the default.
    pub version: u32,
    /// What it means.
    pub meaning: Text,
    /// When it was set; none for the default.
    pub set_at: Option<Timestamp>,
}

/// The policies in force.
///
/// # Errors
/// `internal` when a stored value does not fit its policy.
pub async fn current(conn: &mut Conn) -> Result<Policies> {
    let rows = db::policy::rows_in_force(conn).await?;
    Ok(Policies::with(rows).map_err(anyhow::Error::from)?)
}

/// Lists every policy.
///
/// # Errors
/// `forbidden`.
pub async fn list(svc: &Services, actor: &Actor) -> Result<Vec<PolicyView>> {
    require(actor, Action::ReadPolicies)?;
    let mut conn = svc.conn().await?;
    Ok(views(db::policy::versions_in_force(&mut conn).await?))
}

/// Sets policies, all or none, and answers every policy. A value that is in force already makes no version.
///
/// # Errors
/// `forbidden`; `invalid` with a pointer to each change that cannot be made.
pub async fn change(
    svc: &Services,
    actor: &Actor,
    changes: Map<String, Value>,
) -> Result<Vec<PolicyView>> {
    require(actor, Action::ChangePolicies)?;
    let mut conn = svc.conn().await?;
    conn.transaction(async |conn| {
        db::policy::lock(conn).await?;
        let in_force = current(conn).await?.values();
        let next = check(conn, &changes).await?.values();
        for key in changes.keys() {
            let value = next.get(key).unwrap_or(&Value::Null);
            if in_force.get(key) != Some(value) {
                db::policy::set(conn, key, value, Some(actor.account_id), svc.now()).await?;
            }
        }
        Ok(views(db::policy::versions_in_force(conn).await?))
    })
    .await
}

/// The policies as they would be.
async fn check(conn: &mut Conn, changes: &Map<String, Value>) -> Result<Policies> {
    let mut policies = current(conn).await?;
    let mut faults = Vec::new();
    for (key, value) in changes {
        match policies.set(key, value.clone()) {
            Ok(changed) => policies = changed,
            Err(error) => faults.push(fault(key, &error)),
        }
    }
    if let Some(code) = &policies.fallback_unit
        && changes.contains_key(FALLBACK_UNIT)
        && db::unit::find_by_code(conn, code).await?.is_none()
    {
        faults.push(FieldError::new(
            pointer(FALLBACK_UNIT),
            "unknown_unit",
            Text::new(
                format!("没有代码为“{code}”的单位"),
                format!("there is no unit {code:?}"),
            ),
        ));
    }
    if faults.is_empty() {
        Ok(policies)
    } else {
        Err(Error::invalid(faults))
    }
}

fn fault(key: &str, error: &PolicyError) -> FieldError {
    match error {
        PolicyError::UnknownKey(_) => FieldError::new(
            pointer(key),
            "unknown_policy",
            Text::new(format!("没有参数“{key}”"), error.to_string()),
        ),
        PolicyError::Value { source, .. } => FieldError::new(
            pointer(key),
            "does_not_fit",
            Text::new(format!("取值不符合要求：{source}"), source.to_string()),
        ),
    }
}

/// JSON pointer (RFC 6901) to a change.
fn pointer(key: &str) -> String {
    format!("/changes/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn views(set: Vec<PolicyVersion>) -> Vec<PolicyView> {
    let mut set: HashMap<String, PolicyVersion> = set
        .into_iter()
        .map(|version| (version.key.clone(), version))
        .collect();
    let view = |(key, default): (String, Value)| {
        let set = set.remove(&key);
        let meaning = Policies::meaning(&key);
        PolicyView {
            version: set.as_ref().map_or(0, |set| set.version),
            set_at: set.as_ref().map(|set| set.set_at),
            value: set.map_or_else(|| default.clone(), |set| set.value),
            default,
            meaning: meaning.unwrap_or_else(|| Text::new(key.clone(), key.clone())),
            key,
        }
    };
    Policies::default().values().into_iter().map(view).collect()
}
