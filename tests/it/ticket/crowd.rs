//! A crowd that gives whatever command comes to its mind, all at once, against real PostgreSQL: whatever it does, every ticket stays what the
//! machine allows, every answer has its row, clocks are what their steps give, the trail is whole, and times add up.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use xuncha::domain::calendar::{DeadlineClock, Step};
use xuncha::domain::ticket::machine::{Command, RULES, State};
use xuncha::services::audit;

use super::SANITATION;
use crate::harness::story::{self, Photo};
use crate::harness::{Client, TestApp};

const TICKETS: usize = 5;
const STEPS: usize = 30;
/// Who is in it.
pub const CROWD: [&str; 9] = [
    "clerk",
    "clerk",
    "supervisor",
    SANITATION,
    SANITATION,
    "officer-371602",
    "inspector1",
    "inspector2",
    "inspector3",
];

/// Commands that were answered with 200, by ticket and word.
type Answered = Mutex<BTreeMap<(String, String), usize>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_crowd_does_at_once_the_machine_holds() {
    for seed in [1, 20_261_126] {
        let mut app = TestApp::demo().await;
        app.let_jobs_stay();
        let inspector = app.login("inspector1").await;
        let mut tickets = Vec::new();
        for index in 0..TICKETS {
            // One of them waits in triage.
            let draft = story::report("371602");
            let draft = if index == 0 {
                draft.photos(vec![])
            } else {
                draft
            };
            tickets.push(draft.post(&inspector).await.ticket);
        }
        let answered = Answered::default();
        let crowd = CROWD.iter().enumerate().map(async |(number, name)| {
            let rng = StdRng::seed_from_u64(seed * 100 + u64::try_from(number).expect("few"));
            act(&app, &app.login(name).await, &tickets, rng, &answered).await;
        });
        let anchoring = async {
            for _ in 0..STEPS {
                audit::anchor(&app.svc).await.expect("anchored");
                app.clock.advance(SignedDuration::from_mins(11));
                tokio::task::yield_now().await;
            }
        };
        futures_util::join!(join_all(crowd), anchoring);
        app.run_jobs().await;

        let answered = answered.into_inner().expect("nobody panicked");
        let given: usize = answered.values().sum();
        assert!(
            given > 40,
            "seed {seed}: only {given} commands were carried out"
        );
        for id in &tickets {
            check(&app, id, &answered, seed).await;
        }
        crate::audit::assert_whole(&app).await;
    }
}

/// Somebody gives commands, one after the other.
async fn act(
    app: &TestApp,
    client: &Client,
    tickets: &[String],
    mut rng: StdRng,
    answered: &Answered,
) {
    for _ in 0..STEPS {
        let Some((id, word)) = give_any(app, client, tickets, &mut rng).await else {
            continue;
        };
        let mut answered = answered.lock().expect("nobody panicked");
        *answered.entry((id, word)).or_default() += 1;
    }
}

/// Somebody reads a ticket and gives a command: mostly one that is offered, else any. Answers which one on which ticket, if it was
/// carried out.
pub async fn give_any(
    app: &TestApp,
    client: &Client,
    tickets: &[String],
    rng: &mut StdRng,
) -> Option<(String, String)> {
    let id = tickets.choose(rng).expect("tickets");
    let seen = client.get(&format!("tickets/{id}")).await;
    let rev = if seen.status == 200 {
        seen.str("/rev")
    } else {
        "1"
    };
    let offered: Vec<&str> = match seen.status {
        200 => seen
            .list("/allowed")
            .iter()
            .filter_map(Value::as_str)
            .collect(),
        _ => Vec::new(),
    };
    let any: Vec<&str> = RULES.iter().map(|rule| rule.command.as_str()).collect();
    let choice = if rng.random_range(0..10) < 8 {
        offered
    } else {
        any
    };
    let word = choice.choose(rng).copied()?;
    let body = body(rng, word, tickets, app.svc.now())?;
    let photo = body.pointer("/attachments/0/aid").is_some() && rng.random();
    let body = if photo {
        with_stored_photo(client, body).await
    } else {
        body
    };
    let request = client
        .post(&format!("tickets/{id}/{word}"))
        .if_match(rev)
        .json(&body);
    let answer = request.await;
    // 401: the clock ran past the token once more while he logged in again.
    let known = [200, 401, 403, 404, 409, 412, 422];
    assert!(
        known.contains(&answer.status),
        "{word}: {} {}",
        answer.status,
        answer.text()
    );
    (answer.status == 200).then(|| (id.clone(), word.to_owned()))
}

