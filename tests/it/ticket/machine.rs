//! The pure machine against the table of the product, written down once more by hand: a change of `RULES` turns red here.

use std::collections::BTreeSet;

use proptest::prelude::*;
use xuncha::domain::ticket::machine::{Command, Party, RULES, Refused, State, allowed};

const OPEN: &str = "triage dispatched returned disputed rectifying suspended awaiting_recheck";
const ANY: &str = "triage dispatched returned disputed rectifying suspended awaiting_recheck closed rejected merged voided";

const OPEN_OR_CLOSED: &str =
    "triage dispatched returned disputed rectifying suspended awaiting_recheck closed";

/// Command; from; to (empty: stays); who.
const TABLE: [(&str, &str, &str, &str); 27] = [
    ("file", "triage", "dispatched closed", "clerk system"),
    ("reject", "triage", "rejected", "clerk"),
    ("merge", "triage", "merged", "clerk"),
    ("void", "triage dispatched", "voided", "clerk"),
    ("acknowledge", "dispatched", "rectifying", "lead_unit"),
    (
        "return",
        "dispatched rectifying",
        "returned disputed",
        "lead_unit",
    ),
    ("redispatch", "returned", "dispatched", "clerk"),
    ("rule_ownership", "disputed", "dispatched", "supervisor"),
    (
        "submit",
        "rectifying",
        "awaiting_recheck closed",
        "lead_unit",
    ),
    (
        "recheck",
        "awaiting_recheck",
        "closed rectifying awaiting_recheck",
        "rechecker clerk",
    ),
    ("request_extension", "rectifying", "", "lead_unit"),
    ("approve_extension", "rectifying", "", "clerk"),
    ("refuse_extension", "rectifying", "", "clerk"),
    ("request_suspension", "rectifying", "", "lead_unit"),
    (
        "approve_suspension",
        "rectifying",
        "suspended",
        "supervisor",
    ),
    ("refuse_suspension", "rectifying", "", "supervisor"),
    ("request_appeal", "closed", "", "lead_unit"),
    ("approve_appeal", "closed", "", "supervisor"),
    ("refuse_appeal", "closed", "", "supervisor"),
    ("force_close", OPEN, "", "supervisor"),
    ("confirm_force_close", OPEN, "closed", "supervisor"),
    ("refuse_force_close", OPEN, "", "supervisor"),
    ("correct", OPEN, OPEN, "clerk"),
    ("comment", ANY, "", "viewer"),
    ("assign", OPEN, "", "lead_unit clerk"),
    ("supervise", OPEN, "", "supervisor system"),
    ("reply", OPEN_OR_CLOSED, "", "lead_unit clerk"),
];

const PARTIES: [(Party, &str); 6] = [
    (Party::Clerk, "clerk"),
    (Party::Supervisor, "supervisor"),
    (Party::LeadUnit, "lead_unit"),
    (Party::Rechecker, "rechecker"),
    (Party::Viewer, "viewer"),
    (Party::System, "system"),
];

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}

#[test]
fn every_command_has_its_row_and_its_own_word() {
    let ours: Vec<&str> = RULES.iter().map(|rule| rule.command.as_str()).collect();
    let theirs: Vec<&str> = TABLE.iter().map(|(command, ..)| *command).collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours.iter().collect::<BTreeSet<_>>().len(), RULES.len());
    let states: Vec<&str> = State::ALL.map(State::as_str).to_vec();
    assert_eq!(states, ANY.split(' ').collect::<Vec<_>>());
}

#[test]
fn every_state_command_and_party_is_answered_as_the_product_says() {
    for (rule, (word, from, to, who)) in RULES.iter().zip(TABLE) {
        assert_eq!(rule.command.as_str(), word);
        for state in State::ALL {
            assert_eq!(
                rule.to.contains(&state),
                has(to, state.as_str()),
                "{word} to {state}"
            );
            for (party, party_word) in PARTIES {
                let expected = match (has(who, party_word), has(from, state.as_str())) {
                    (false, _) => Err(Refused::NotYours),
                    (true, false) => Err(Refused::WrongState(state)),
                    (true, true) => Ok(()),
                };
                let answer = rule.command.require(state, &[party]);
                assert_eq!(answer, expected, "{word} in {state} by {party_word}");
            }
        }
    }
}

#[test]
fn what_is_allowed_is_what_the_table_says() {
    for state in State::ALL {
        for (party, party_word) in PARTIES {
            let expected: Vec<&str> = TABLE
                .iter()
                .filter(|(_, from, _, who)| has(from, state.as_str()) && has(who, party_word))
                .map(|(command, ..)| *command)
                .collect();
            let words: Vec<&str> = allowed(state, &[party])
                .into_iter()
                .map(Command::as_str)
                .collect();
            assert_eq!(words, expected, "{state}, {party_word}");
        }
    }
}

#[test]
fn nobody_may_do_anything_without_being_somebody() {
    for state in State::ALL {
        assert!(allowed(state, &[]).is_empty());
    }
}

proptest! {
    /// Someone who is several things at once may do what any of them may.
    #[test]
    fn several_parties_may_what_each_may(
        state in prop::sample::select(State::ALL.to_vec()),
        chosen in prop::sample::subsequence(PARTIES.to_vec(), 0..=6),
    ) {
        let parties: Vec<Party> = chosen.iter().map(|(party, _)| *party).collect();
        let together: BTreeSet<Command> = allowed(state, &parties).into_iter().collect();
        let each: BTreeSet<Command> =
            parties.iter().flat_map(|party| allowed(state, &[*party])).collect();
        prop_assert_eq!(together, each);
    }
}
