//! The floors of `src/lib.rs`, held by reading the source: who imports whom, and which third-party crate is named where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each floor with the floors that it may import.
const FLOORS: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("db", &["domain"]),
    ("gateways", &["domain"]),
    ("services", &["domain", "db", "gateways"]),
    ("http", &["domain", "services"]),
    ("jobs", &["domain", "services"]),
    (
        "app",
        &["domain", "db", "gateways", "services", "http", "jobs"],
    ),
];

/// Third-party crates that only some floors may name.
const CRATES: [(&str, &[&str]); 26] = [
    ("diesel", &["db"]),
    ("diesel_async", &["db"]),
    ("diesel_migrations", &["db"]),
    ("jiff_diesel", &["db"]),
    ("deadpool", &["db"]),
    ("actix_web", &["http", "app"]),
    ("actix_multipart", &["http"]),
    // The bodies of REST calls are described where mutations read them too: `services::input`.
    ("utoipa", &["http", "services"]),
    ("utoipa_actix_web", &["http"]),
    ("utoipa_swagger_ui", &["http"]),
    ("jsonwebtoken", &["gateways"]),
    ("chacha20poly1305", &["gateways"]),
    ("argon2", &["gateways"]),
    ("image", &["gateways"]),
    ("xuncha_imaging", &["gateways"]),
    ("kamadak_exif", &["gateways"]),
    ("object_store", &["gateways"]),
    ("reqwest", &["gateways", "app"]),
    ("rustls", &["gateways"]),
    ("ring", &["gateways"]),
    ("nix", &["gateways", "app"]),
    ("clap", &["app"]),
    ("indicatif", &["app"]),
    ("tracing_subscriber", &["app"]),
    ("metrics_exporter_prometheus", &["app"]),
    (
        "tokio",
        &["db", "gateways", "services", "http", "jobs", "app"],
    ),
];

/// Names that say nothing about what is inside.
const NO_NAMES: [&str; 6] = ["utils", "util", "helpers", "common", "manager", "misc"];

