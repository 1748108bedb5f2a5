//! Gathers the documents of a page: one load for each collection on it, projected for its reader.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::feed::read::{FeedRow, RowState};
use crate::db::{self, Conn, sync_document as load_from};
use crate::domain::account::{Actor, Role};
use crate::domain::pseudonym::Pseudonyms;
use crate::domain::sync::Collection;
use crate::domain::sync::document::{
    AttachmentDoc, Document, PointName, TaskDoc, TicketDoc, TicketFacts, TicketNames,
};
use crate::services::error::Result;
use crate::services::reference::cache::Reference;

/// Documents by collection and id.
pub(super) type Found = HashMap<(Collection, Uuid), Document>;

/// The documents of those rows that are present.
pub(super) async fn load(
    reference: &Reference,
    conn: &mut Conn,
    actor: &Actor,
    scopes: &[String],
    rows: &[FeedRow],
) -> Result<Found> {
    let mut found = Found::with_capacity(rows.len());
    for collection in Collection::ALL {
        let ids: Vec<Uuid> = rows
            .iter()
            .filter(|row| row.collection == collection && row.state == RowState::Present)
            .map(|row| row.id)
            .collect();
        if !ids.is_empty() {
            let documents = of_collection(reference, conn, actor, scopes, collection, &ids).await?;
            found.extend(
                documents
                    .into_iter()
                    .map(|(id, document)| ((collection, id), document)),
            );
        }
    }
    Ok(found)
}

/// Documents of one collection as this reader may see them.
async fn of_collection(
    reference: &Reference,
    conn: &mut Conn,
    actor: &Actor,
    scopes: &[String],
    collection: Collection,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Document)>> {
    let (role, account_id) = (actor.role, actor.account_id);
    let knows_owners = role != Role::Inspector;
    Ok(match collection {
        Collection::Receipts => Vec::new(),
        Collection::Items => wrap(load_from::items(conn, ids).await?, Document::Item),
        Collection::Conditions => {
            wrap(load_from::conditions(conn, ids).await?, Document::Condition)
        }
        Collection::Criteria => wrap(load_from::criteria(conn, ids).await?, Document::Criterion),
        Collection::Areas => wrap(
            load_from::areas(conn, ids, knows_owners).await?,
            Document::Area,
        ),
        Collection::Units => wrap(load_from::units(conn, ids).await?, Document::Unit),
        Collection::Points => wrap(
            load_from::points(conn, ids, knows_owners).await?,
            Document::Point,
        ),
        Collection::Rounds => wrap(load_from::rounds(conn, ids).await?, |round| {
            Document::Round(round.into())
        }),
        Collection::Tasks => tasks(conn, ids, role.is_office()).await?,
        Collection::Reports => wrap(
            load_from::reports(conn, ids, role.is_office()).await?,
            Document::Report,
        ),
        Collection::Findings => wrap(load_from::findings(conn, ids).await?, Document::Finding),
        Collection::Tickets => wrap(load_from::tickets(conn, ids, role).await?, |facts| {
            Document::Ticket(Box::new(ticket(reference, actor, facts)))
        }),
        Collection::Attachments => {
            let reader = (role, account_id);
            let facts = load_from::attachments(conn, ids, scopes, reader).await?;
            wrap(facts, |facts| {
                Document::Attachment(AttachmentDoc::of(facts, role, account_id))
            })
        }
    })
}

/// A ticket for its reader, with what its condition and its check point are called.
pub(super) fn ticket(reference: &Reference, actor: &Actor, facts: TicketFacts) -> TicketDoc {
    let condition = facts.condition_id;
    let condition = condition.and_then(|id| reference.catalogue.condition(id));
    let point = facts.point_id.and_then(|id| reference.check_point(id));
    let names = TicketNames {
        condition: condition.map(|condition| condition.code.clone()),
        point: point.map(|point| PointName {
            id: point.id,
            name: point.name_zh.clone(),
        }),
    };
    TicketDoc::of(facts, names, actor)
}

/// Tasks, for the office with the pseudonyms of who is to do them.
async fn tasks(conn: &mut Conn, ids: &[Uuid], office: bool) -> Result<Vec<(Uuid, Document)>> {
    let tasks = load_from::tasks(conn, ids).await?;
    let mut names = Pseudonyms::default();
    if office {
        let accounts: Vec<Uuid> = tasks.iter().map(|(_, task)| task.account_id).collect();
        names = db::pseudonym::of_accounts(conn, &accounts).await?;
    }
    Ok(wrap(tasks, |task| {
        let name = names.of(task.account_id, task.round_id).map(|name| name.id);
        Document::Task(TaskDoc::of(task, name))
    }))
}

fn wrap<T>(rows: Vec<(Uuid, T)>, document: impl Fn(T) -> Document) -> Vec<(Uuid, Document)> {
    rows.into_iter()
        .map(|(id, row)| (id, document(row)))
        .collect()
}
