//! The office at its desk (受理员、督查室): over REST, in a browser, it files what waits in triage, sends returned tickets to
//! other units while their officers may be offline, merges, refuses, rules and rechecks.

use std::sync::Arc;

use anyhow::bail;
use serde_json::{Value, json};

use super::cast::{PASSWORD, SUBJECTS};
use super::chance::Chance;
use super::phone::World;
use super::wire::{Answer, Call, list, text};
use super::witness::Wrong;

/// Tickets decided in a day, of each sort.
const A_DAY: &str = "200";

/// Clerk and supervisor, logged in.
pub(super) struct Desk {
    world: Arc<World>,
    chance: Chance,
    clerk: String,
    supervisor: String,
}

impl Desk {
    pub(super) async fn open(world: Arc<World>, seed: u64) -> anyhow::Result<Self> {
        Ok(Self {
            clerk: log_in(&world, "clerk").await?,
            supervisor: log_in(&world, "supervisor").await?,
            chance: Chance::new(seed, u64::MAX),
            world,
        })
    }

    /// Logs in anew: tokens live for half an hour, and nobody here keeps sessions.
    pub(super) async fn log_in(&mut self) -> anyhow::Result<()> {
        self.clerk = log_in(&self.world, "clerk").await?;
        self.supervisor = log_in(&self.world, "supervisor").await?;
        Ok(())
    }

    pub(super) fn world(&self) -> Arc<World> {
        Arc::clone(&self.world)
    }

    /// Reads as the clerk.
    pub(super) async fn read(&self, path: &str) -> Option<Answer> {
        let call = Call::get(path).header("authorization", &self.clerk);
        self.world.wire.send(&call).await.ok()
    }

    /// One day's decisions.
    pub(super) async fn work(&mut self) {
        if self.log_in().await.is_err() {
            return; // The server was away; tomorrow is a day as well.
        }
        let open = self
            .tickets(&format!("tickets?state=dispatched&limit={A_DAY}"))
            .await;
        for ticket in self.tickets(&format!("triage?limit={A_DAY}")).await {
            if self.chance.percent(75) {
                self.decide(&ticket, &open).await;
            }
        }
        for ticket in self
            .tickets(&format!("tickets?state=returned&limit={A_DAY}"))
            .await
        {
            if self.chance.percent(75) {
                let body = json!({ "unit": self.some_unit(&ticket), "opinion": "请办理" });
                self.command(&ticket, "redispatch", &body).await;
            }
        }
        for ticket in self
            .tickets(&format!("tickets?state=disputed&limit={A_DAY}"))
            .await
        {
            let body = json!({ "unit": self.some_unit(&ticket), "opinion": "现予确权" });
            let by = self.supervisor.clone();
            self.command_by(&by, &ticket, "rule_ownership", &body).await;
        }
        for ticket in self
            .tickets(&format!("tickets?state=awaiting_recheck&limit={A_DAY}"))
            .await
        {
            if self.chance.percent(40) {
                self.ask_for_recheck(&ticket).await;
            }
        }
        self.draw_lookbacks().await;
        for ticket in &open {
            if self.chance.percent(2) {
                self.command(ticket, "void", &json!({ "reason": "作废" }))
                    .await;
            }
        }
    }

    /// Has what units closed by themselves looked back at; there may be nothing.
    async fn draw_lookbacks(&self) {
        let call = Call::post("lookback-draws".to_owned(), &json!({}))
            .header("authorization", &self.clerk);
        match self.world.wire.send(&call).await {
            Ok(answer) if !matches!(answer.status, 201 | 409) => {
                self.complain("draw", &answer);
            }
            _ => {}
        }
    }

