//! An inspector's day (督查员): visits places, reports faults with photos or a clean visit, looks at what was put right.

use serde_json::{Value, json};
use uuid::Uuid;

use super::cast::{AT_THE_BORDER, INSIDE, OUTSIDE};
use super::faults::Fault;
use super::phone::{Phone, Wish};
use super::photo::Photo;
use super::wire::text;
use super::witness::Hope;

/// Most rechecks at a time.
const RECHECKS: usize = 3;

impl Phone {
    /// A few visits, a few rechecks.
    pub(super) fn inspect(&mut self) {
        for _ in 0..self.chance.between(0, 3) {
            self.visit();
        }
        self.start_some();
        self.look_back_at_some();
        self.recheck_some();
        if self.strikes(Fault::Poison) {
            self.poison();
        }
    }

    fn visit(&mut self) {
        let catalogue = self.catalogue();
        let (point, geo) = self.stand_somewhere();
        let report = self.chance.id();
        let marker = format!("第{}号走访", self.chance.id().simple());
        let mut photos = Vec::new();
        let clean = catalogue.is_empty() || self.chance.percent(15);
        let mut findings = Vec::new();
        if !clean {
            for _ in 0..self.chance.between(1, 2) {
                findings.push(self.fault(&catalogue, &mut photos));
            }
        }
        let first = findings.first().and_then(|fault| fault.get("id")).cloned();
        let mut wish = Wish::new(
            "report.create",
            report,
            json!({ "point": point, "note": marker, "clean": clean, "findings": findings }),
        );
        (wish.geo, wish.photos, wish.hope) = (geo, photos, Hope::Applied);
        wish.marker = marker;
        let created = self.make(wish);
        if self.chance.percent(12) {
            let photo = Photo::take(&mut self.chance);
            let mut more = Wish::new(
                "report.add_attachments",
                report,
                json!({ "finding": first }),
            );
            (more.after, more.photos, more.hope) = (vec![created], vec![photo], Hope::Applied);
            self.make(more);
        }
        if self.chance.percent(5) {
            let note = format!("更正：第{}号", self.chance.id().simple());
            let mut amended = Wish::new("report.amend", report, json!({ "note": note }));
            (amended.after, amended.hope, amended.marker) = (vec![created], Hope::Applied, note);
            self.make(amended);
        }
    }

    fn fault(&mut self, catalogue: &[(String, Vec<String>)], photos: &mut Vec<Photo>) -> Value {
        let (item, conditions) = self.chance.pick(catalogue).cloned().unwrap_or_default();
        let named = conditions.len() == 1 || self.chance.percent(70);
        let condition = self.chance.pick(&conditions).filter(|_| named).cloned();
        let least = usize::from(!self.chance.percent(10));
        let taken: Vec<Photo> = (0..self.chance.between(least, 3))
            .map(|_| Photo::take(&mut self.chance))
            .collect();
        let aids: Vec<Uuid> = taken.iter().map(|photo| photo.aid).collect();
        photos.extend(taken);
        json!({
            "id": self.chance.id(),
            "item": item,
            "condition": condition,
            "text": format!("问题{}", self.chance.id().simple()),
            "danger": self.chance.percent(3),
            "fixed_on_site": self.chance.percent(5),
            "attachments": aids,
        })
    }

    /// Items in force with their conditions, as the phone has them.
    fn catalogue(&self) -> Vec<(String, Vec<String>)> {
        let active = |doc: &Value| doc.get("active").and_then(Value::as_bool) == Some(true);
        self.store
            .collection("items")
            .filter(|(_, row)| active(&row.doc))
            .map(|(_, row)| {
                let item = text(&row.doc, "code").to_owned();
                let conditions = self.store.collection("conditions").filter(|(_, other)| {
                    text(&other.doc, "item") == item
                        && text(&other.doc, "version") == text(&row.doc, "version")
                });
                let codes = conditions.map(|(_, other)| text(&other.doc, "code").to_owned());
                let codes = codes.collect();
                (item, codes)
            })
            .collect()
    }