async fn with_stored_photo(client: &Client, mut body: Value) -> Value {
    let photo = Photo::new();
    if photo.put(client).await.status == 201
        && let Some(members) = body.as_object_mut()
    {
        members.insert("attachments".to_owned(), json!([photo.declared()]));
    }
    body
}

/// A body for a command, if it is one that this crowd knows how to give.
fn body(rng: &mut StdRng, word: &str, tickets: &[String], now: Timestamp) -> Option<Value> {
    let unit = ["371602", "371602-sanitation", "371602-urban_management"].choose(rng)?;
    let photos = json!([Photo::new().declared()]);
    let resume = (now + SignedDuration::from_hours(24 * 10)).to_string();
    let resume_date = resume.split('T').next()?;
    Some(match word {
        "file" | "acknowledge" => json!({}),
        "reject" | "void" | "force_close" => json!({ "reason": "不属实" }),
        "confirm_force_close" | "approve_extension" | "approve_suspension" | "approve_appeal" => {
            json!({ "opinion": "同意" })
        }
        "refuse_extension" | "refuse_suspension" | "refuse_appeal" | "refuse_force_close" => {
            json!({ "opinion": "不同意" })
        }
        "assign" => json!({ "assignee": null }),
        "correct" => json!({ "item": "E0102", "reason": "项目有误" }),
        "supervise" => json!({ "reason": "久拖不决" }),
        "reply" => json!({ "slip": "DB-2026-000001", "text": "正在整改" }),
        "merge" => json!({ "master": tickets.choose(rng)?, "reason": "同一处" }),
        "return" => json!({ "reason": "not_our_duty", "text": "不归我们" }),
        "redispatch" | "rule_ownership" => json!({ "unit": unit, "opinion": "按职责分工" }),
        "submit" => json!({ "measure": "已清理", "attachments": photos }),
        "recheck" => {
            let result = ["pass", "fail", "fail", "unable"].choose(rng)?;
            json!({ "result": result, "opinion": "现场查看", "attachments": photos })
        }
        "request_extension" => json!({ "reason": "雨天无法施工" }),
        "request_suspension" => {
            json!({ "plan": "待完工", "temporary_measure": "围挡", "resume_date": resume_date })
        }
        "request_appeal" => json!({ "reason": "非本单位责任" }),
        "comment" => json!({ "text": "请抓紧" }),
        _ => return None,
    })
}

async fn check(app: &TestApp, id: &str, answered: &BTreeMap<(String, String), usize>, seed: u64) {
    let rows = app
        .rows(&format!(
            "SELECT * FROM ticket_events WHERE ticket_id = '{id}' ORDER BY seq"
        ))
        .await;
    let told = format!("seed {seed}, {id}: {rows:#?}");
    legal(&rows, &told);
    none_lost(&rows, id, answered, &told);
    clock(app, id, &told).await;
    times(app, id, &rows, &told).await;
}

/// Every row goes where its command may lead, from where the row before it ended.
fn legal(rows: &[Value], told: &str) {
    let mut state: Option<State> = None;
    for row in rows {
        let from = row["from_state"]
            .as_str()
            .map(|word| word.parse::<State>().expect("a state"));
        let to: State = row["to_state"]
            .as_str()
            .expect("a word")
            .parse()
            .expect("a state");
        assert_eq!(from, state, "{told}");
        let word = row["command"].as_str().expect("a word");
        match (
            from,
            RULES.iter().find(|rule| rule.command.as_str() == word),
        ) {
            (Some(from), Some(rule)) => {
                // A submission whose photos never came can be made again.
                let again = rule.command == Command::Submit && from == State::AwaitingRecheck;
                assert!(
                    again || rule.from.contains(&from),
                    "{word} in {from}: {told}"
                );
                let stays = from == to && (rule.to.is_empty() || rule.to.contains(&to));
                assert!(stays || rule.to.contains(&to), "{word} to {to}: {told}");
            }
            (None, _) => assert_eq!((word, to), ("create", State::Triage), "{told}"),
            (Some(from), None) => {
                let closes = word == "photos_arrived" && to == State::Closed;
                let resumes = from == State::Suspended && to == State::Rectifying;
                assert!(
                    from == to || closes || resumes,
                    "{word} {from} to {to}: {told}"
                );
            }
        }
        state = Some(to);
    }
}