    /// Asks one of those who may; another one, now and then, than was asked before.
    async fn ask_for_recheck(&mut self, ticket: &Value) {
        let path = format!("tickets/{}/recheckers", text(ticket, "id"));
        let may = self.tickets(&path).await;
        if let Some(inspector) = self.chance.pick(&may) {
            let body = json!({ "rechecker": inspector.get("id"), "opinion": "请核查" });
            self.command(ticket, "assign", &body).await;
        }
    }

    async fn decide(&mut self, ticket: &Value, open: &[Value]) {
        let item = |ticket: &Value| ticket.pointer("/item/code").cloned();
        let master = open.iter().find(|other| item(other) == item(ticket));
        match (self.chance.between(1, 10), master) {
            (1, _) => {
                let body = json!({ "reason": "不属立案范围" });
                self.command(ticket, "reject", &body).await;
            }
            (2 | 3, Some(master)) => {
                let body = json!({ "master": text(master, "id"), "reason": "同一问题" });
                self.command(ticket, "merge", &body).await;
            }
            _ => {
                // What is not named is taken from the rules; where they find nothing, it is named.
                let answer = self
                    .command(ticket, "file", &json!({ "opinion": "立案" }))
                    .await;
                if answer.is_some_and(|answer| answer.status == 422) {
                    let body = json!({
                        "condition": self.some_condition(ticket).await,
                        "lead_unit": self.some_unit(ticket),
                        "opinion": "立案",
                    });
                    self.command(ticket, "file", &body).await;
                }
            }
        }
    }

    async fn some_condition(&mut self, ticket: &Value) -> Option<Value> {
        if let Some(code) = ticket.pointer("/condition/code") {
            return Some(code.clone());
        }
        let catalogue = self.read("items").await?;
        let code = ticket.pointer("/item/code")?;
        let item = list(&catalogue.json, "items")
            .iter()
            .find(|item| item.get("code") == Some(code))?;
        let condition = self.chance.pick(list(item, "conditions"))?;
        condition.get("code").cloned()
    }

    fn some_unit(&mut self, ticket: &Value) -> String {
        let district = ticket.pointer("/district/code").and_then(Value::as_str);
        let subject = self.chance.pick(&SUBJECTS).copied().unwrap_or_default();
        format!("{}{subject}", district.unwrap_or("371602"))
    }

    async fn tickets(&self, path: &str) -> Vec<Value> {
        let Some(answer) = self.read(path).await else {
            return Vec::new();
        };
        if answer.status != 200 {
            self.complain(path, &answer);
        }
        list(&answer.json, "items").to_vec()
    }

    async fn command(&self, ticket: &Value, command: &str, body: &Value) -> Option<Answer> {
        self.command_by(&self.clerk, ticket, command, body).await
    }

    async fn command_by(
        &self,
        token: &str,
        ticket: &Value,
        command: &str,
        body: &Value,
    ) -> Option<Answer> {
        let call = Call::post(format!("tickets/{}/{command}", text(ticket, "id")), body)
            .header("authorization", token)
            .header("if-match", format!("\"{}\"", text(ticket, "rev")));
        let answer = self.world.wire.send(&call).await.ok()?;
        // Officers were faster, or a field is wanted: everyday life. Anything else is not.
        if !matches!(answer.status, 200 | 409 | 412 | 422) {
            self.complain(command, &answer);
        }
        Some(answer)
    }

    fn complain(&self, what: &str, answer: &Answer) {
        let words = format!("the desk's {what} is refused: {}", answer.words());
        self.world.witness.accuse(Wrong::Stuck, words);
    }
}

async fn log_in(world: &World, username: &str) -> anyhow::Result<String> {
    let body = json!({ "username": username, "password": PASSWORD });
    match world.wire.send(&Call::post("auth/login", &body)).await {
        Ok(answer) if answer.status == 200 => Ok(format!("Bearer {}", answer.text("access_token"))),
        Ok(answer) => bail!(
            "{username} cannot log in (the server needs --demo): {}",
            answer.words()
        ),
        Err(_lost) => bail!("the server does not answer"),
    }
}
