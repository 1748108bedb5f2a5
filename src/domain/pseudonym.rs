//! Pseudonyms (化名): what the office knows an inspector by, another name in each round and a standing one outside of rounds. Who is
//! behind a name takes two people to learn.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::account::Role;
use super::ticket::trail::Event;

/// Longest reason for an unmasking, in characters.
pub const MAX_REASON_CHARS: usize = 2_000;

/// A name of an inspector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonym {
    /// Its id stands wherever the account's would.
    pub id: Uuid,
    /// The name.
    pub name: String,
}

/// A name and who is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The name.
    pub pseudonym: Pseudonym,
    /// The account.
    pub account_id: Uuid,
    /// The round that it is for; none: outside of rounds.
    pub round_id: Option<Uuid>,
}

/// The names of some inspectors.
#[derive(Debug, Clone, Default)]
pub struct Pseudonyms(HashMap<(Uuid, Option<Uuid>), Pseudonym>);

impl FromIterator<Bearer> for Pseudonyms {
    fn from_iter<I: IntoIterator<Item = Bearer>>(bearers: I) -> Self {
        let named = bearers.into_iter();
        Self(
            named
                .map(|it| ((it.account_id, it.round_id), it.pseudonym))
                .collect(),
        )
    }
}

impl Pseudonyms {
    /// The name of an inspector in a round, or outside of rounds.
    pub fn of(&self, account_id: Uuid, round_id: Option<Uuid>) -> Option<&Pseudonym> {
        let in_round = self.0.get(&(account_id, round_id));
        in_round.or_else(|| self.0.get(&(account_id, None)))
    }

    /// A row of a ticket's trail with the inspectors in it under their names: who found it, who is the reporter, by the name of that
    /// round. A phone would tell one from another through all rounds, so it is left out.
    pub fn mask(&self, event: Event, reporter: Option<Reporter>) -> Event {
        let name = |account: Uuid| {
            let round = reporter.filter(|it| it.account_id == account);
            self.of(account, round.and_then(|it| it.round_id))
        };
        let is_inspector = event.actor_role == Role::Inspector.as_str();
        Event {
            actor_id: match event.actor_id {
                Some(account) if is_inspector => name(account).map(|it| it.id),
                other => other,
            },
            device_id: event.device_id.filter(|_| !is_inspector),
            data: masked(event.data, &name),
            ..event
        }
    }
}

/// Whoever found the fault of a ticket, and in which round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reporter {
    /// The account.
    pub account_id: Uuid,
    /// The round.
    pub round_id: Option<Uuid>,
}

/// Every id in it, of whatever.
pub fn ids_in(data: &Value) -> Vec<Uuid> {
    match data {
        Value::String(text) => Uuid::try_parse(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(ids_in).collect(),
        Value::Object(members) => members.values().flat_map(ids_in).collect(),
        _ => Vec::new(),
    }
}

/// The same with every id that is an inspector's replaced.
fn masked<'a>(data: Value, name: &impl Fn(Uuid) -> Option<&'a Pseudonym>) -> Value {
    match data {
        Value::String(text) => match Uuid::try_parse(&text).ok().and_then(name) {
            Some(pseudonym) => Value::String(pseudonym.id.to_string()),
            None => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(|it| masked(it, name)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(member, it)| (member, masked(it, name)))
            .collect(),
        other => other,
    }
}

/// Where an unmasking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmaskingState {
    /// It waits for a second person.
    Open,
    /// A second person agreed.
    Confirmed,
    /// A second person did not.
    Refused,
}

impl UnmaskingState {
    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Confirmed, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// An unmasking (揭名): asked by one, decided by another.
#[derive(Debug, Clone)]
pub struct Unmasking {
    /// Server-made, v4.
    pub id: Uuid,
    /// The ticket on whose account it is asked.
    pub ticket_id: Uuid,
    /// The name.
    pub pseudonym: Pseudonym,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: UnmaskingState,
    /// Who asked.
    pub asked_by: Uuid,
    /// When.
    pub asked_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Who is behind the name: told to the two alone, once it is confirmed.
    pub inspector: Option<Unmasked>,
}

/// Who is behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmasked {
    /// The account.
    pub account_id: Uuid,
    /// Its user name.
    pub username: String,
    /// Its name.
    pub display_name: String,
}

impl Unmasking {
    /// Whether a reader is one of the two.
    pub fn is_known_to(&self, account_id: Uuid) -> bool {
        self.state == UnmaskingState::Confirmed
            && (self.asked_by == account_id || self.decided_by == Some(account_id))
    }
}
