//! What is answered of look-backs.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::lookback::{Lookback, LookbackDraw};
use crate::domain::page::Page;
use crate::http::task::dto::TaskOut;

/// A page of look-backs.
#[derive(Serialize, ToSchema)]
pub struct LookbackPageOut {
    /// The latest draw first, each in its order.
    items: Vec<LookbackOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// A ticket that was drawn (回头看).
#[derive(Serialize, ToSchema)]
pub struct LookbackOut {
    /// The closed ticket.
    ticket: Uuid,
    /// Its number.
    number: Option<String>,
    /// The draw.
    draw: Uuid,
    /// When it was drawn.
    drawn_at: Timestamp,
    /// Its place in the draw, from 1.
    place: i32,
    /// The last task made of it; none while nobody may be asked.
    task: Option<TaskOut>,
}

/// A draw (抽查), with all that is needed to repeat it: see api-spec/draws.md.
#[derive(Serialize, ToSchema)]
pub struct LookbackDrawOut {
    /// The draw.
    id: Uuid,
    /// 64 hexadecimal digits.
    seed: String,
    /// Share that was drawn, in percent.
    share_percent: u32,
    /// Of the tickets closed from this instant on
    closed_from: Timestamp,
    /// and before this one, when the draw was made.
    closed_until: Timestamp,
    /// Who had it made; null: the system.
    drawn_by: Option<Uuid>,
    /// The tickets that it was made of.
    tickets: Vec<Uuid>,
    /// Those that were drawn, in their order.
    drawn: Vec<Uuid>,
    /// Whether the seed, tried again just now on these tickets, draws the same.
    reproduced: bool,
}

impl From<Lookback> for LookbackOut {
    fn from(it: Lookback) -> Self {
        Self {
            ticket: it.ticket_id,
            number: it.number,
            draw: it.draw_id,
            drawn_at: it.drawn_at,
            place: it.place,
            task: it.task.map(|(task, name)| TaskOut::new(task, Some(name))),
        }
    }
}

impl From<Page<Lookback>> for LookbackPageOut {
    fn from(page: Page<Lookback>) -> Self {
        let page = page.map(LookbackOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

impl From<LookbackDraw> for LookbackDrawOut {
    fn from(draw: LookbackDraw) -> Self {
        Self {
            reproduced: draw.drawn_again() == draw.drawn,
            id: draw.id,
            seed: draw.seed.to_string(),
            share_percent: draw.share_percent,
            closed_from: draw.from,
            closed_until: draw.until,
            drawn_by: draw.drawn_by,
            tickets: draw.tickets,
            drawn: draw.drawn,
        }
    }
}
