//! Which tickets a caller may know of, as a condition of every query.

use diesel::helper_types::IntoBoxed;
use diesel::pg::Pg;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use uuid::Uuid;

use super::row::Row;
use crate::db::cached::Fragment;
use crate::db::schema::tickets;
use crate::domain::account::{Actor, Role};
use crate::domain::ticket::Ticket;

pub(in crate::db) type Query<'a> =
    IntoBoxed<'a, diesel::dsl::Select<tickets::table, diesel::dsl::AsSelect<Row, Pg>>, Pg>;

/// The tickets that exist for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketScope {
    /// Every ticket.
    All,
    /// Tickets that these units lead or cooperate in, once filed.
    Units(Vec<Uuid>),
    /// Tickets that the sponsor's units lead or cooperate in, and those of the places that it stands for (包保), once filed.
    Sponsor {
        /// The sponsor.
        account_id: Uuid,
        /// Its own unit and those below it.
        units: Vec<Uuid>,
    },
    /// Tickets of one's own findings, those awaiting a recheck that one may make, and those that one looks back at.
    Inspector {
        /// The inspector.
        account_id: Uuid,
        /// Units too close to the inspector for a recheck.
        kin: Vec<Uuid>,
    },
    /// None.
    Nothing,
}

impl TicketScope {
    /// The scope of a caller.
    pub fn of(actor: &Actor) -> Self {
        let unit = actor.unit.as_ref();
        let subtree = unit.map(|unit| unit.subtree.clone()).unwrap_or_default();
        match actor.role {
            Role::Clerk | Role::Supervisor => Self::All,
            Role::Officer => Self::Units(subtree),
            Role::Sponsor => Self::Sponsor {
                account_id: actor.account_id,
                units: subtree,
            },
            Role::Inspector => Self::Inspector {
                account_id: actor.account_id,
                kin: unit
                    .map(|unit| [unit.lineage.clone(), unit.subtree.clone()].concat())
                    .unwrap_or_default(),
            },
            Role::Auditor | Role::Admin => Self::Nothing,
        }
    }

    /// The scope for reading the trail of a ticket that one can name: the auditor's is every ticket.
    pub fn of_trail(actor: &Actor) -> Self {
        match actor.role {
            Role::Auditor => Self::All,
            _ => Self::of(actor),
        }
    }

    /// Whether the scope holds a ticket, where the ticket itself tells; the database has to be asked otherwise.
    pub(in crate::db) fn holds(&self, ticket: &Ticket) -> Option<bool> {
        let led_by = |units: &[Uuid]| {
            let lead = ticket.lead.as_ref();
            lead.is_some_and(|lead| units.contains(&lead.id))
        };
        match self {
            Self::All => Some(true),
            Self::Nothing => Some(false),
            Self::Units(units) | Self::Sponsor { units, .. } => led_by(units).then_some(true),
            Self::Inspector { .. } => None,
        }
    }

    /// The query, narrowed to recurrences of tickets that the scope holds.
    pub(in crate::db) fn recurring<'a>(&self, query: Query<'a>) -> Query<'a> {
        match self {
            Self::All => query.filter(tickets::recurrence_of.is_not_null()),
            Self::Inspector { .. } | Self::Nothing => query.filter(Fragment::new("false")),
            Self::Units(units) | Self::Sponsor { units, .. } => query.filter(
                Fragment::new(
                    "EXISTS (SELECT FROM tickets e WHERE e.id = tickets.recurrence_of AND (e.lead_unit_id = ANY (",
                )
                .uuids(units)
                .sql(
                    ") OR EXISTS (SELECT FROM ticket_assignments a WHERE a.ticket_id = e.id AND a.until IS NULL \
                       AND a.unit_id = ANY (",
                )
                .uuids(units)
                .sql("))))"),
            ),
        }
    }

    /// The query, narrowed to this scope.
    pub(in crate::db) fn filter<'a>(&self, query: Query<'a>) -> Query<'a> {
        match self {
            Self::All => query,
            Self::Nothing => query.filter(Fragment::new("false")),
            Self::Units(units) => query.filter(
                Fragment::new("(tickets.lead_unit_id = ANY (")
                    .uuids(units)
                    .sql(OR_COOPERATING)
                    .uuids(units)
                    .sql(")))"),
            ),
            Self::Sponsor { account_id, units } => query.filter(
                Fragment::new("(tickets.lead_unit_id = ANY (")
                    .uuids(units)
                    .sql(OR_COOPERATING)
                    .uuids(units)
                    .sql(OR_STOOD_FOR)
                    .uuid(*account_id)
                    .sql("))"),
            ),
            Self::Inspector { account_id, kin } => query.filter(
                Fragment::new(
                    "(EXISTS (SELECT FROM findings f JOIN reports r ON r.id = f.report_id \
                       WHERE f.id = tickets.finding_id AND r.account_id = ",
                )
                .uuid(*account_id)
                .sql(
                    ") OR (tickets.state = 'awaiting_recheck' AND tickets.lead_unit_id <> ALL (",
                )
                .uuids(kin)
                .sql(
                    ") AND NOT EXISTS (SELECT FROM tickets m JOIN findings f ON f.id = m.finding_id \
                       JOIN reports r ON r.id = f.report_id WHERE m.master_id = tickets.id AND r.account_id = ",
                )
                .uuid(*account_id)
                .sql(
                    ")) OR EXISTS (SELECT FROM tasks k WHERE k.ticket_id = tickets.id AND k.kind = 'lookback' \
                       AND k.state IN ('open', 'started') AND k.account_id = ",
                )
                .uuid(*account_id)
                .sql("))"),
            ),
        }
    }
}

/// After the units that may lead: those that may cooperate.
const OR_COOPERATING: &str = ") OR EXISTS (SELECT FROM ticket_assignments a WHERE a.ticket_id = tickets.id \
                   AND a.until IS NULL AND a.unit_id = ANY (";

/// After those: a check point, an area, or a unit and those below it that a sponsor stands for now.
const OR_STOOD_FOR: &str = ")) OR tickets.lead_unit_id IS NOT NULL AND EXISTS (SELECT FROM duties d \
                   LEFT JOIN units led ON led.id = tickets.lead_unit_id \
                  WHERE d.kind = 'sponsor' AND d.valid_until IS NULL \
                    AND (d.point_id = tickets.point_id OR d.area_code = tickets.district_code \
                         OR d.area_code = tickets.routing #>> '{polygon,code}' OR d.unit_id = ANY (led.lineage)) \
                    AND d.account_id = ";
