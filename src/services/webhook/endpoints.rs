//! Making and changing endpoints. A secret is shown once, when it is made; it lies sealed.

use uuid::Uuid;

use super::{PURPOSE, lock, owner, there};
use crate::db::{self, AsyncConnection as _};
use crate::domain::account::Actor;
use crate::domain::text::Text;
use crate::domain::webhook::{
    DisabledWhy, Endpoint, FORMER_SECRET_FOR, MAX_ENDPOINTS, MAX_TEXT_CHARS, kinds,
};
use crate::gateways::webhooks::signature::new_secret;
use crate::services::error::{Error, Result};
use crate::services::input::fault::Faults;
use crate::services::report::as_stored;
use crate::services::state::Services;

/// An endpoint to be made.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Where to.
    pub url: String,
    /// What for.
    pub description: String,
    /// Which kinds; empty is all.
    pub events: Vec<String>,
}

/// What its owner changes; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Where to.
    pub url: Option<String>,
    /// What for.
    pub description: Option<String>,
    /// Which kinds; empty is all.
    pub events: Option<Vec<String>>,
    /// Whether it is told anything.
    pub enabled: Option<bool>,
}

/// An endpoint with its new secret.
#[derive(Debug)]
pub struct Made {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// `whsec_…`; not shown again.
    pub secret: String,
}

/// Makes an endpoint.
///
/// # Errors
/// `forbidden`; `invalid`.
pub async fn create(svc: &Services, actor: &Actor, new: NewEndpoint) -> Result<Made> {
    let owner = owner(actor)?;
    let endpoint = Endpoint {
        id: Uuid::new_v4(),
        unit_id: owner,
        url: new.url,
        description: new.description,
        events: new.events,
        created_at: as_stored(svc.now()),
        failing_since: None,
        disabled: None,
    };
    check(svc, &endpoint)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        // What is changing now did not ask for it; what changes from its answer on will.
        db::feed::move_readers(conn).await?;
        if db::webhook::list(conn, owner).await?.len() >= MAX_ENDPOINTS {
            return Err(Error::invalid_field(
                "/url",
                "too_many",
                Text::new(
                    format!("最多 {MAX_ENDPOINTS} 个接收端"),
                    format!("at most {MAX_ENDPOINTS} endpoints"),
                ),
            ));
        }
        let secret = new_secret();
        let sealed = svc.sealer.seal(PURPOSE, &secret);
        db::webhook::insert(conn, &endpoint, &sealed, actor.account_id).await?;
        Ok(Made { endpoint, secret })
    })
    .await
}

/// The caller's endpoints.
///
/// # Errors
/// `forbidden`.
pub async fn list(svc: &Services, actor: &Actor) -> Result<Vec<Endpoint>> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    Ok(db::webhook::list(&mut conn, owner).await?)
}

/// One of them.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Endpoint> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    there(db::webhook::find(&mut conn, owner, id).await?)
}

/// Changes one. Switched off, it loses what waits for it; switched on again, it is told of what happens from then on.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn change(svc: &Services, actor: &Actor, id: Uuid, change: Change) -> Result<Endpoint> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        if change.enabled == Some(true) {
            db::feed::move_readers(conn).await?;
        }
        let mut endpoint = lock(conn, owner, id).await?;
        if let Some(url) = change.url {
            endpoint.url = url;
        }
        if let Some(description) = change.description {
            endpoint.description = description;
        }
        if let Some(events) = change.events {
            endpoint.events = events;
        }
        check(svc, &endpoint)?;
        match change.enabled {
            Some(true) => {
                endpoint.disabled = None;
                endpoint.failing_since = None;
            }
            Some(false) if endpoint.disabled.is_none() => {
                endpoint.disabled = Some((as_stored(svc.now()), DisabledWhy::ByHand));
                db::webhook::delivery::give_up(conn, id).await?;
            }
            Some(false) | None => {}
        }
        db::webhook::update(conn, &endpoint).await?;
        Ok(endpoint)
    })
    .await
}

/// Gives one a new secret. The one before signs beside it for a day, so that no message is refused while the receiver changes over.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn rotate(svc: &Services, actor: &Actor, id: Uuid) -> Result<Made> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let endpoint = lock(conn, owner, id).await?;
        let secret = new_secret();
        let sealed = svc.sealer.seal(PURPOSE, &secret);
        db::webhook::rotate(conn, id, &sealed, svc.now() + FORMER_SECRET_FOR).await?;
        Ok(Made { endpoint, secret })
    })
    .await
}

/// Removes one with its log.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn remove(svc: &Services, actor: &Actor, id: Uuid) -> Result<()> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        lock(conn, owner, id).await?;
        Ok(db::webhook::remove(conn, id).await?)
    })
    .await
}

fn check(svc: &Services, endpoint: &Endpoint) -> Result<()> {
    let mut faults = Faults::default();
    faults.check_length("/url", &endpoint.url, MAX_TEXT_CHARS);
    faults.check_length("/description", &endpoint.description, MAX_TEXT_CHARS);
    if let Err(refused) = svc.webhooks.check(&endpoint.url) {
        let zh = "应为 https 公网地址（内网地址须由服务器配置允许）";
        let en = format!(
            "{refused}; https to a public address, unless the server is configured otherwise"
        );
        faults.add("/url", "url_refused", zh, &en);
    }
    for (index, event) in endpoint.events.iter().enumerate() {
        if !kinds().any(|kind| kind == *event) {
            let all = kinds().collect::<Vec<_>>().join(", ");
            let pointer = format!("/events/{index}");
            let (zh, en) = (format!("应为：{all}"), format!("one of {all}"));
            faults.add(pointer, "unknown_event", &zh, &en);
        }
    }
    faults.refuse_or(())
}