    /// At a check point, somewhere in a district, at a border, outside, or with no fix at all.
    fn stand_somewhere(&mut self) -> (Option<Uuid>, Option<Value>) {
        let points: Vec<(Uuid, f64, f64)> = self
            .store
            .collection("points")
            .filter_map(|(id, row)| {
                let degrees = |name: &str| row.doc.get(name).and_then(Value::as_f64);
                Some((id, degrees("lat")?, degrees("lon")?))
            })
            .collect();
        let at_point = self.chance.percent(50);
        if let (true, Some((id, lat, lon))) = (at_point, self.chance.pick(&points).copied()) {
            return (Some(id), self.fix((lat, lon), 0.000_5, 8.0));
        }
        match self.chance.between(1, 100) {
            1..=50 => {
                let place = INSIDE.first().copied().unwrap_or_default();
                (None, self.fix(place, 0.02, 6.5))
            }
            51..=80 => {
                let place = self.chance.pick(&INSIDE).copied().unwrap_or_default();
                (None, self.fix(place, 0.01, 12.0))
            }
            81..=90 => {
                let place = self.chance.pick(&AT_THE_BORDER).copied();
                (None, self.fix(place.unwrap_or_default(), 0.0, 60.0))
            }
            91..=93 => (None, self.fix(OUTSIDE, 0.01, 5.0)),
            94..=96 => (None, self.fix((0.0, 0.0), 0.0, 5.0)),
            _ => (None, None),
        }
    }

    fn fix(&mut self, (lat, lon): (f64, f64), around: f64, acc_m: f64) -> Option<Value> {
        Some(json!({
            "lat": lat + self.chance.deviation(around),
            "lon": lon + self.chance.deviation(around),
            "datum": "wgs84",
            "acc_m": acc_m,
            "mock": false,
            "fix_age_ms": self.chance.between(0, 3_000),
        }))
    }

    /// Sets out for what the office asked for.
    fn start_some(&mut self) {
        let open: Vec<(Uuid, i64)> = self
            .store
            .collection("tasks")
            .filter(|(id, row)| text(&row.doc, "state") == "open" && !self.store.is_busy_with(*id))
            .map(|(id, row)| (id, row.rev))
            .collect();
        for (task, seen) in open {
            if self.chance.percent(50) {
                let mut wish = Wish::new("task.start", task, json!({}));
                wish.seen = Some(seen);
                self.make(wish);
            }
        }
    }

    /// Says what became of what units closed by themselves.
    fn look_back_at_some(&mut self) {
        let tasks: Vec<(Uuid, i64)> = self
            .store
            .collection("tasks")
            .filter(|(id, row)| {
                text(&row.doc, "kind") == "lookback" && !self.store.is_busy_with(*id)
            })
            .map(|(id, row)| (id, row.rev))
            .collect();
        for (task, seen) in tasks {
            let result = match self.chance.between(1, 10) {
                1..=3 => "pass",
                4..=6 => "fail",
                7 => "unable",
                _ => continue,
            };
            let marker = format!("回头看{}", self.chance.id().simple());
            let data = json!({ "result": result, "opinion": marker });
            let mut wish = Wish::new("task.finish", task, data);
            wish.photos = vec![Photo::take(&mut self.chance)];
            (wish.seen, wish.role, wish.marker) = (Some(seen), "recheck", marker);
            self.make(wish);
        }
    }

    fn recheck_some(&mut self) {
        let waiting: Vec<(Uuid, i64)> = self
            .store
            .collection("tickets")
            .filter(|(_, row)| text(&row.doc, "state") == "awaiting_recheck")
            .filter(|(_, row)| row.doc.get("report").is_none())
            .filter(|(id, _)| !self.store.is_busy_with(*id))
            .map(|(id, row)| (id, row.rev))
            .take(RECHECKS)
            .collect();
        for (ticket, seen) in waiting {
            if !self.chance.percent(60) {
                continue;
            }
            let result = match self.chance.between(1, 10) {
                1..=7 => "pass",
                8 | 9 => "fail",
                _ => "unable",
            };
            let marker = format!("核查{}", self.chance.id().simple());
            let data = json!({ "result": result, "opinion": marker });
            let mut wish = Wish::new("ticket.recheck", ticket, data);
            wish.photos = vec![Photo::take(&mut self.chance)];
            (wish.seen, wish.role, wish.marker) = (Some(seen), "recheck", marker);
            self.make(wish);
        }
    }

    /// What no server can apply, in the midst of good work.
    fn poison(&mut self) {
        let target = self.chance.id();
        let mut wish = if self.chance.percent(50) {
            Wish::new("ticket.teleport", target, json!({}))
        } else {
            let finding = json!({ "id": self.chance.id(), "item": "没有这一项" });
            let data = json!({ "note": "", "clean": false, "findings": [finding] });
            Wish::new("report.create", target, data)
        };
        wish.hope = Hope::Quarantined;
        wish.photos = vec![Photo::take(&mut self.chance)];
        self.make(wish);
    }
}
