//! A ticket under a command: locked, authorised, current. Finding it checks whether the caller may know of it (404); opening, in this
//! order: may it give this command at all (403), has it said which version it saw (428), is that the current one (412), is the command
//! allowed now (409).

use std::collections::HashSet;
use std::slice;
use std::sync::Arc;

use futures_util::future::{try_join, try_join3};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::view::{Involvement, looked_back_at, reported};
use super::{stage, trail};
use crate::db::feed::Readers;
use crate::db::task::Whose;
use crate::db::ticket::TicketScope;
use crate::db::ticket::event::End;
use crate::db::ticket::footing::{Footing, footing};
use crate::db::ticket::record::{Belongings, belongings};
use crate::db::{self, Conn, DbError};
use crate::domain::account::Actor;
use crate::domain::calendar::WorkCalendar;
use crate::domain::catalogue::{CatalogueItem, FilingCondition};
use crate::domain::evidence::{DeclaredPhoto, PhotoRole, StoredPhoto};
use crate::domain::text::Text;
use crate::domain::ticket::command::{Basis, Target};
use crate::domain::ticket::machine::{Command, Party, Refused, State};
use crate::domain::ticket::request::{Hindrance, Request, RequestKind, RequestState, Situation};
use crate::domain::ticket::supervision::{Slip, owes_reply};
use crate::domain::ticket::trail::Event;
use crate::domain::ticket::{Relation, Ticket, parties};
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;
use crate::services::{evidence, queue, task};

/// A ticket under a command.
pub(super) struct Case<'a> {
    pub actor: &'a Actor,
    pub ticket: Ticket,
    pub reference: Arc<Reference>,
    pub now: Timestamp,
    /// Every request of the ticket, as it was when the case was opened.
    pub requests: Vec<Request>,
    /// Every slip of the ticket, likewise.
    pub slips: Vec<Slip>,
    /// What the caller is to the ticket.
    pub parties: Vec<Party>,
    /// An inspector has something to do about it.
    pub with_tasks: bool,
    command: Command,
    basis: Basis,
    before: State,
    dispatched_before: Option<Timestamp>,
    rev_before: i64,
    relation: Relation,
    trail_end: End,
    /// Photos that came with the command.
    photos: Vec<StoredPhoto>,
}

/// What goes into the trail with the change.
#[derive(Default)]
pub(super) struct Entry {
    pub opinion: String,
    pub data: Value,
    pub photos: Vec<DeclaredPhoto>,
    /// Further tickets that the command has changed.
    pub others: Vec<Uuid>,
    /// The office's own affair: units see neither the row nor a version of it.
    pub office_only: bool,
}

/// A command that was carried out, not yet committed.
pub struct Given {
    /// The ticket as it is now, unabridged.
    pub ticket: Ticket,
    /// Its version before.
    pub rev_before: i64,
    /// What the caller is to it.
    pub relation: Relation,
    /// The reference data that it was given by.
    pub(super) reference: Arc<Reference>,
    /// What lies beside it, if that was asked for.
    pub(super) beside: Option<Belongings>,
}

/// A ticket that the caller may know of, and what a command on it stands on.
pub(super) struct Found {
    ticket: Ticket,
    footing: Footing,
    reported: HashSet<Uuid>,
}

/// Reads the ticket. The caller holds readers ([`db::feed::hold_readers`]) and the ticket ([`db::ticket::hold`]).
pub(super) async fn find(conn: &Conn, actor: &Actor, target: Target) -> Result<Found> {
    let scope = match target.basis {
        Basis::Present(_) | Basis::Offline => TicketScope::of(actor),
        Basis::Former => TicketScope::All,
    };
    let (ticket, footing, reported) = try_join3(
        db::ticket::find_held(conn, &scope, target.id),
        footing(conn, target.id),
        reported(conn, actor, &[target.id]),
    )
    .await?;
    let ticket = ticket.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(Found {
        ticket,
        footing,
        reported,
    })
}

