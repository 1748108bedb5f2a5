//! An officer's day (责任单位联络员): takes tickets on, puts them right, proves it, returns what is not his; often without a
//! line, on what he last saw.

use serde_json::{Value, json};
use uuid::Uuid;

use super::phone::{Phone, Wish};
use super::photo::Photo;
use super::wire::text;

/// Most tickets touched at a time.
const TICKETS: usize = 8;

impl Phone {
    /// Works some of the tickets on the phone.
    pub(super) fn rectify(&mut self) {
        let mut open: Vec<(Uuid, i64, String)> = self
            .store
            .collection("tickets")
            .map(|(id, row)| (id, row.rev, text(&row.doc, "state").to_owned()))
            .filter(|(id, _, state)| {
                matches!(state.as_str(), "dispatched" | "rectifying" | "closed")
                    && !self.store.is_busy_with(*id)
            })
            .collect();
        self.chance.shuffle(&mut open);
        for (ticket, seen, state) in open.into_iter().take(TICKETS) {
            match (state.as_str(), self.chance.between(1, 100)) {
                ("dispatched", 1..=10) | ("rectifying", 1..=4) => self.give_back(ticket, seen),
                ("dispatched", 11..=75) => {
                    let taken_on = self.command("ticket.acknowledge", ticket, seen, json!({}));
                    if self.chance.percent(50) {
                        self.submit(ticket, seen, vec![taken_on]);
                    }
                }
                ("rectifying", 5..=65) => self.submit(ticket, seen, Vec::new()),
                ("closed", 1..=2) | (_, 95..=100) => self.say_something(ticket, seen),
                _ => {}
            }
        }
    }

    fn command(&mut self, kind: &'static str, ticket: Uuid, seen: i64, data: Value) -> Uuid {
        let mut wish = Wish::new(kind, ticket, data);
        wish.seen = Some(seen);
        self.make(wish)
    }

    fn give_back(&mut self, ticket: Uuid, seen: i64) {
        let marker = format!("退回{}", self.chance.id().simple());
        let data = json!({ "reason": "not_our_duty", "text": marker });
        let mut wish = Wish::new("ticket.return", ticket, data);
        (wish.seen, wish.marker) = (Some(seen), marker);
        self.make(wish);
    }

    fn submit(&mut self, ticket: Uuid, seen: i64, after: Vec<Uuid>) {
        let marker = format!("已整改{}", self.chance.id().simple());
        let photos = self.chance.between(1, 2);
        let mut wish = Wish::new("ticket.submit", ticket, json!({ "measure": marker }));
        wish.photos = (0..photos).map(|_| Photo::take(&mut self.chance)).collect();
        (wish.seen, wish.role, wish.after) = (Some(seen), "after", after);
        wish.marker = marker;
        self.make(wish);
    }

    fn say_something(&mut self, ticket: Uuid, seen: i64) {
        let marker = format!("留言{}", self.chance.id().simple());
        let mut wish = Wish::new("ticket.comment", ticket, json!({ "text": marker }));
        if self.chance.percent(30) {
            wish.photos = vec![Photo::take(&mut self.chance)];
        }
        (wish.seen, wish.role, wish.marker) = (Some(seen), "comment", marker);
        self.make(wish);
    }
}
