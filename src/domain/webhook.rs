//! Webhooks: other systems of the city are told what happens to tickets, by the Standard Webhooks specification
//! (<https://www.standardwebhooks.com>). Here is who is told what, and how often it is tried.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::ticket::machine::RULES;

/// Most endpoints of one owner.
pub const MAX_ENDPOINTS: usize = 20;
/// Longest URL or description, in characters.
pub const MAX_TEXT_CHARS: usize = 500;
/// How long the secret before a rotation still signs beside the new one.
pub const FORMER_SECRET_FOR: SignedDuration = SignedDuration::from_hours(24);
/// An endpoint that has failed for so long is switched off.
pub const DEAD_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How long messages and their log are kept.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// 督办汇总: what the ladder issued to a unit at one time.
pub const DIGEST: &str = "supervision.digest";
/// To try an endpoint.
pub const PING: &str = "webhook.ping";
/// What rules do to tickets, beside the commands of the machine.
const BY_RULE: [&str; 5] = [
    "release",
    "photos_arrived",
    "resume",
    "recompute_deadline",
    "hand_over",
];

/// Pauses after the first, second, … failed attempt; after the last of them one more attempt is made.
const PAUSES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// How long to wait after the attempt of this number, from 1; none when that was the last.
pub fn pause_after(attempt: u32) -> Option<SignedDuration> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    PAUSES.get(index).copied()
}

/// Every kind of message that an endpoint can ask for.
pub fn kinds() -> impl Iterator<Item = String> {
    let commands = RULES.iter().map(|rule| rule.command.as_str());
    commands
        .chain(BY_RULE)
        .map(|command| format!("ticket.{command}"))
        .chain([DIGEST.to_owned()])
}

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisabledWhy {
    /// Its owner switched it off.
    ByHand,
    /// It failed for longer than [`DEAD_AFTER`].
    Failing,
    /// It answered 410 Gone.
    Gone,
}

impl DisabledWhy {
    const ALL: [Self; 3] = [Self::ByHand, Self::Failing, Self::Gone];

    /// The word used in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    /// Reads the word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == word)
    }
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Server-made, v4.
    pub id: Uuid,
    /// Whose it is; none is the office's.
    pub unit_id: Option<Uuid>,
    /// Where to.
    pub url: String,
    /// What for.
    pub description: String,
    /// Which kinds; empty is all.
    pub events: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// Since when it is told nothing, and why.
    pub disabled: Option<(Timestamp, DisabledWhy)>,
}

impl Endpoint {
    /// Whether it is as good as dead when one more attempt fails now, and why.
    pub fn dies_of(&self, status: Option<u16>, now: Timestamp) -> Option<DisabledWhy> {
        if status == Some(410) {
            return Some(DisabledWhy::Gone);
        }
        let failing = self.failing_since?.duration_until(now);
        (failing >= DEAD_AFTER).then_some(DisabledWhy::Failing)
    }
}

/// One message on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Server-made, v4.
    pub id: Uuid,
    /// The message: `webhook-id` is made of it.
    pub message_id: Uuid,
    /// `ticket.acknowledge`.
    pub kind: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// `waiting`, `delivered` or `failed`.
    pub state: String,
    /// When the next attempt is made, while it waits.
    pub next_at: Timestamp,
    /// What is sent.
    pub body: String,
    /// Every attempt, oldest first.
    pub attempts: Vec<Attempt>,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// What was answered.
    pub status: Option<u16>,
    /// Why nothing was answered.
    pub error: Option<String>,
}

/// The `webhook-id` of a message: the same at every attempt and for every endpoint.
pub fn message_name(id: Uuid) -> String {
    format!("msg_{}", id.simple())
}