impl<'a> Case<'a> {
    /// Checks that the command is allowed on what was found.
    pub async fn open(
        svc: &'a Services,
        conn: &mut Conn,
        actor: &'a Actor,
        target: Target,
        command: Command,
        found: Found,
    ) -> Result<Self> {
        let Found {
            ticket,
            footing,
            reported,
        } = found;
        let (this, supervised) = ([ticket.id], usize::from(ticket.supervision_level > 0));
        let (looked_back_at, slips) = try_join(
            looked_back_at(conn, actor, slice::from_ref(&ticket)),
            db::ticket::slip::of_tickets(conn, this.get(..supervised).unwrap_or_default()),
        )
        .await?;
        let involved = Involvement {
            reported,
            looked_back_at,
        };
        let reference = svc.reference.as_of(conn, footing.stamps).await?;
        let relation = involved.relation(&reference, actor, &ticket);
        let requested = usize::from(footing.with_requests);
        let requests = this.get(..requested).unwrap_or_default();
        let requests = db::ticket::request::of_tickets(conn, requests).await?;
        let parties = parties(actor, &ticket, relation);
        let calendar = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
        let now = svc.now();
        let situation = Situation {
            requests: &requests,
            owes_reply: owes_reply(&slips, &parties, actor),
            caller: actor.account_id,
            calendar: &calendar,
            now,
        };
        let permitted = ticket.permits(command, &parties, &situation);
        if permitted == Err(Refused::NotYours) {
            return Err(Error::with_detail(
                Code::Forbidden,
                Text::new(
                    format!("您不能对此工单执行 {command}"),
                    format!("{command} is not for you on this ticket"),
                ),
            ));
        }
        match target.basis {
            Basis::Present(None) => return Err(Error::new(Code::IfMatchRequired)),
            Basis::Present(Some(seen)) if seen != ticket.rev => {
                return Err(Error::new(Code::Stale).member("rev", ticket.rev.to_string()));
            }
            Basis::Present(Some(_)) | Basis::Offline | Basis::Former => {}
        }
        if let Err(refused) = permitted {
            let allowed = ticket.allowed(&parties, &situation);
            return Err(not_now(code(refused), &ticket, &allowed));
        }
        Ok(Self {
            actor,
            now,
            requests,
            slips,
            parties,
            command,
            basis: target.basis,
            before: ticket.state,
            dispatched_before: ticket.dispatched_at,
            rev_before: ticket.rev,
            relation,
            trail_end: footing.trail_end,
            with_tasks: footing.with_tasks,
            photos: Vec::new(),
            ticket,
            reference,
        })
    }

    /// The calendar that the lead unit works by.
    pub fn calendar(&self) -> Arc<WorkCalendar> {
        let lead = self.ticket.lead.as_ref().map(|lead| lead.id);
        self.reference.calendar(lead)
    }

    /// The ticket's item.
    pub fn item(&self) -> Result<&CatalogueItem> {
        let entry = self.reference.catalogue.get(&self.ticket.item);
        let entry = entry.ok_or_else(|| anyhow::anyhow!("the item of a ticket is gone"))?;
        Ok(&entry.item)
    }

    /// The condition that the ticket was filed under.
    pub fn condition(&self) -> Result<&FilingCondition> {
        let id = self.ticket.condition_id;
        let found = id.and_then(|id| self.reference.catalogue.condition(id));
        Ok(found.ok_or_else(|| anyhow::anyhow!("a filed ticket has no condition"))?)
    }

