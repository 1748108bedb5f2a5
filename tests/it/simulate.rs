//! A city full of phones: that nothing is lost, doubled, leaked or stuck when everything goes wrong; and that the oracle
//! would say so if it were.

mod oracle;
mod restart;

use jiff::Timestamp;
use xuncha::app::simulate::{Level, Outcome, Plan, run};

use crate::harness::TestApp;

fn plan(app: &TestApp, phones: u32, days: u32, faults: Level) -> Plan {
    Plan {
        server: app.base_url().to_owned(),
        phones,
        days,
        faults,
        seed: 20_261_122,
        today: Timestamp::from_second(1_795_000_000).expect("in range"),
    }
}

async fn simulated(app: &TestApp, plan: &Plan) -> Outcome {
    let url = app.database_url().to_owned();
    run(plan, &|| Some(url.clone()), &|_, _| ())
        .await
        .expect("the server and its database can be reached")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_world_loses_doubles_leaks_and_blocks_nothing() {
    let app = TestApp::demo().await;
    let plan = plan(&app, 8, 3, Level::Hostile);
    let outcome = simulated(&app, &plan).await;
    assert!(
        outcome.cases.is_empty(),
        "{}\n{}",
        outcome.table(&plan),
        outcome.explanation(&plan)
    );
    assert!(outcome.mutations > 20, "{}", outcome.table(&plan));
    assert!(outcome.faults.len() > 12, "{}", outcome.table(&plan));
    app.run_jobs().await;
    crate::audit::assert_whole(&app).await;
    app.finish().await;
}