#[test]
fn every_file_imports_only_floors_below_its_own() {
    let mut wrong = Vec::new();
    for (floor, path, code) in sources() {
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
            continue;
        };
        for imported in imported_floors(&code) {
            if imported != floor && !allowed.contains(&imported.as_str()) {
                wrong.push(format!(
                    "{}: {floor} must not import {imported}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is simulated must not be judged, or helped, by the code that it tries.
#[test]
fn the_simulated_phones_share_no_code_with_the_server() {
    let mut wrong = Vec::new();
    for (_, path, code) in sources() {
        let name = path.to_string_lossy();
        let allowed: &[&str] = match () {
            () if name.ends_with("simulate/command.rs") => continue,
            () if name.starts_with("app/simulate") => &["app::simulate", "db::oracle", "db::{"],
            () if name.starts_with("db/oracle") => &["db::{Conn, DbError}"],
            () => continue,
        };
        let paths = code.split("crate::").skip(1);
        let strange = paths.filter(|path| !allowed.iter().any(|start| path.starts_with(start)));
        wrong.extend(strange.map(|path| format!("{name}: {}", path.lines().next().unwrap_or(""))));
        let group = code.split("crate::db::{").nth(1).unwrap_or_default();
        let connection = ["AsyncConnection", "Conn", "DbError", "oracle"];
        wrong.extend(
            top_level_names(group.split(';').next().unwrap_or_default())
                .into_iter()
                .filter(|used| !used.is_empty() && !connection.contains(&used.as_str()))
                .map(|used| format!("{name}: db::{used}")),
        );
        for judged in [
            "sync_feed",
            "sync_cursors",
            "ticket_readers",
            "ticket_photos",
        ] {
            if name.starts_with("db/oracle") && code.contains(judged) {
                wrong.push(format!("{name}: {judged}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn third_party_crates_stay_on_their_floor() {
    let mut wrong = Vec::new();
    for (floor, path, code) in sources() {
        for (name, floors) in CRATES {
            if !floors.contains(&floor.as_str()) && names_crate(&code, name) {
                wrong.push(format!("{}: {name} belongs to {floors:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_below_the_app_reads_the_environment() {
    let readers: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|(floor, _, code)| floor != "app" && code.contains("env::var"))
        .map(|(_, path, _)| path)
        .collect();
    assert_eq!(readers, Vec::<PathBuf>::new());
}

/// diesel prepares the insertion of a row anew each time as long as a `None` of it may stand for `DEFAULT`.
#[test]
fn a_row_that_is_inserted_has_one_statement() {
    let mut wrong = Vec::new();
    for (_, path, code) in sources() {
        for (_, behind) in code
            .match_indices("#[derive(")
            .map(|(at, _)| code.split_at(at))
        {
            let (attributes, _) = behind.split_once("struct ").unwrap_or((behind, ""));
            let derives = attributes
                .split_once(")]")
                .map_or("", |(derives, _)| derives);
            if derives.contains("Insertable")
                && !attributes.contains("treat_none_as_default_value = false")
            {
                wrong.push(format!("{}: {derives})]", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "say treat_none_as_default_value = false:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_are_named_by_what_they_hold() {
    let nameless: Vec<PathBuf> = sources()
        .into_iter()
        .map(|(_, path, _)| path)
        .filter(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            stem.is_some_and(|stem| stem == "mod" || NO_NAMES.contains(&stem))
        })
        .collect();
    assert_eq!(nameless, Vec::<PathBuf>::new());
}

#[test]
fn every_module_is_reached_and_every_file_is_a_module() {
    let files: BTreeMap<PathBuf, String> = sources().into_iter().map(|(_, p, c)| (p, c)).collect();
    let orphans: Vec<&PathBuf> = files
        .keys()
        .filter(|path| {
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .unwrap_or_default();
            let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) else {
                return false;
            };
            let declared_in = parent.with_extension("rs");
            !files
                .get(&declared_in)
                .is_some_and(|code| code.contains(&format!("mod {name};")))
        })
        .collect();
    assert_eq!(
        orphans,
        Vec::<&PathBuf>::new(),
        "no `mod` names these files"
    );
}

/// Floor, path below src, and code without comments, of every source file; `main.rs` and `lib.rs` belong to no floor.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found.sort();
    assert!(found.len() > 50, "the source is not where it is looked for");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("a folder of the project").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root).expect("found below it").to_owned();
            let first = below
                .iter()
                .next()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            let floor = first.trim_end_matches(".rs").to_owned();
            if floor != "main" && floor != "lib" {
                let code = fs::read_to_string(&path).expect("UTF-8");
                found.push((floor, below, without_comments(&code)));
            }
        }
    }
}

fn without_comments(code: &str) -> String {
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    code.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// First segments after `crate::`, also within `use crate::{…}`.
fn imported_floors(code: &str) -> Vec<String> {
    let mut floors = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = group.split(';').next().unwrap_or_default();
                floors.extend(top_level_names(group));
            }
            None => floors.push(first_word(rest)),
        }
    }
    floors.retain(|name| FLOORS.iter().any(|(floor, _)| floor == name));
    floors
}

/// `a::{b, c}, d` names `a` and `d`.
fn top_level_names(group: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let mut names = vec![String::new()];
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            other if depth == 0 => names.last_mut().expect("never empty").push(other),
            _ => {}
        }
    }
    names.iter().map(|name| first_word(name.trim())).collect()
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

/// `name::` that is neither the end of another word nor a module of ours.
fn names_crate(code: &str, name: &str) -> bool {
    let needle = format!("{name}::");
    code.match_indices(&needle).any(|(at, _)| {
        let before = code.get(..at).unwrap_or_default();
        let is_word_end = before
            .chars()
            .next_back()
            .is_some_and(|character| character.is_alphanumeric() || character == '_');
        let is_inner =
            before.ends_with("::") && !before.ends_with(" ::") && !before.ends_with("(::");
        !is_word_end && !is_inner
    })
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    let code = "use crate::{domain::{a, b}, services}; fn f() { crate::db::ping() }";
    assert_eq!(imported_floors(code), ["domain", "services", "db"]);
    assert!(names_crate("use diesel::prelude::*;", "diesel"));
    assert!(!names_crate("use jiff_diesel::Timestamp;", "diesel"));
    assert!(!names_crate("crate::gateways::images::render()", "image"));
}