    /// Writes the ticket back with its row of the trail; requests that make no sense any more lapse. What happens in triage,
    /// and a forced closing that is not confirmed, is the office's own: units see neither the row nor a version of it. What `seen_by` holds
    /// beside the ticket is asked for in the same round trip.
    pub async fn close(
        mut self,
        conn: &mut Conn,
        entry: Entry,
        seen_by: Option<&TicketScope>,
    ) -> Result<Given> {
        let office_only = entry.office_only || self.ticket.state == State::Triage;
        if office_only {
            self.ticket.rev = self.rev_before;
        }
        let begins = self.before != self.ticket.state
            || self.ticket.dispatched_at != self.dispatched_before
            || self.command == Command::Submit;
        if begins {
            stage::begin(&self.reference, &mut self.ticket, self.now);
        }
        let lapsed = self.let_requests_lapse(conn).await?;
        let mut data = json!({
            "rev": self.ticket.rev,
            "clock": self.ticket.clock,
            "command": entry.data,
        });
        if let (Basis::Former, Some(data)) = (self.basis, data.as_object_mut()) {
            data.insert("late_authority".to_owned(), true.into());
        }
        if let (false, Some(data)) = (lapsed.is_empty(), data.as_object_mut()) {
            data.insert("lapsed".to_owned(), lapsed.into());
        }
        let event = Event {
            actor_id: Some(self.actor.account_id),
            actor_role: self.actor.role.as_str().to_owned(),
            actor_unit_id: self.actor.unit.as_ref().map(|unit| unit.id),
            device_id: self.actor.device_id,
            holder_unit_id: trail::holder(&self.ticket),
            opinion: entry.opinion,
            office_only,
            data,
            ..trail::blank(
                self.command.as_str().to_owned(),
                Some(self.before),
                self.ticket.state,
                self.now,
            )
        };
        let mut changed = entry.others;
        changed.push(self.ticket.id);
        let aids: Vec<Uuid> = entry.photos.iter().map(|photo| photo.aid).collect();
        let writing = try_join3(
            db::ticket::update(conn, &self.ticket),
            db::ticket::event::append_behind(conn, self.trail_end, &self.ticket, event),
            self.link(conn, &aids),
        );
        let (_, (), beside) = try_join3(
            writing,
            self.announce(conn, &changed, office_only, !aids.is_empty()),
            self.beside(conn, seen_by),
        )
        .await?;
        evidence::have_judged(conn, &self.photos, self.now).await?;
        if let ([_this_alone], false) = (changed.as_slice(), office_only) {
            self.show_judges(conn, beside.as_ref()).await?;
        }
        if self.ticket.state == State::Merged && !office_only {
            db::feed::photos_of_merged(conn, &[self.ticket.id]).await?;
        }
        let judged = self.before == State::AwaitingRecheck && self.with_tasks;
        if !office_only && (judged || changed.len() > 1) {
            task::dismiss(conn, Whose::Tickets(&changed), self.now).await?;
        }
        Ok(Given {
            ticket: self.ticket,
            rev_before: self.rev_before,
            relation: self.relation,
            reference: self.reference,
            beside,
        })
    }

    async fn beside(
        &self,
        conn: &Conn,
        seen_by: Option<&TicketScope>,
    ) -> std::result::Result<Option<Belongings>, DbError> {
        let Some(scope) = seen_by else {
            return Ok(None);
        };
        let mut beside = belongings(conn, scope, slice::from_ref(&self.ticket)).await?;
        Ok(beside.remove(&self.ticket.id))
    }

    /// Links photos with the row that is being appended.
    async fn link(&self, conn: &Conn, aids: &[Uuid]) -> std::result::Result<(), DbError> {
        let (seq, role) = (self.trail_end.next_seq(), photo_role(self.command));
        db::attachment::link_event(conn, self.ticket.id, seq, role, aids).await
    }

    /// Who may know of the ticket now.
    fn readers(&self) -> Readers {
        let judged = |state| state == State::AwaitingRecheck;
        match (judged(self.before), judged(self.ticket.state)) {
            _ if !self.command.keeps_readers() => Readers::Others,
            (false, true) => Readers::JudgesToo,
            (true, false) => Readers::JudgesNoLonger,
            _ => Readers::Same,
        }
    }

    async fn tell_all(
        &self,
        conn: &Conn,
        changed: &[Uuid],
        readers: Readers,
    ) -> std::result::Result<(), DbError> {
        match changed {
            [_this_alone] => db::feed::ticket(conn, &self.ticket, readers).await,
            _ => db::feed::tickets(conn, changed).await,
        }
    }

    /// Whoever comes to judge the ticket, or judges it no longer, is told of its photos too.
    async fn show_judges(&self, conn: &Conn, beside: Option<&Belongings>) -> Result<()> {
        if !matches!(self.readers(), Readers::JudgesToo | Readers::JudgesNoLonger) {
            return Ok(());
        }
        let here = match beside {
            Some(beside) => beside.photos.iter().any(|photo| photo.stored),
            None => db::feed::shows_photos(conn, self.ticket.id).await?,
        };
        if here {
            db::feed::photos_of_tickets(conn, &[self.ticket.id]).await?;
        }
        Ok(())
    }

