//! The committed OpenAPI document is what the code says, and says all that the code routes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use xuncha::http::openapi::document_json;

use crate::harness::TestApp;

fn document() -> Value {
    let json = document_json(None).expect("the document is JSON");
    serde_json::from_str(&json).expect("the document is JSON")
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how a person asks this test to write the file"
)]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-spec/openapi.json");
    let current = document_json(None).expect("the document is JSON");
    if std::env::var("UPDATE_OPENAPI").is_ok() {
        fs::create_dir_all(path.parent().expect("below the project")).expect("a folder");
        fs::write(&path, &current).expect("the project can be written to");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    // Not assert_eq!: nobody wants to read both.
    assert!(
        committed == current,
        "api-spec/openapi.json is not what the code says: run `UPDATE_OPENAPI=1 script/test openapi`, look at the difference and commit it"
    );
}

#[test]
fn every_routed_handler_is_in_the_document_and_every_operation_is_routed() {
    let routes = include_str!("../../src/http/routes.rs");
    let code: String = routes
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let api = code
        .split("fn configure_outside")
        .next()
        .expect("the API comes first");
    assert!(
        !api.contains(".route("),
        "`.route()` is missing in the document: use `.service(handler)`"
    );
    // What a service names ends in the handler; `scope` is no handler.
    let handlers: BTreeSet<String> = api
        .split(".service(")
        .skip(1)
        .filter_map(|rest| {
            let path: String = rest
                .trim_start()
                .chars()
                .take_while(|character| character.is_alphanumeric() || "_:".contains(*character))
                .collect();
            let name = path.rsplit("::").next().unwrap_or_default().to_owned();
            (!name.is_empty() && name != "scope").then_some(name)
        })
        .collect();
    let operations: BTreeSet<String> = operations(&document()).map(|(_, _, id, _)| id).collect();
    assert_eq!(handlers, operations);
}

#[test]
fn every_operation_is_documented_for_its_reader() {
    let document = document();
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(|tag| tag["name"].as_str())
        .collect();
    for (method, path, id, operation) in operations(&document) {
        let place = format!("{method} {path} ({id})");
        assert!(
            operation["summary"].is_string(),
            "{place} has no summary: write a doc comment"
        );
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        assert!(tags.contains(tag), "{place} has no tag of http/openapi.rs");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(
            responses
                .keys()
                .any(|status| status.starts_with('2') || status.starts_with('3')),
            "{place} does not say what success is"
        );
    }
}

#[test]
fn operation_ids_are_unique() {
    let document = document();
    let mut seen = BTreeSet::new();
    for (_, _, id, _) in operations(&document) {
        assert!(seen.insert(id.clone()), "{id} names two operations");
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference
            .strip_prefix('#')
            .expect("a reference within the document");
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
}

#[tokio::test]
async fn the_served_document_is_the_committed_one() {
    let app = TestApp::empty().await;
    let served = app.client().get("openapi.json").await.expect(200);
    assert_eq!(served.json, document());
}

/// Method, path, operationId and operation of all there are.
pub fn operations(document: &Value) -> impl Iterator<Item = (String, String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .expect("a path item")
            .iter()
            .map(move |(method, operation)| {
                let id = operation["operationId"]
                    .as_str()
                    .expect("an operationId")
                    .to_owned();
                (method.to_uppercase(), path.clone(), id, operation)
            })
    })
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.push(reference);
            }
            fields
                .values()
                .for_each(|inner| collect_references(inner, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|inner| collect_references(inner, found)),
        _ => {}
    }
}
