//! kill −9 in the middle of the day: what was acknowledged is there, once; what was not can be sent again.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use nix::sys::signal::Signal;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::sync::Notify;

use crate::harness::story::{self, Draft};
use crate::harness::{Client, ServerProcess};

const REPORTS: usize = 100;
/// The server dies once so many of the reports are answered; their photos are under way beside them.
const ANSWERED_BEFORE: usize = 40;

/// What a phone was told before the line went dead.
#[derive(Default)]
struct Told {
    report: Option<StatusCode>,
    photo: Option<StatusCode>,
}

/// Phones that send until the line goes dead.
struct Phones {
    http: reqwest::Client,
    url: String,
    token: String,
    answered: AtomicUsize,
    enough: Notify,
}

impl Phones {
    async fn send(&self, draft: &Draft) -> Told {
        let [photo] = draft.photos.as_slice() else {
            panic!("a report has one photo");
        };
        let put = self
            .http
            .put(format!("{}/api/v1/attachments/{}", self.url, photo.aid))
            .header("content-type", "image/jpeg")
            .body(photo.bytes.clone());
        let post = self
            .http
            .post(format!("{}/api/v1/reports", self.url))
            .json(&draft.body());
        let report = async {
            let told = self.deliver(post).await;
            if told.is_some() && self.answered.fetch_add(1, Ordering::SeqCst) + 1 == ANSWERED_BEFORE
            {
                self.enough.notify_one();
            }
            told
        };
        let (photo, report) = tokio::join!(self.deliver(put), report);
        Told { report, photo }
    }

    async fn deliver(&self, request: RequestBuilder) -> Option<StatusCode> {
        let response = request.bearer_auth(&self.token).send().await.ok()?;
        let status = response.status();
        // An answer counts once it is here whole.
        response.bytes().await.ok()?;
        Some(status)
    }
}

#[tokio::test]
async fn a_server_killed_amid_a_hundred_reports_keeps_each_acknowledged_one_exactly_once() {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let drafts: Vec<Draft> = (0..REPORTS)
        .map(|index| story::report(story::INSIDE[index % 7].0))
        .collect();
    let inspector = Client::new(&server.url).login("inspector1").await;
    let phones = Phones {
        http: reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client"),
        url: server.url.clone(),
        token: inspector.token(),
        answered: AtomicUsize::new(0),
        enough: Notify::new(),
    };
    let sending = join_all(drafts.iter().map(|draft| phones.send(draft)));
    let killing = async {
        phones.enough.notified().await;
        server.signal(Signal::SIGKILL);
    };
    let (told, ()) = tokio::join!(sending, killing);
    let acknowledged = told.iter().filter(|told| told.report.is_some()).count();
    let unheard = told
        .iter()
        .any(|told| told.report.is_none() || told.photo.is_none());
    assert!(
        acknowledged > 0 && unheard,
        "killed too early or too late: {acknowledged}"
    );

    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let inspector = Client::new(&server.url).login("inspector1").await;
    let clerk = Client::new(&server.url).login("clerk").await;
    let sent = || drafts.iter().zip(&told);
    join_all(sent().map(|(draft, told)| check_kept(&inspector, &clerk, draft, told))).await;
    join_all(sent().map(|(draft, told)| send_again(&inspector, draft, told))).await;
    let tickets = clerk.get("tickets?limit=500").await.expect(200);
    let mut reports: Vec<&Value> = tickets
        .list("/items")
        .iter()
        .map(|ticket| &ticket["origin"]["report"])
        .collect();
    assert_eq!(reports.len(), REPORTS, "a report has one ticket");
    reports.sort_by_key(|report| report.to_string());
    reports.dedup();
    assert_eq!(reports.len(), REPORTS, "a ticket has a report of its own");
    join_all(drafts.iter().map(|draft| check_original(&clerk, draft))).await;
    server.signal(Signal::SIGTERM);
}

/// What was acknowledged is there as it was sent.
async fn check_kept(inspector: &Client, clerk: &Client, draft: &Draft, told: &Told) {
    if let Some(status) = told.report {
        assert_eq!(status, StatusCode::CREATED);
        let kept = inspector.get(&format!("reports/{}", draft.id)).await;
        let kept = kept.expect(200);
        assert_eq!(kept.list("/findings").len(), 1);
        let ticket = story::ticket(clerk, kept.str("/findings/0/ticket/id")).await;
        assert_eq!(ticket.str("/state"), "dispatched");
    }
    if let Some(status) = told.photo {
        assert_eq!(status, StatusCode::CREATED);
        check_original(clerk, draft).await;
    }
}

/// What was acknowledged is known; the rest is welcome now.
async fn send_again(inspector: &Client, draft: &Draft, told: &Told) {
    let again = inspector.post("reports").json(&draft.body()).await;
    assert!(again.status == 200 || (again.status == 201 && told.report.is_none()));
    for photo in &draft.photos {
        let again = photo.put(inspector).await;
        assert!(again.status == 200 || (again.status == 201 && told.photo.is_none()));
    }
}

async fn check_original(clerk: &Client, draft: &Draft) {
    for photo in &draft.photos {
        let path = format!("attachments/{}/original", photo.aid);
        let original = clerk.get(&path).await.expect(200);
        assert_eq!(original.body, photo.bytes);
    }
}