    /// Tells phones.
    async fn announce(
        &self,
        conn: &Conn,
        changed: &[Uuid],
        office_only: bool,
        with_photos: bool,
    ) -> std::result::Result<(), DbError> {
        let this = &[self.ticket.id];
        match (office_only, self.command) {
            (false, _) => {
                let readers = match self.readers() {
                    Readers::Same if with_photos => Readers::Others,
                    readers => readers,
                };
                return self.tell_all(conn, changed, readers).await;
            }
            // What the inspector who found it holds is different now.
            (true, Command::Correct) => db::feed::tickets(conn, this).await?,
            (true, _) => db::feed::tickets_for_office(conn, this).await?,
        }
        if with_photos || self.ticket.state == State::Triage {
            db::feed::photos_of_tickets(conn, this).await?;
        }
        Ok(())
    }

    /// Open requests that mean nothing in the ticket's state lapse, and a suspension that ended before its day is not ended again.
    async fn let_requests_lapse(&self, conn: &mut Conn) -> Result<Vec<String>> {
        let (state, now) = (self.ticket.state, self.now);
        if self.before == State::Suspended && state != State::Suspended {
            let approved = |request: &&Request| {
                request.kind() == RequestKind::Suspension && request.state == RequestState::Approved
            };
            if let Some(suspension) = self.requests.iter().rfind(approved) {
                queue::cancel(conn, suspension.id).await?;
            }
        }
        let lapses = |it: &Request| it.state == RequestState::Open && !it.kind().holds_in(state);
        if !self.requests.iter().any(lapses) {
            return Ok(Vec::new());
        }
        Ok(db::ticket::request::lapse(conn, self.ticket.id, state, now).await?)
    }

    /// Declares the photos that come with the command; answers how many of them are not here yet.
    pub async fn declare(&mut self, conn: &mut Conn, photos: &[DeclaredPhoto]) -> Result<usize> {
        self.photos = evidence::declare(conn, self.actor, photos, "/attachments", self.now).await?;
        let missing = self.photos.iter().filter(|it| it.stored_at.is_none());
        Ok(missing.count())
    }
}

fn photo_role(command: Command) -> PhotoRole {
    match command {
        Command::Submit => PhotoRole::After,
        Command::Recheck => PhotoRole::Recheck,
        _ => PhotoRole::Comment,
    }
}

fn code(refused: Refused) -> Code {
    let hindrance = match refused {
        Refused::NotYours => return Code::Forbidden,
        Refused::WrongState(_) => return Code::WrongState,
        Refused::Hindered(hindrance) => hindrance,
    };
    match hindrance {
        Hindrance::RequestOpen => Code::RequestOpen,
        Hindrance::NoRequest => Code::NoRequest,
        Hindrance::ExtensionsSpent => Code::ExtensionsSpent,
        Hindrance::Overdue => Code::Overdue,
        Hindrance::ResumeDatePassed => Code::ResumeDatePassed,
        Hindrance::NotLate => Code::NotLate,
        Hindrance::AppealedBefore => Code::AppealedBefore,
        Hindrance::SecondPerson => Code::SecondPerson,
        Hindrance::NoSlip => Code::NoSlip,
        Hindrance::NoRecheck => Code::WrongState,
        Hindrance::PhotosPending => Code::PhotosPending,
    }
}

fn not_now(code: Code, ticket: &Ticket, allowed: &[Command]) -> Error {
    let allowed: Vec<&str> = allowed.iter().map(|command| command.as_str()).collect();
    let refused = match code {
        Code::WrongState | Code::PhotosPending => Error::with_detail(
            code,
            Text::new(
                format!("工单状态为 {}", ticket.state),
                format!("the ticket is {}", ticket.state),
            ),
        ),
        _ => Error::new(code),
    };
    refused
        .member("state", ticket.state.as_str())
        .member("rev", ticket.rev.to_string())
        .member("allowed", allowed)
}
