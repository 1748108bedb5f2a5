//! The rectification ticket (整改工单): one finding, one ticket. The machine says what is allowed, this file what a
//! change does to the ticket. Nothing here reads a clock, a table or a caller's claims.

pub mod command;
pub mod handbook;
pub mod ledger;
pub mod machine;
pub mod map;
pub mod neighbour;
pub mod overdue;
pub mod projection;
pub mod request;
pub mod routing;
pub mod ruling;
pub mod stage;
pub mod stages;
pub mod supervision;
pub mod tally;
pub mod trail;
pub mod triage;

use jiff::Timestamp;
use uuid::Uuid;

use self::command::RecheckResult;
use self::machine::{Command, Party, Refused, State};
use self::request::Situation;
use self::routing::{Routing, UnitRef};
use self::triage::TriageReason;
use super::account::{Actor, Role};
use super::calendar::{DeadlineClock, Limit, WorkCalendar};
use super::catalogue::{ClosingPolicy, FilingCondition, ItemKey};
use super::geo::Point;

/// A district as it was called when the ticket was routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistrictName {
    /// Division code.
    pub code: String,
    /// Name, frozen.
    pub name: String,
}

/// The lead unit (牵头单位) as it was called when it was given the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadUnit {
    /// Row id.
    pub id: Uuid,
    /// Name, frozen.
    pub name: String,
}

/// A ticket, whole.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Server-made, v4.
    pub id: Uuid,
    /// 台账编号, given at filing.
    pub number: Option<String>,
    /// The finding that it was made of.
    pub finding_id: Option<Uuid>,
    /// Where it stands.
    pub state: State,
    /// Counts the changes that its lead unit can see.
    pub rev: i64,
    /// Why it waited, or waits, in triage.
    pub triage_reasons: Vec<TriageReason>,
    /// Catalogue item.
    pub item: ItemKey,
    /// Filing condition, once known.
    pub condition_id: Option<Uuid>,
    /// Description.
    pub text: String,
    /// Danger to people, by the inspector or by the condition.
    pub danger: bool,
    /// 立行立改.
    pub fixed_on_site: bool,
    /// Check point.
    pub point_id: Option<Uuid>,
    /// Canonical position.
    pub position: Option<Point>,
    /// District under the position.
    pub district: Option<DistrictName>,
    /// Why this unit.
    pub routing: Routing,
    /// Lead unit, from filing on.
    pub lead: Option<LeadUnit>,
    /// Clock, from filing on.
    pub clock: Option<DeadlineClock>,
    /// Order of lists.
    pub listed_at: Timestamp,
    /// Last dispatch.
    pub dispatched_at: Option<Timestamp>,
    /// When the last submission counts from.
    pub submitted_at: Option<Timestamp>,
    /// Set while declared after-photos are missing: the time by which they must be here to count from the receipt.
    pub photos_due_at: Option<Timestamp>,
    /// 结案时间.
    pub closed_at: Option<Timestamp>,
    /// Failed rechecks so far (返工).
    pub rework_round: u32,
    /// Returns so far (退件).
    pub return_count: u32,
    /// Approved so far (延期).
    pub extensions: u32,
    /// 挂账: when the clock runs again.
    pub suspended_until: Option<Timestamp>,
    /// 申诉成立: left out of statistics.
    pub exempt: bool,
    /// 强制结案.
    pub forced: bool,
    /// 督办级别: slips so far.
    pub supervision_level: u32,
    /// 经办人: who of the lead unit works on it.
    pub assignee_id: Option<Uuid>,
    /// When the present stage should end, where it has a limit.
    pub stage_due_at: Option<Timestamp>,
    /// The ticket that this one is another sighting of.
    pub master_id: Option<Uuid>,
    /// The ticket of the same fault that had been closed shortly before (反弹).
    pub recurrence_of: Option<Uuid>,
    /// When the server had the finding.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// What filing decides.
#[derive(Debug, Clone)]
pub struct Filing {
    /// 台账编号.
    pub number: String,
    /// Condition that it is filed under.
    pub condition: FilingCondition,
    /// Its limit with the policy of the day.
    pub limit: Limit,
    /// Lead unit.
    pub lead: UnitRef,
}

/// What a caller is to a ticket beyond its role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relation {
    /// The caller sent the finding, or one that was merged into this ticket.
    pub reported_it: bool,
    /// The caller belongs to the lead unit, or to one above or below it.
    pub kin_of_lead: bool,
    /// The caller knows of it only for looking back at it, of which its unit must not learn.
    pub looks_back: bool,
}

