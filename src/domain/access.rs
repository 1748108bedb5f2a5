//! Who may do what, as one table. What a caller may see but not do is refused here (403); what it may not know of
//! is not found by the scoped queries (404). The ticket's commands have a table of their own in `ticket::machine`.

use super::account::{Actor, Role};

/// Something that a caller wants to do, outside the ticket's own commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Send a report (上报).
    CreateReport,
    /// Read a report that one sent, or any (office).
    ReadReport,
    /// Send the bytes of a photo.
    StorePhoto,
    /// Read the unchanged photo.
    ReadOriginal,
    /// Read who has read which original.
    ReadOriginalReads,
    /// Read what was made of a photo for reading.
    ReadRendition,
    /// List and read tickets within one's scope.
    ReadTickets,
    /// Send a command to a ticket; the machine decides which.
    CommandTicket,
    /// Read the trail of a ticket within one's scope.
    ReadTrail,
    /// Ask inspectors to recheck or to look back, and see whom one can ask.
    AskInspectors,
    /// Read what was drawn by lot, and the seed.
    ReadDraws,
    /// Plan rounds, draw, release and close them.
    PlanRounds,
    /// Read score rates (得分率).
    ReadScores,
    /// Read lost points (失分项): all, or those that one's unit answers for.
    ReadLostPoints,
    /// Hand in the list of a superior (省反馈).
    ImportFeedback,
    /// Ask units to look for a fault with themselves (举一反三).
    AskUnits,
    /// Read what units were asked, and what they said.
    ReadRipples,
    /// Answer for one's unit.
    AnswerRipples,
    /// Unmask an inspector (揭名), with a second person.
    Unmask,
    /// Read who was unmasked at whose wish.
    ReadUnmaskings,
    /// Mark a ticket whose rectification was faked (虚假整改), and lift the mark.
    FlagIntegrity,
    /// Read how many such marks units have.
    ReadIntegrityFlags,
    /// Read the draw of a round.
    ReadRoundDraws,
    /// List tasks: one's own, or all (office).
    ReadTasks,
    /// Start and finish one's own tasks.
    DoTasks,
    /// Read who held a ticket in which stage: all of it, or one's own part.
    ReadStageTimes,
    /// Read the heads of the audit log.
    ReadAuditHeads,
    /// Have it proven that the trail of a ticket is in the audit log.
    ProveTrail,
    /// Read the triage list.
    ReadTriage,
    /// Read ownership rulings (确权).
    ReadRulings,
    /// End an ownership ruling.
    EndRuling,
    /// List what was asked of the office for tickets, within one's scope.
    ReadRequests,
    /// List supervision slips, within one's scope.
    ReadSlips,
    /// List what is owed at a stage.
    ReadStages,
    /// Hold a part of the city's data on a phone.
    Sync,
    /// See what of the phones' work was quarantined, and have it judged again.
    ReplayQuarantined,
    /// Count tickets and see them on the map: one's units' own, or all (office).
    CountTickets,
    /// Pull the overdue list.
    ReadOverdue,
    /// Read indicators and boards, and the tickets behind them.
    ReadFigures,
    /// Read published bulletins.
    ReadBulletins,
    /// Draft, freeze and publish bulletins.
    EditBulletins,
    /// Hand over everything open of a unit or of a person.
    HandOver,
    /// Read areas, units, points, catalogue and calendars.
    ReadReference,
    /// List who answers in person for places.
    ReadDuties,
    /// Import and change reference data.
    ChangeReference,
    /// Read policies.
    ReadPolicies,
    /// Set policies.
    ChangePolicies,
    /// Make, change and try webhook endpoints: the office's, or one's own unit's.
    ManageWebhooks,
    /// List, make and change accounts.
    ManageAccounts,
}

/// The caller's role may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{role} may not {action:?}")]
pub struct Denied {
    /// The caller's role.
    pub role: Role,
    /// What it wanted.
    pub action: Action,
}

/// Roles that may take an action.
pub fn roles(action: Action) -> &'static [Role] {
    use Role::{Admin, Auditor, Clerk, Inspector, Officer, Sponsor, Supervisor};
    match action {
        Action::CreateReport => &[Inspector, Officer],
        Action::DoTasks => &[Inspector],
        Action::AnswerRipples => &[Officer],
        Action::Unmask => &[Supervisor, Admin],
        Action::ReadUnmaskings => &[Supervisor, Auditor, Admin],
        Action::ReadReport | Action::ReadTasks => &[Inspector, Clerk, Supervisor],
        Action::StorePhoto | Action::CommandTicket => &[Inspector, Officer, Clerk, Supervisor],
        Action::ReadOriginal
        | Action::AskInspectors
        | Action::ReadTriage
        | Action::ReadRulings
        | Action::ImportFeedback
        | Action::FlagIntegrity
        | Action::ReplayQuarantined
        | Action::ReadOverdue
        | Action::ReadFigures => &[Clerk, Supervisor],
        Action::ReadDraws => &[Clerk, Supervisor, Auditor],
        Action::ReadBulletins => &[Officer, Clerk, Supervisor, Sponsor, Auditor, Admin],
        Action::EndRuling
        | Action::PlanRounds
        | Action::EditBulletins
        | Action::ReadScores
        | Action::AskUnits => &[Supervisor],
        Action::ReadRequests
        | Action::ReadSlips
        | Action::ReadStages
        | Action::CountTickets
        | Action::ReadLostPoints
        | Action::ReadRipples
        | Action::ReadIntegrityFlags => &[Officer, Clerk, Supervisor],
        Action::ReadRoundDraws | Action::ReadOriginalReads | Action::ReadAuditHeads => {
            &[Supervisor, Auditor]
        }
        Action::ReadStageTimes => &[Officer, Clerk, Supervisor, Auditor],
        Action::ProveTrail => &[Auditor],
        Action::ReadRendition | Action::ReadTickets => {
            &[Inspector, Officer, Clerk, Supervisor, Sponsor]
        }
        Action::ReadTrail => &[Inspector, Officer, Clerk, Supervisor, Sponsor, Auditor],
        Action::Sync => &[Inspector, Officer, Clerk, Supervisor, Admin],
        Action::ReadReference => &Role::ALL,
        Action::ManageWebhooks => &[Officer, Admin],
        Action::HandOver => &[Clerk, Admin],
        Action::ReadDuties | Action::ReadPolicies => &[Clerk, Supervisor, Admin],
        Action::ChangeReference | Action::ChangePolicies | Action::ManageAccounts => &[Admin],
    }
}

/// Refuses what the caller's role may not do.
///
/// # Errors
/// [`Denied`] when the role is not in the action's row.
pub fn require(actor: &Actor, action: Action) -> Result<(), Denied> {
    if roles(action).contains(&actor.role) {
        return Ok(());
    }
    Err(Denied {
        role: actor.role,
        action,
    })
}
