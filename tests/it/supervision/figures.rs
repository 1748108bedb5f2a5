//! Indicators: exact fractions of defined cohorts, the same whenever they are asked for, each opened into the tickets behind it.

use serde_json::{Value, json};
use xuncha::domain::supervision::fraction::Fraction;

use super::{city, copies, four_hours};
use crate::harness::story::{self, command};
use crate::harness::{Client, Response, TestApp, shanghai};

const INDICATORS: [&str; 10] = [
    "filing",
    "closure",
    "on_time",
    "rework",
    "extension",
    "return",
    "recurrence",
    "first_recheck_pass",
    "recheck_pass",
    "lookback_pass",
];

fn of(numerator: u64, denominator: u64) -> Fraction {
    Fraction {
        numerator,
        denominator,
    }
}

#[test]
fn percentages_are_rounded_half_up_on_the_exact_fraction() {
    for (numerator, denominator, text) in [
        (911, 972, "93.72%"),
        (737, 972, "75.82%"),
        (5_912, 6_026, "98.11%"),
        (0, 7, "0.00%"),
        (7, 7, "100.00%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (1, 800, "0.13%"), // 0.125 exactly
        (3, 800, "0.38%"), // 0.375 exactly
        (19_999, 20_000, "100.00%"),
        (u64::MAX, u64::MAX, "100.00%"),
        (0, 0, "—"),
        (3, 0, "—"),
    ] {
        assert_eq!(
            of(numerator, denominator).text(),
            text,
            "{numerator}/{denominator}"
        );
    }
    assert_eq!(of(0, 0).percent(), None);
}

async fn read(client: &Client, query: &str) -> Response {
    let path = format!("supervision/indicators?from=2026-11-20&to=2026-11-20{query}");
    client.get(&path).await.expect(200)
}

/// Numerator and denominator of each indicator in a row.
fn row(figures: &Response, index: usize) -> Vec<(u64, u64)> {
    let figures = figures.list(&format!("/items/{index}/figures")).iter();
    let number = |figure: &Value, member: &str| figure[member].as_u64().expect("a number");
    figures
        .map(|figure| (number(figure, "numerator"), number(figure, "denominator")))
        .collect()
}

async fn closed(officer: &Client, inspector: &Client, id: &str) {
    story::rectify(officer, id).await;
    command(inspector, id, "recheck", story::recheck("pass"))
        .await
        .expect(200);
}

/// A day of Bincheng's sanitation bureau: one in time, one late after rework, one open, one suspended, one void, one refused.
async fn day(app: &TestApp, inspector: &Client, supervisor: &Client) -> [String; 5] {
    let officer = app.login("officer-371602-sanitation").await;
    let clerk = app.login("clerk").await;
    let second = app.login("inspector2").await;
    let in_time = four_hours(inspector).await.ticket;
    let late = four_hours(inspector).await.ticket;
    let open = four_hours(inspector).await.ticket;
    let suspended = four_hours(inspector).await.ticket;
    let void = four_hours(inspector).await.ticket;
    let refused = story::report("371602").accuracy(None).post(inspector).await;
    command(
        &clerk,
        &refused.ticket,
        "reject",
        json!({ "reason": "不属实" }),
    )
    .await
    .expect(200);
    command(&clerk, &void, "void", json!({ "reason": "误立" }))
        .await
        .expect(200);
    command(&officer, &suspended, "acknowledge", json!({}))
        .await
        .expect(200);
    let plan =
        json!({ "plan": "管网改造", "temporary_measure": "围挡", "resume_date": "2026-12-20" });
    command(&officer, &suspended, "request_suspension", plan)
        .await
        .expect(200);
    command(supervisor, &suspended, "approve_suspension", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-11-20 15:00");
    closed(&officer, &second, &in_time).await;
    app.clock.set("2026-11-20 17:00");
    story::rectify(&officer, &late).await;
    command(&second, &late, "recheck", story::recheck("fail"))
        .await
        .expect(200);
    story::submit(&officer, &late).await;
    command(&second, &late, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    app.run_jobs().await;
    [in_time, late, open, suspended, void]
}

#[tokio::test]
async fn each_indicator_counts_its_cohort() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay(); // The suspended ticket is to run again.
    day(&app, &inspector, &supervisor).await;
    let figures = read(&supervisor, "").await;
    assert_eq!(
        row(&figures, 0),
        [
            (5, 6), // filing: one refused
            (2, 3), // closure: void and suspended left out
            (1, 3), // on time
            (1, 2), // rework
            (0, 3), // extension
            (0, 5), // return
            (0, 2), // recurrence
            (1, 2), // passed at the first recheck
            (2, 2), // passed at the last
            (0, 0), // nothing was looked back at
        ]
    );
    assert_eq!(figures.at("/items/0/figures/1/text"), "66.67%");
    assert_eq!(figures.at("/items/0/figures/1/percent"), "66.67");
    let codes = figures.list("/definitions").iter();
    let codes: Vec<&Value> = codes.map(|definition| &definition["indicator"]).collect();
    assert_eq!(codes, INDICATORS);
    assert!(
        figures
            .list("/definitions")
            .iter()
            .all(|it| it["version"] == 1)
    );
    // Another day has nothing to count.
    let path = "supervision/indicators?from=2026-11-19&to=2026-11-19";
    let other = supervisor.get(path).await.expect(200);
    assert_eq!(other.at("/items/0/figures/1/text"), "—");
    assert_eq!(other.at("/items/0/figures/1/percent"), &Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn every_figure_opens_into_as_many_tickets_as_it_counts() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay();
    let [in_time, ..] = day(&app, &inspector, &supervisor).await;
    let figures = read(&supervisor, "").await;
    for (code, (numerator, denominator)) in INDICATORS.into_iter().zip(row(&figures, 0)) {
        let path =
            format!("supervision/indicators/{code}/tickets?from=2026-11-20&to=2026-11-20&limit=2");
        let count = |part: &str| {
            let (path, supervisor) = (format!("{path}&part={part}"), supervisor.clone());
            async move {
                let (mut count, mut cursor) = (0, String::new());
                loop {
                    let page = supervisor.get(&format!("{path}{cursor}")).await.expect(200);
                    count += u64::try_from(page.list("/items").len()).expect("a page");
                    match page.at("/next_cursor").as_str() {
                        Some(next) => cursor = format!("&cursor={next}"),
                        None => return count,
                    }
                }
            }
        };
        assert_eq!(count("numerator").await, numerator, "{code}");
        assert_eq!(count("denominator").await, denominator, "{code}");
        assert_eq!(count("rest").await, denominator - numerator, "{code}");
    }
    let path =
        "supervision/indicators/on_time/tickets?from=2026-11-20&to=2026-11-20&part=numerator";
    let behind = supervisor.get(path).await.expect(200);
    assert_eq!(behind.at("/items/0/id"), in_time.as_str());
    assert_eq!(behind.at("/items/0/counted"), true);
    let unknown = "supervision/indicators/luck/tickets?from=2026-11-20&to=2026-11-20";
    supervisor
        .get(unknown)
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_figure_is_the_same_next_week_and_an_appeal_counts_from_when_it_was_granted() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay();
    let officer = app.login("officer-371602-sanitation").await;
    let second = app.login("inspector2").await;
    let [_, late, open, ..] = day(&app, &inspector, &supervisor).await;
    let then = format!("&as_of={}", shanghai("2026-11-20 18:00"));
    app.clock.set("2026-11-20 18:00");
    let before = read(&supervisor, &then).await;
    app.clock.set("2026-11-27 10:00");
    let (officer, second) = (
        officer.login("officer-371602-sanitation").await,
        second.login("inspector2").await,
    );
    let supervisor = supervisor.login("supervisor").await;
    closed(&officer, &second, &open).await;
    let reason = json!({ "reason": "道路封闭，无法进场" });
    command(&officer, &late, "request_appeal", reason)
        .await
        .expect(200);
    command(&supervisor, &late, "approve_appeal", json!({}))
        .await
        .expect(200);
    app.run_jobs().await;
    assert_eq!(read(&supervisor, &then).await.json, before.json);
    let now = format!("&as_of={}", shanghai("2026-11-27 10:00"));
    let now = row(&read(&supervisor, &now).await, 0);
    assert_eq!(
        now[1],
        (2, 2),
        "the exempted one is left out, the open one is closed"
    );
    assert_eq!(now[2], (1, 2));
    // Without an instant, it is as of the end of the period.
    let plain = read(&supervisor, "").await;
    assert_eq!(
        plain.at("/as_of"),
        &json!(shanghai("2026-11-21 00:00").to_string())
    );
    assert_eq!(row(&plain, 0)[1], (2, 3));
    app.finish().await;
}

#[tokio::test]
async fn rows_are_by_unit_type_district_item_and_round() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay(); // The suspended ticket is to run again.
    day(&app, &inspector, &supervisor).await;
    story::report("371603").post(&inspector).await; // due on Monday
    let keys = |figures: &Response| -> Vec<Value> {
        figures
            .list("/items")
            .iter()
            .map(|row| row["key"].clone())
            .collect()
    };
    let unit = read(&supervisor, "&by=unit").await;
    for code in ["371600", "371602", "371602-sanitation", "371603"] {
        assert!(keys(&unit).contains(&json!(code)), "{code}");
    }
    let district = read(&supervisor, "&by=district").await;
    assert_eq!(keys(&district), ["371602", "371603"]);
    assert_eq!(district.at("/items/0/name/zh"), "滨城区");
    assert_eq!(row(&district, 0)[1], (2, 3));
    assert_eq!(row(&district, 1)[1], (0, 0));
    let of_unit = read(&supervisor, "&by=district&unit=371602-sanitation").await;
    assert_eq!(keys(&of_unit), ["371602"]);
    assert_eq!(keys(&read(&supervisor, "&by=item").await), ["E0102"]);
    assert_eq!(keys(&read(&supervisor, "&by=round").await), [Value::Null]);
    let kinds = keys(&read(&supervisor, "&by=unit_type").await);
    assert!(kinds.contains(&json!("department")));
    for (query, code) in [
        ("from=2026-11-20&to=2026-11-19", "invalid_query"),
        ("from=2026-12-20&to=2026-12-21", "invalid_query"),
        ("from=2026-11-20&to=2026-11-20&by=moon", "invalid_query"),
        (
            "from=2026-11-20&to=2026-11-20&as_of=2027-01-01T00:00:00Z",
            "invalid_query",
        ),
        ("from=2026-11-20", "invalid_query"),
    ] {
        let path = format!("supervision/indicators?{query}");
        supervisor.get(&path).await.expect_problem(422, code);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_figures_of_a_real_city_come_out() {
    let (app, inspector, supervisor) = city().await;
    let id = four_hours(&inspector).await.ticket;
    copies(&app, &id, 971).await;
    app.execute(
        "UPDATE tickets t SET state = 'closed', closed_at = due_at + interval '1 day', \
                submitted_at = due_at + CASE WHEN nth <= 737 THEN interval '0' ELSE interval '1 s' END \
           FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM tickets) n WHERE n.id = t.id AND nth <= 911",
    )
    .await;
    let figures = read(&supervisor, "").await;
    let text = |index: usize| {
        figures
            .at(&format!("/items/0/figures/{index}/text"))
            .clone()
    };
    assert_eq!((text(1), text(2)), (json!("93.72%"), json!("75.82%")));
    app.finish().await;
}