/// What this caller is to this ticket.
pub fn parties(actor: &Actor, ticket: &Ticket, relation: Relation) -> Vec<Party> {
    let mut parties = Vec::new();
    if !relation.looks_back {
        parties.push(Party::Viewer);
    }
    let leads = ticket
        .lead
        .as_ref()
        .is_some_and(|lead| actor.acts_for(lead.id));
    match actor.role {
        Role::Clerk => parties.push(Party::Clerk),
        Role::Supervisor => parties.push(Party::Supervisor),
        Role::Officer if leads => parties.push(Party::LeadUnit),
        Role::Inspector if !relation.reported_it && !relation.kin_of_lead => {
            parties.push(Party::Rechecker);
        }
        Role::Inspector | Role::Officer | Role::Sponsor | Role::Auditor | Role::Admin => {}
    }
    parties
}

impl Ticket {
    /// 立案: gives it number, condition, lead unit and clock. What was put right on the spot is closed at once.
    pub fn file(&mut self, filing: Filing, calendar: &WorkCalendar, now: Timestamp) {
        self.number = Some(filing.number);
        self.condition_id = Some(filing.condition.id);
        self.danger |= filing.condition.danger;
        self.listed_at = now;
        self.give_to(filing.lead, filing.limit, calendar, now);
        if self.fixed_on_site {
            self.stop_clock(now);
            self.close(now);
        }
        self.touch(now);
    }

    /// 不予立案.
    pub fn reject(&mut self, now: Timestamp) {
        self.state = State::Rejected;
        self.touch(now);
    }

    /// 并案: becomes another sighting of its master.
    pub fn merge_into(&mut self, master: Uuid, now: Timestamp) {
        self.state = State::Merged;
        self.master_id = Some(master);
        self.touch(now);
    }

    /// 作废.
    pub fn void(&mut self, now: Timestamp) {
        self.state = State::Voided;
        self.stop_clock(now);
        self.touch(now);
    }

    /// 签收.
    pub fn acknowledge(&mut self, now: Timestamp) {
        self.state = State::Rectifying;
        self.touch(now);
    }

    /// 退件; the second one is a dispute.
    pub fn give_back(&mut self, now: Timestamp) {
        self.return_count = self.return_count.saturating_add(1);
        self.state = if self.return_count >= 2 {
            State::Disputed
        } else {
            State::Returned
        };
        self.stop_clock(now);
        self.touch(now);
    }

    /// 改派 or 确权: another unit starts a full limit; the same unit is charged as if it had never returned it.
    pub fn dispatch_again(&mut self, unit: UnitRef, calendar: &WorkCalendar, now: Timestamp) {
        let same = self.lead.as_ref().is_some_and(|lead| lead.id == unit.id);
        match (&mut self.clock, same) {
            (Some(clock), true) => {
                clock.withdraw_stop();
                self.state = State::Dispatched;
                self.dispatched_at = Some(now);
            }
            (Some(clock), false) => {
                let limit = clock.limit;
                self.give_to(unit, limit, calendar, now);
            }
            (None, _) => {}
        }
        self.touch(now);
    }

    /// 更正: the same unit has another limit, which counts from the old start through every stop since; another unit starts a full
    /// one.
    pub fn reckon_anew(
        &mut self,
        unit: UnitRef,
        limit: Limit,
        calendar: &WorkCalendar,
        now: Timestamp,
    ) {
        let same = self.lead.as_ref().is_some_and(|lead| lead.id == unit.id);
        match (&mut self.clock, same) {
            (Some(clock), true) => {
                let (started_at, steps) = (clock.started_at, std::mem::take(&mut clock.steps));
                *clock = DeadlineClock::replay(calendar, limit, started_at, &steps);
            }
            _ => self.give_to(unit, limit, calendar, now),
        }
    }

    /// 提交整改: the clock stops. Photos still missing have until `photos_due_at`; without any missing, a ticket that its
    /// unit may close is closed.
    pub fn submit(
        &mut self,
        photos_due_at: Option<Timestamp>,
        closing: ClosingPolicy,
        now: Timestamp,
    ) {
        if let (true, Some(clock)) = (self.photos_pending(), &mut self.clock) {
            clock.withdraw_stop(); // What was submitted before was never complete: the clock ran on.
        }
        self.state = State::AwaitingRecheck;
        self.submitted_at = Some(now);
        self.photos_due_at = photos_due_at;
        self.stop_clock(now);
        if photos_due_at.is_none() && closing == ClosingPolicy::Unit {
            self.close(now);
        }
        self.touch(now);
    }