/// A row for each answer, and no row that nobody was answered.
fn none_lost(rows: &[Value], id: &str, answered: &BTreeMap<(String, String), usize>, told: &str) {
    for rule in RULES {
        let word = rule.command.as_str();
        let by_people = rows
            .iter()
            .filter(|row| row["command"] == word && row["actor_role"] != "system");
        let given = answered
            .get(&(id.to_owned(), word.to_owned()))
            .copied()
            .unwrap_or_default();
        assert_eq!(by_people.count(), given, "{word}: {told}");
    }
}

/// The clock stops and resumes in turn, runs while the unit has to act, and shows what its steps give.
async fn clock(app: &TestApp, id: &str, told: &str) {
    let row = app
        .rows(&format!(
            "SELECT state, clock, due_at, lead_unit_id FROM tickets WHERE id = '{id}'"
        ))
        .await;
    let row = row.first().expect("the ticket");
    let Ok(clock) = serde_json::from_value::<DeadlineClock>(row["clock"].clone()) else {
        assert_eq!(row["clock"], Value::Null, "{told}");
        return;
    };
    let mut running = true;
    for step in &clock.steps {
        match step {
            Step::Stopped(_) => assert!(std::mem::replace(&mut running, false), "{told}"),
            Step::Resumed(_) => assert!(!std::mem::replace(&mut running, true), "{told}"),
            Step::Extended => {}
        }
    }
    let state: State = row["state"]
        .as_str()
        .expect("a word")
        .parse()
        .expect("a state");
    let acts = matches!(state, State::Dispatched | State::Rectifying);
    assert_eq!(running, acts, "{state}: {told}");
    let unit = row["lead_unit_id"]
        .as_str()
        .map(|id| id.parse().expect("an id"));
    let mut sql = app.sql().await;
    let calendar = app
        .svc
        .reference
        .calendar(&mut sql, unit)
        .await
        .expect("a calendar");
    let again = DeadlineClock::replay(&calendar, clock.limit, clock.started_at, &clock.steps);
    assert_eq!(again.due, clock.due, "{told}");
    let due: Timestamp = row["due_at"]
        .as_str()
        .expect("an instant")
        .parse()
        .expect("an instant");
    assert_eq!(due, clock.due.at, "{told}");
}

/// Times of the stages add up to the whole, to the second.
async fn times(app: &TestApp, id: &str, rows: &[Value], told: &str) {
    let instant = |row: &Value| {
        row["at"]
            .as_str()
            .and_then(|at| at.parse::<Timestamp>().ok())
    };
    let open = |row: &&Value| {
        let state: Option<State> = row["to_state"].as_str().and_then(|word| word.parse().ok());
        !state.is_some_and(|state| {
            matches!(
                state,
                State::Closed | State::Rejected | State::Merged | State::Voided
            )
        })
    };
    let first = rows.first().and_then(instant).expect("a row");
    let ended = rows.iter().find(|row| !open(row)).and_then(instant);
    let whole = ended.unwrap_or(app.svc.now()).as_second() - first.as_second();
    let auditor = app.login("auditor").await;
    let stages = auditor
        .get(&format!("tickets/{id}/stages"))
        .await
        .expect(200);
    let walls = stages
        .list("/items")
        .iter()
        .filter_map(|item| item.pointer("/held/wall_s").and_then(Value::as_i64));
    assert_eq!(walls.sum::<i64>(), whole, "{told}");
    assert_eq!(stages.at("/total/wall_s"), whole, "{told}");
}
