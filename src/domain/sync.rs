//! Sync (离线同步): what a phone holds. Rows belong to scopes, a caller reads some scopes and, of those, the collections of
//! its role. Nothing here knows how rows are stored or sent.

pub mod captured;
pub mod document;
pub mod mutation;

use std::fmt;

use uuid::Uuid;

use super::account::{Actor, Role};

/// A set of rows that one reader, or a group of readers, may know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Reference data, for everyone who syncs.
    Ref,
    /// Everything that the supervision office reads.
    Office,
    /// What a unit and the units below it handle.
    Unit(Uuid),
    /// One person's own.
    User(Uuid),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ref => f.write_str("ref"),
            Self::Office => f.write_str("office"),
            Self::Unit(id) => write!(f, "unit:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

/// The scopes that a caller reads now; none for roles that do not sync.
pub fn scopes(actor: &Actor) -> Vec<Scope> {
    let own = Scope::User(actor.account_id);
    match actor.role {
        Role::Inspector | Role::Admin => vec![Scope::Ref, own],
        Role::Officer => {
            let unit = actor.unit.as_ref().map(|unit| Scope::Unit(unit.id));
            [Some(Scope::Ref), unit, Some(own)]
                .into_iter()
                .flatten()
                .collect()
        }
        Role::Clerk | Role::Supervisor => vec![Scope::Ref, Scope::Office, own],
        Role::Sponsor | Role::Auditor => Vec::new(),
    }
}

/// A kind of row that phones hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// What became of a mutation.
    Receipts,
    /// Catalogue items (测评项目).
    Items,
    /// Filing conditions (立案条件).
    Conditions,
    /// Criteria (测评标准).
    Criteria,
    /// Districts and zones, without their outlines.
    Areas,
    /// Responsible units (责任单位).
    Units,
    /// Check points (点位).
    Points,
    /// Inspection rounds (督查批次) that have started.
    Rounds,
    /// Tasks of inspectors (督查任务).
    Tasks,
    /// Reports (上报).
    Reports,
    /// Findings (问题).
    Findings,
    /// Rectification tickets (整改工单).
    Tickets,
    /// Photos whose bytes are here.
    Attachments,
}

impl Collection {
    /// Every collection.
    pub const ALL: [Self; 13] = [
        Self::Receipts,
        Self::Items,
        Self::Conditions,
        Self::Criteria,
        Self::Areas,
        Self::Units,
        Self::Points,
        Self::Rounds,
        Self::Tasks,
        Self::Reports,
        Self::Findings,
        Self::Tickets,
        Self::Attachments,
    ];

    /// The word used on the wire and in the feed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receipts => "receipts",
            Self::Items => "items",
            Self::Conditions => "conditions",
            Self::Criteria => "criteria",
            Self::Areas => "areas",
            Self::Units => "units",
            Self::Points => "points",
            Self::Rounds => "rounds",
            Self::Tasks => "tasks",
            Self::Reports => "reports",
            Self::Findings => "findings",
            Self::Tickets => "tickets",
            Self::Attachments => "attachments",
        }
    }

    /// The collection of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// What a role is given of the scopes that it reads.
    pub fn of(role: Role) -> &'static [Self] {
        use Collection::{
            Areas, Attachments, Conditions, Criteria, Findings, Items, Points, Receipts, Reports,
            Rounds, Tasks, Tickets, Units,
        };
        match role {
            Role::Inspector => &[
                Receipts,
                Items,
                Conditions,
                Criteria,
                Areas,
                Points,
                Rounds,
                Tasks,
                Reports,
                Findings,
                Tickets,
                Attachments,
            ],
            Role::Officer => &[
                Receipts,
                Items,
                Conditions,
                Areas,
                Units,
                Tickets,
                Attachments,
            ],
            Role::Clerk | Role::Supervisor => &Self::ALL,
            Role::Admin => &[Receipts, Items, Conditions, Criteria, Areas, Units, Points],
            Role::Sponsor | Role::Auditor => &[],
        }
    }
}

/// For how long work done under an assignment that has ended is still taken (迟到的处置), in days.
pub const ACCEPT_LATE_DAYS: i64 = 30;
