//! Mobile-first means few bytes: bodies as they go over the wire, in each encoding that a phone may ask for, and how many requests
//! a phone's morning takes.

use anyhow::{Context as _, ensure};
use reqwest::Method;
use uuid::Uuid;

use crate::city::City;
use crate::draft::Writer;
use crate::phone::{Answer, Phone, end_of, send};
use crate::pull::{LARGEST_PAGE, PAGE, change_tickets};
use crate::push;

/// What a phone may ask for.
pub const ENCODINGS: [&str; 4] = ["identity", "gzip", "br", "zstd"];
/// Reports on a phone in the morning, and tickets that moved overnight.
const OVERNIGHT: u32 = 20;

/// Bytes of bodies in each of [`ENCODINGS`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Bytes(pub [usize; ENCODINGS.len()]);

impl Bytes {
    /// The smaller of br and zstd.
    pub fn best(self) -> usize {
        let [_, _, br, zstd] = self.0;
        br.min(zstd)
    }
}

/// A phone's morning.
pub struct Morning {
    /// Requests it took.
    pub requests: u32,
    /// What came back for them.
    pub received: Bytes,
    /// What was sent: the batch, uncompressed.
    pub sent: usize,
    /// What was new in the pull.
    pub changes: usize,
}

/// A pull from a cursor on, or of everything, in each encoding; all pages together.
pub async fn of_pull(phone: &Phone, cursor: Option<&str>, limit: u32) -> anyhow::Result<Bytes> {
    let mut bytes = Bytes::default();
    let mut page: Option<String> = None;
    loop {
        let mut end = None;
        for (encoding, sum) in ENCODINGS.into_iter().zip(&mut bytes.0) {
            let answer = phone.page(cursor, page.as_deref(), limit, encoding).await?;
            *sum += size(&answer, encoding)?;
            if encoding == "identity" {
                end = Some(end_of(&answer.body)?);
            }
        }
        page = end.context("the first encoding is none")?.page;
        if page.is_none() {
            return Ok(bytes);
        }
    }
}

/// The first page from a cursor on, in each encoding.
pub async fn of_page(phone: &Phone, cursor: &str) -> anyhow::Result<Bytes> {
    let mut bytes = Bytes::default();
    for (encoding, sum) in ENCODINGS.into_iter().zip(&mut bytes.0) {
        let answer = phone.page(Some(cursor), None, PAGE, encoding).await?;
        *sum = size(&answer, encoding)?;
    }
    Ok(bytes)
}

/// The answer to a push of one report, a new one for each encoding; and the request, which is not compressed.
pub async fn of_push(phone: &Phone, writer: &mut Writer) -> anyhow::Result<(usize, Bytes)> {
    let (mut sent, mut bytes) = (0, Bytes::default());
    for (encoding, sum) in ENCODINGS.into_iter().zip(&mut bytes.0) {
        let (request, answer) = push_some(phone, writer, 1, encoding).await?;
        sent = request;
        *sum = size(&answer, encoding)?;
    }
    Ok((sent, bytes))
}

/// A morning: tokens are renewed, yesterday's last reports pushed, the night's changes pulled.
pub async fn of_morning(
    city: &City,
    phone: &mut Phone,
    handler: &Phone,
    writer: &mut Writer,
) -> anyhow::Result<Morning> {
    push_some(phone, writer, OVERNIGHT, "identity").await?;
    let cursor = phone.pull_all(LARGEST_PAGE).await?.cursor;
    let mine = "finding_id IN (SELECT f.id FROM findings f JOIN reports r ON r.id = f.report_id \
                JOIN accounts a ON a.id = r.account_id WHERE a.username = 'inspector5')";
    change_tickets(city, handler, mine, OVERNIGHT / 2).await?;

    let refreshed = phone.refresh().await?;
    let (sent, pushed) = push_some(phone, writer, OVERNIGHT, "zstd").await?;
    let pulled = phone.pull(Some(&cursor), PAGE).await?;
    let page = phone.page(Some(&cursor), None, PAGE, "identity").await?;
    let changes = page.json()?;
    let changes = changes.get("changes").and_then(|list| list.as_array());
    let mut received = of_pull(phone, Some(&cursor), PAGE).await?;
    for sum in &mut received.0 {
        *sum += refreshed.body.len() + pushed.body.len();
    }
    Ok(Morning {
        requests: 2 + pulled.requests,
        received,
        sent,
        changes: changes.map_or(0, Vec::len),
    })
}

async fn push_some(
    phone: &Phone,
    writer: &mut Writer,
    count: u32,
    encoding: &str,
) -> anyhow::Result<(usize, Answer)> {
    let drafts: anyhow::Result<Vec<_>> = (0..count).map(|_| writer.write()).collect();
    let body = push::body(&drafts?)?;
    let sent = body.len();
    let request = phone
        .request(Method::POST, "sync/batches")
        .header("content-type", "application/json")
        .header("accept-encoding", encoding)
        .body(body);
    Ok((sent, send(request).await?))
}

/// Bytes of a body that is encoded as asked; one too short to be worth it may stay as it is.
fn size(answer: &Answer, asked: &str) -> anyhow::Result<usize> {
    let encoding = answer.encoding.as_deref().unwrap_or("identity");
    ensure!(
        encoding == asked || encoding == "identity",
        "{encoding} came where {asked} was asked for"
    );
    Ok(answer.body.len())
}

/// A unit that holds nothing, for a reader who gets reference data only.
pub fn idle_unit(city: &City) -> anyhow::Result<Uuid> {
    let found = city.cluster.run(
        "SELECT id FROM units u WHERE kind = 'street' \
            AND NOT EXISTS (SELECT FROM sync_feed f WHERE f.scope = 'unit:' || u.id) ORDER BY code LIMIT 1",
    )?;
    Ok(found.parse()?)
}