    /// The last byte of the submission's photos is here. In time, the submission counts from its receipt; too late, it
    /// counts from that byte, and the clock ran until then.
    pub fn photos_arrived(
        &mut self,
        closing: ClosingPolicy,
        arrived_at: Timestamp,
        now: Timestamp,
    ) {
        if self
            .photos_due_at
            .take()
            .is_some_and(|due| arrived_at > due)
        {
            if let Some(clock) = &mut self.clock {
                clock.withdraw_stop();
                clock.stop(arrived_at);
            }
            self.submitted_at = Some(arrived_at);
        }
        if closing == ClosingPolicy::Unit {
            self.close(arrived_at);
        }
        self.touch(now);
    }

    /// 核查. "Unable" is not "fail": the ticket stays where it is.
    pub fn recheck(&mut self, result: RecheckResult, calendar: &WorkCalendar, now: Timestamp) {
        match result {
            RecheckResult::Pass => self.close(now),
            RecheckResult::Fail => {
                self.state = State::Rectifying;
                self.rework_round = self.rework_round.saturating_add(1);
                self.submitted_at = None;
                if let Some(clock) = &mut self.clock {
                    clock.resume(calendar, now);
                }
            }
            RecheckResult::Unable => {}
        }
        self.touch(now);
    }

    /// A change that leaves the state: a comment, a recheck that could not be made.
    pub fn touch(&mut self, now: Timestamp) {
        self.rev = self.rev.saturating_add(1);
        self.updated_at = now;
    }

    /// Whether a submission waits for bytes of its photos.
    pub fn photos_pending(&self) -> bool {
        self.photos_due_at.is_some()
    }

    /// 超期结案: submitted after the deadline, or, when nobody submitted, closed after it.
    pub fn closed_late(&self) -> bool {
        let finished = self.submitted_at.or(self.closed_at);
        match (&self.clock, finished, self.state) {
            (Some(clock), Some(finished), State::Closed) => finished > clock.due.at,
            _ => false,
        }
    }

    /// Whether it exists for no unit before its round is released.
    pub fn is_sealed(&self) -> bool {
        self.triage_reasons.contains(&TriageReason::Sealed)
    }

    /// Refuses the command unless one of these parties may give it now. A sealed ticket is neither filed nor merged. A
    /// submission whose photos never come is no dead end: until they are here it may be made again.
    ///
    /// # Errors
    /// [`Refused`], as the machine says, then what the ticket's own facts forbid.
    pub fn permits(
        &self,
        command: Command,
        parties: &[Party],
        situation: &Situation<'_>,
    ) -> Result<(), Refused> {
        let state = if command == Command::Submit && self.photos_pending() {
            State::Rectifying
        } else {
            self.state
        };
        command.require(state, parties)?;
        if self.is_sealed() && matches!(command, Command::File | Command::Merge) {
            return Err(Refused::WrongState(state));
        }
        match self.hindrance(command, parties, situation) {
            Some(hindrance) => Err(Refused::Hindered(hindrance)),
            None => Ok(()),
        }
    }

    /// Commands that these parties may give now, in the order of the machine's table.
    pub fn allowed(&self, parties: &[Party], situation: &Situation<'_>) -> Vec<Command> {
        machine::RULES
            .iter()
            .map(|rule| rule.command)
            .filter(|command| self.permits(*command, parties, situation).is_ok())
            .collect()
    }

    fn give_to(&mut self, unit: UnitRef, limit: Limit, calendar: &WorkCalendar, now: Timestamp) {
        self.state = State::Dispatched;
        self.lead = Some(LeadUnit {
            id: unit.id,
            name: unit.name,
        });
        self.clock = Some(DeadlineClock::start(calendar, limit, now));
        self.dispatched_at = Some(now);
        self.submitted_at = None;
        self.photos_due_at = None;
        self.suspended_until = None;
        self.assignee_id = None;
    }

    fn close(&mut self, now: Timestamp) {
        self.state = State::Closed;
        self.closed_at = Some(now);
    }

    fn stop_clock(&mut self, now: Timestamp) {
        if let Some(clock) = &mut self.clock {
            clock.stop(now);
        }
    }
}
