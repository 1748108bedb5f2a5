//! The machine as a page to read: made from its table, so that it says what holds.

use std::fmt::Write as _;

use super::machine::{Party, RULES, Rule, State};

/// Parties in the order of the page, each with its letter.
const PARTIES: [(Party, char, &str); 6] = [
    (
        Party::LeadUnit,
        'L',
        "牵头单位 the lead unit, or one above it",
    ),
    (Party::Clerk, 'C', "受理员 a clerk"),
    (Party::Supervisor, 'S', "督查室 a supervisor"),
    (
        Party::Rechecker,
        'R',
        "an inspector who did not report it and is not of its lead unit",
    ),
    (Party::Viewer, 'V', "whoever can see it"),
    (Party::System, 'A', "a rule of the system itself"),
];

/// Which command, from which states, to which, by whom: as Markdown.
#[must_use]
pub fn commands() -> String {
    let mut text = "| command | from | to | who |\n|---|---|---|---|\n".to_owned();
    for rule in RULES {
        let to = match rule.to {
            [] => "stays".to_owned(),
            states => words(states),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {to} | {} |",
            rule.command,
            from(&rule),
            letters(&rule)
        );
    }
    text.push('\n');
    for (_, letter, meaning) in PARTIES {
        let _ = writeln!(text, "- **{letter}** {meaning}");
    }
    text
}

/// Every state with every command: who may give it there. As Markdown.
#[must_use]
pub fn matrix() -> String {
    let mut text = "| |".to_owned();
    for state in State::ALL {
        let _ = write!(text, " {state} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(State::ALL.len()));
    text.push('\n');
    for rule in RULES {
        let _ = write!(text, "| `{}` |", rule.command);
        for state in State::ALL {
            let who = if rule.from.contains(&state) {
                letters(&rule)
            } else {
                "·".to_owned()
            };
            let _ = write!(text, " {who} |");
        }
        text.push('\n');
    }
    text
}

fn from(rule: &Rule) -> String {
    if rule.from == State::ALL {
        return "any".to_owned();
    }
    words(rule.from)
}

fn words(states: &[State]) -> String {
    let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    words.join(", ")
}

fn letters(rule: &Rule) -> String {
    PARTIES
        .into_iter()
        .filter(|(party, ..)| rule.who.contains(party))
        .map(|(_, letter, _)| letter)
        .collect()
}
