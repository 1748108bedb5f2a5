//! The trail that nobody can quietly edit: whoever changes it by SQL, with every trigger off, is found, and what he did is named.

mod chain;
mod command;
mod kept;
mod log;
mod many;
mod merkle;
mod restored;
mod tamper;

use serde_json::json;
use uuid::Uuid;
use xuncha::domain::audit::fault::{Fault, RowFault, TicketName};
use xuncha::services::audit::{self, Report};

use crate::harness::TestApp;
use crate::harness::story::{self, command, recheck};

/// A city with three tickets, the first of them closed, all anchored.
struct City {
    app: TestApp,
    tickets: Vec<Uuid>,
}

impl City {
    async fn anchored() -> Self {
        let city = Self::new().await;
        city.anchor().await;
        city
    }

    async fn new() -> Self {
        let app = TestApp::demo().await;
        let inspector = app.login("inspector1").await;
        let officer = app.login("officer-371602-sanitation").await;
        let mut tickets: Vec<Uuid> = Vec::new();
        for _ in 0..3 {
            let sent = story::report("371602").post(&inspector).await;
            tickets.push(sent.ticket.parse().expect("an id"));
        }
        let closed = tickets.first().map(Uuid::to_string).expect("three");
        story::rectify(&officer, &closed).await;
        let other = app.login("inspector2").await;
        command(&other, &closed, "recheck", recheck("pass"))
            .await
            .expect(200);
        app.run_jobs().await;
        Self { app, tickets }
    }

    async fn anchor(&self) -> audit::Anchored {
        audit::anchor(&self.app.svc).await.expect("anchored")
    }

    async fn verify(&self) -> Report {
        verify(&self.app).await
    }

    /// As a superuser who has switched every trigger off.
    async fn tamper(&self, statements: &str) {
        let all = format!("SET session_replication_role = replica; {statements}");
        self.app.let_feed_be_wrong();
        self.app.execute(&all).await;
    }

    /// The first thing that is found.
    async fn first_fault(&self) -> Fault {
        let report = self.verify().await;
        report
            .faults
            .into_iter()
            .next()
            .expect("something is broken")
    }

    /// A fault of the row of a ticket.
    fn row(&self, index: usize, seq: i32, fault: RowFault) -> Fault {
        Fault::Row(self.name(index), seq, fault)
    }

    fn ticket(&self, index: usize) -> Uuid {
        *self.tickets.get(index).expect("one of three")
    }

    fn name(&self, index: usize) -> TicketName {
        TicketName {
            id: self.ticket(index),
            number: Some(format!("2026-{:06}", index + 1)),
        }
    }

    async fn comment(&self, index: usize) {
        let clerk = self.app.login("clerk").await;
        let id = self.ticket(index).to_string();
        command(&clerk, &id, "comment", json!({ "text": "已电话催办" }))
            .await
            .expect(200);
    }
}

async fn verify(app: &TestApp) -> Report {
    audit::verify(&app.svc, None, &|_, _| ())
        .await
        .expect("everything can be read")
}

/// Nothing that people did, in whatever order, looks like damage: every trail and every ticket's own row are whole.
pub async fn assert_whole(app: &TestApp) {
    audit::anchor(&app.svc).await.expect("anchored");
    let report = verify(app).await;
    assert_eq!(report.faults, []);
    assert_eq!(report.rows, report.entries);
}
