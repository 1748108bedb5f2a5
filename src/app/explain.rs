//! Failures in words for the person at the terminal: what went wrong, and what to do next.

use std::fmt::Write as _;

use super::config::variable;
use crate::db::pool::PoolError;
use crate::domain::text::Lang;
use crate::services::Error;

/// The whole chain in one text; a service's refusal in the reader's language, with every field at fault on a line.
pub(super) fn in_words(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Error>() {
        Some(refused @ Error::Refused(refusal)) => {
            let lang = lang();
            // What was being done, where that was said: the file that is imported.
            let doing = Some(error.to_string()).filter(|doing| *doing != refused.to_string());
            let mut text = doing.map(|doing| format!("{doing}: ")).unwrap_or_default();
            text.push_str(refusal.code.title().get(lang));
            if let Some(detail) = &refusal.detail {
                let _ = write!(text, ": {}", detail.get(lang));
            }
            for fault in &refusal.errors {
                let _ = write!(text, "\n  {}: {}", fault.pointer, fault.detail.get(lang));
            }
            if let Some(source) = &refusal.source {
                let _ = write!(text, "\n  ({source:#})");
            }
            text
        }
        _ => format!("{error:#}"),
    }
}

/// A database that cannot be used, without its URL, which may hold a password.
pub(super) fn database(error: PoolError) -> anyhow::Error {
    let advice = match &error {
        PoolError::Connect(_) => {
            "check --database-url, that PostgreSQL runs there, and that the database exists (`createdb NAME`)"
        }
        PoolError::Migration(_) => {
            "the database may have been made by a newer Xuncha, or its user may not create tables in it"
        }
    };
    anyhow::anyhow!("{error}; {advice}")
}

/// By the terminal's locale.
fn lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(variable);
    match locale {
        Some(locale) if locale.starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}
