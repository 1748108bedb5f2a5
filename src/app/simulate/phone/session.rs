//! Logging in and staying logged in. Nothing here ever deletes what the phone keeps.

use serde_json::json;

use super::{Phone, Stop};
use crate::app::simulate::cast::PASSWORD;
use crate::app::simulate::faults::Fault;
use crate::app::simulate::store::Session;
use crate::app::simulate::wire::{Answer, Call};
use crate::app::simulate::witness::Wrong;

impl Phone {
    /// Makes sure of an access token; now and then gets a new one, as time on the phone goes by in days.
    pub(super) async fn ensure_session(&mut self) -> Result<(), Stop> {
        if self.store.session.is_none() {
            return self.log_in().await;
        }
        if !self.calm && self.chance.percent(30) {
            return self.refresh().await;
        }
        Ok(())
    }

    async fn log_in(&mut self) -> Result<(), Stop> {
        let call = Call::post(
            "auth/login",
            &json!({
                "username": self.person.username,
                "password": PASSWORD,
                "device": { "id": self.device, "name": self.name.chars().take(60).collect::<String>() },
            }),
        );
        if self.strikes(Fault::AnswerLostLogin) {
            return Err(self.world.wire.send_unheard(&call).await.into());
        }
        let answer = self.world.wire.send(&call).await?;
        let user = answer.json.pointer("/user/id").and_then(|id| id.as_str());
        match (answer.status, user.and_then(|id| id.parse().ok())) {
            (200, Some(account)) => {
                self.account = account;
                self.keep_tokens(&answer);
                Ok(())
            }
            _ => {
                self.accuse(Wrong::Stuck, &format!("cannot log in: {}", answer.words()));
                Err(Stop::Lost)
            }
        }
    }

    fn keep_tokens(&mut self, answer: &Answer) {
        self.store.session = Some(Session {
            access: answer.text("access_token").to_owned(),
            refresh: answer.text("refresh_token").to_owned(),
            nonce: None,
        });
    }

    /// New tokens for the old one. The nonce is kept until an answer has arrived, whatever happens meanwhile.
    async fn refresh(&mut self) -> Result<(), Stop> {
        let nonce = self.chance.id().to_string();
        let Some(session) = &mut self.store.session else {
            return self.log_in().await;
        };
        let nonce = session.nonce.get_or_insert(nonce).clone();
        let body = json!({ "refresh_token": session.refresh, "nonce": nonce });
        let call = Call::post("auth/refresh", &body);
        if self.strikes(Fault::AnswerLostRefresh) {
            return Err(self.world.wire.send_unheard(&call).await.into());
        }
        if self.strikes(Fault::AnswerLostRefresh5) {
            for _ in 0..5 {
                self.world.wire.send_unheard(&call).await;
            }
        }
        let answer = if self.strikes(Fault::RefreshTwice) {
            let wire = &self.world.wire;
            let (first, second) = tokio::join!(wire.send(&call), wire.send(&call));
            let (first, second) = (first?, second?);
            if first.text("refresh_token") != second.text("refresh_token") && !self.twin {
                self.accuse(
                    Wrong::Stuck,
                    "two refreshes at once gave two different tokens",
                );
            }
            second
        } else {
            self.world.wire.send(&call).await?
        };
        if answer.status == 200 {
            self.keep_tokens(&answer);
            return Ok(());
        }
        if !self.twin {
            let words = format!(
                "a session ended although its token was never in two hands: {}",
                answer.words()
            );
            self.accuse(Wrong::Stuck, &words);
        }
        self.log_in().await
    }

    /// The request with token and device.
    pub(super) fn signed(&self, call: Call) -> Call {
        let token = self.store.session.as_ref().map(|session| &session.access);
        call.header(
            "authorization",
            format!("Bearer {}", token.map_or("", String::as_str)),
        )
        .header("x-device-id", self.device.to_string())
        .header("x-app-schema", "1")
    }

    /// Sends with token and device; gets a new token when the old one has ended, and tries once more. Any request may be
    /// cut off on the way.
    pub(super) async fn ask(&mut self, call: Call) -> Result<Answer, Stop> {
        if self.strikes(Fault::RequestCut) {
            let share = self.chance.between(0, 1000);
            let call = self.signed(call);
            return Err(self.world.wire.send_cut(&call, share).await.into());
        }
        let answer = self.world.wire.send(&self.signed(call.clone())).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.renew(&answer).await?;
        Ok(self.world.wire.send(&self.signed(call)).await?)
    }

    /// What a 401 asks for.
    pub(super) async fn renew(&mut self, answer: &Answer) -> Result<(), Stop> {
        match answer.code() {
            "token_expired" => self.refresh().await,
            code => {
                if !self.twin {
                    let words = format!("logged out without a reason: {code}");
                    self.accuse(Wrong::Stuck, &words);
                }
                self.log_in().await
            }
        }
    }
}
