//! Endpoints and deliveries on the wire. What holds a secret has no `Debug`, so that it cannot be logged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::webhook::{Attempt, Delivery, Endpoint, message_name};
use crate::services::webhook::{Change, Made, NewEndpoint};

/// An endpoint to be made.
#[derive(Deserialize, ToSchema)]
pub struct WebhookIn {
    /// Where to: https, to a public address unless the server is configured otherwise.
    #[schema(example = "https://oa.example.gov.cn/xuncha")]
    url: String,
    /// What for.
    #[serde(default)]
    description: String,
    /// Kinds of messages; empty or left out: all.
    #[serde(default)]
    #[schema(example = json!(["ticket.file", "ticket.supervise", "supervision.digest"]))]
    events: Vec<String>,
}

/// What to change of an endpoint; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub struct WebhookPatchIn {
    /// Where to.
    url: Option<String>,
    /// What for.
    description: Option<String>,
    /// Kinds of messages; empty: all.
    events: Option<Vec<String>>,
    /// `false` switches it off, and what waits for it is given up; `true` on again.
    enabled: Option<bool>,
}

/// What to send again: one delivery, or all that was given up since an instant.
#[derive(Deserialize, ToSchema)]
pub struct ReplayIn {
    /// A delivery, whatever became of it.
    pub delivery: Option<Uuid>,
    /// Messages since then that were given up (RFC 3339).
    pub failed_since: Option<Timestamp>,
}

/// How many are sent again.
#[derive(Serialize, ToSchema)]
pub struct ReplayOut {
    /// Deliveries.
    pub deliveries: usize,
}

/// An endpoint.
#[derive(Serialize, ToSchema)]
pub struct WebhookOut {
    /// Id.
    id: Uuid,
    /// Where to.
    url: String,
    /// What for.
    description: String,
    /// Kinds of messages; empty: all.
    events: Vec<String>,
    /// When it was made.
    created_at: Timestamp,
    /// Since when every attempt has failed.
    failing_since: Option<Timestamp>,
    /// Since when it is told nothing.
    disabled_at: Option<Timestamp>,
    /// Why: `by_hand`, `failing` (for five days) or `gone` (it answered 410).
    #[schema(example = "failing")]
    disabled_why: Option<&'static str>,
}

/// An endpoint with its new secret.
#[derive(Serialize, ToSchema)]
pub struct WebhookSecretOut {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: WebhookOut,
    /// The key of its signatures, shown this once.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// Endpoints.
#[derive(Serialize, ToSchema)]
pub struct WebhookListOut {
    /// Oldest first.
    pub items: Vec<WebhookOut>,
    /// Always null: the list is whole.
    pub next_cursor: Option<String>,
}

/// A page of the delivery log.
#[derive(Serialize, ToSchema)]
pub struct DeliveryPageOut {
    /// Latest first.
    pub items: Vec<DeliveryOut>,
    /// Where the next page begins; none on the last.
    pub next_cursor: Option<String>,
}

/// One message on its way to the endpoint.
#[derive(Serialize, ToSchema)]
pub struct DeliveryOut {
    /// Id, for a replay.
    id: Uuid,
    /// `webhook-id` of the message.
    message: String,
    /// `ticket.acknowledge`.
    #[serde(rename = "type")]
    kind: String,
    /// When it happened.
    created_at: Timestamp,
    /// `waiting`, `delivered` or `failed` (given up).
    state: String,
    /// When it is tried next, while it waits.
    next_at: Option<Timestamp>,
    /// What is sent.
    #[schema(value_type = Object)]
    body: Box<RawValue>,
    /// Oldest first.
    attempts: Vec<AttemptOut>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
pub struct AttemptOut {
    /// When.
    at: Timestamp,
    /// What was answered.
    status: Option<u16>,
    /// Why nothing was answered.
    error: Option<String>,
}

impl From<WebhookIn> for NewEndpoint {
    fn from(body: WebhookIn) -> Self {
        Self {
            url: body.url,
            description: body.description,
            events: body.events,
        }
    }
}

impl From<WebhookPatchIn> for Change {
    fn from(body: WebhookPatchIn) -> Self {
        Self {
            url: body.url,
            description: body.description,
            events: body.events,
            enabled: body.enabled,
        }
    }
}

impl From<Endpoint> for WebhookOut {
    fn from(endpoint: Endpoint) -> Self {
        let (disabled_at, why) = endpoint.disabled.unzip();
        Self {
            id: endpoint.id,
            url: endpoint.url,
            description: endpoint.description,
            events: endpoint.events,
            created_at: endpoint.created_at,
            failing_since: endpoint.failing_since,
            disabled_at,
            disabled_why: why.map(|why| why.as_str()),
        }
    }
}

impl From<Made> for WebhookSecretOut {
    fn from(made: Made) -> Self {
        Self {
            endpoint: made.endpoint.into(),
            secret: made.secret,
        }
    }
}

impl TryFrom<Delivery> for DeliveryOut {
    type Error = anyhow::Error;

    fn try_from(delivery: Delivery) -> anyhow::Result<Self> {
        let waits = delivery.state == "waiting";
        Ok(Self {
            id: delivery.id,
            message: message_name(delivery.message_id),
            kind: delivery.kind,
            created_at: delivery.created_at,
            next_at: waits.then_some(delivery.next_at),
            state: delivery.state,
            body: RawValue::from_string(delivery.body)?,
            attempts: delivery
                .attempts
                .into_iter()
                .map(AttemptOut::from)
                .collect(),
        })
    }
}

impl From<Attempt> for AttemptOut {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at,
            status: attempt.status,
            error: attempt.error,
        }
    }
}
