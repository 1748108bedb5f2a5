//! Mutations (离线操作): what a phone did without the server, and what the server made of it. Identity of content is the
//! SHA-256 of its canonical form (RFC 8785), without what belongs to its transport.

use std::str::FromStr;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::domain::evidence::Sha256Digest;
use crate::domain::task::TaskCommand;
use crate::domain::ticket::machine::{Command, RULES};

/// Members of a mutation that are not its content.
const TRANSPORT: [&str; 4] = ["mid", "seq", "kind", "depends_on"];
/// For how long a mutation waits for those that it depends on, in hours.
pub const HELD_HOURS: i64 = 72;
/// When to try again what could not be judged.
pub const RETRY_AFTER_S: u32 = 30;

/// What a mutation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A report (上报).
    CreateReport,
    /// Something more about a report.
    AmendReport,
    /// More photos for a report.
    AddAttachments,
    /// A command to a ticket.
    Ticket(Command),
    /// An order about a task.
    Task(TaskCommand),
}

/// A word that names no kind of mutation that this version knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of mutation")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        match word {
            "report.create" => Ok(Self::CreateReport),
            "report.amend" => Ok(Self::AmendReport),
            "report.add_attachments" => Ok(Self::AddAttachments),
            _ => {
                if let Some(command) = word.strip_prefix("task.") {
                    let command = command.parse().map_err(|_unknown| UnknownKind)?;
                    return Ok(Self::Task(command));
                }
                let command = word.strip_prefix("ticket.").ok_or(UnknownKind)?;
                RULES
                    .iter()
                    .find(|rule| rule.command.as_str() == command)
                    .map(|rule| Self::Ticket(rule.command))
                    .ok_or(UnknownKind)
            }
        }
    }
}

/// What became of a mutation. Whatever it is, the mutation is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Done, on the version that the phone had seen.
    Applied,
    /// Done, on a later version.
    Merged,
    /// Not allowed in the present state.
    Conflict,
    /// Waits for another.
    Held,
    /// Cannot be done; waits for a person.
    Quarantined,
}

impl Verdict {
    const ALL: [Self; 5] = [
        Self::Applied,
        Self::Merged,
        Self::Conflict,
        Self::Held,
        Self::Quarantined,
    ];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Merged => "merged",
            Self::Conflict => "conflict",
            Self::Held => "held",
            Self::Quarantined => "quarantined",
        }
    }

    /// The verdict of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// A mutation's content: what is left without its transport.
pub fn content(mut mutation: Value) -> Value {
    if let Some(members) = mutation.as_object_mut() {
        members.retain(|name, _| !TRANSPORT.contains(&name.as_str()));
    }
    mutation
}

/// Identity of content: equal however its members are ordered and its numbers and texts are written.
pub fn digest(content: &Value) -> Sha256Digest {
    let canonical = serde_json_canonicalizer::to_vec(content)
        .expect("a value of text keys and finite numbers has a canonical form");
    digest_of_text(&canonical)
}

/// Identity of what cannot be read.
pub fn digest_of_text(text: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(text).into())
}
