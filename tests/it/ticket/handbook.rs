//! What people read of the machine is made from its table, and committed.

use std::fs;
use std::path::Path;

use xuncha::domain::ticket::handbook::{commands, matrix};
use xuncha::domain::ticket::machine::{RULES, State};
use xuncha::http::openapi::document_json;

fn page() -> String {
    format!(
        "# The life of a ticket (整改工单)\n\n\
         Generated from `src/domain/ticket/machine.rs` by `UPDATE_OPENAPI=1 script/test handbook`; a test holds it current.\n\n\
         A command is `POST /api/v1/tickets/{{id}}/{{command}}` with `If-Match`, or the mutation `ticket.{{command}}`. One that is not allowed in\n\
         the present state answers 409 with the state, the version and the commands that are; one that is for somebody else 403; a ticket\n\
         that one may not know of 404. While a submission waits for bytes of its photos it can be submitted again, and not rechecked.\n\n\
         {}\n## Who may do what in which state\n\n{}",
        commands(),
        matrix()
    )
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how a person asks this test to write the file"
)]
fn the_committed_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-spec/tickets.md");
    if std::env::var("UPDATE_OPENAPI").is_ok() {
        fs::write(&path, page()).expect("the project can be written to");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page(),
        "api-spec/tickets.md is not what the table says: run `UPDATE_OPENAPI=1 script/test handbook`"
    );
}

#[test]
fn the_document_of_the_api_has_the_same_table() {
    let document = document_json(None).expect("JSON");
    let table = serde_json::to_string(&commands()).expect("JSON");
    assert!(document.contains(table.trim_matches('"')));
}

#[test]
fn every_command_has_its_line_and_a_cell_for_each_state() {
    for rule in RULES {
        let line = matrix()
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", rule.command)))
            .map(str::to_owned);
        let line = line.expect("a line");
        let cells: Vec<&str> = line.split('|').map(str::trim).skip(2).collect();
        for (state, cell) in State::ALL.iter().zip(cells) {
            assert_eq!(
                cell == "·",
                !rule.from.contains(state),
                "{} in {state}",
                rule.command
            );
        }
    }
}
