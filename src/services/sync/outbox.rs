//! The outbox (发件箱): what of the caller's own work is not done or not complete, in words, with what to do about it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::db;
use crate::db::mutation::{Logged, Reused};
use crate::domain::account::Actor;
use crate::domain::evidence::Sha256Digest;
use crate::domain::sync::captured::{Arrival, Clocks};
use crate::domain::sync::mutation::Verdict;
use crate::domain::text::Text;
use crate::services::error::Result;
use crate::services::input::batch::MutationText;
use crate::services::input::mutation::{Mutation, read_mutation};
use crate::services::state::Services;

/// Most rows of each sort; nobody reads more.
const MAX_ROWS: i64 = 500;

/// A mutation that its sender should know about.
#[derive(Debug)]
pub struct OutboxItem {
    /// Its id.
    pub mid: Uuid,
    /// Its kind as it came.
    pub kind: String,
    /// What it is about.
    pub target_id: Option<Uuid>,
    /// Its place in the phone's order.
    pub seq: i64,
    /// When the server had it.
    pub received_at: Timestamp,
    /// What was made of it.
    pub verdict: Verdict,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub detail: Text,
    /// What to do, for people.
    pub advice: Text,
    /// Photos that are not here yet.
    pub missing: Vec<Uuid>,
}

/// The caller's outbox, the latest first.
///
/// # Errors
/// `unavailable`.
pub async fn read(svc: &Services, actor: &Actor) -> Result<Vec<OutboxItem>> {
    let mut conn = svc.conn().await?;
    let account_id = actor.account_id;
    let open = db::mutation::unfinished(&mut conn, account_id, MAX_ROWS).await?;
    let reused = db::mutation::reused(&mut conn, account_id, MAX_ROWS).await?;
    let mids: Vec<Uuid> = open.iter().map(|it| it.mid).collect();
    let mut missing: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for photo in db::mutation::declared(&mut conn, account_id, &mids).await? {
        if !photo.stored {
            missing.entry(photo.mid).or_default().push(photo.aid);
        }
    }
    let open = open.into_iter().map(|it| {
        let missing = missing.remove(&it.mid).unwrap_or_default();
        of_logged(it, missing)
    });
    let mut items: Vec<OutboxItem> = open.collect();
    for it in reused {
        let mutation = read_again(&it);
        let aids: Vec<Uuid> = mutation.photos.iter().map(|(aid, _)| *aid).collect();
        let here = db::attachment::stored_of(&mut conn, account_id, &aids).await?;
        items.push(of_reused(&it, mutation, &here));
    }
    items.sort_by_key(|item| std::cmp::Reverse(item.received_at));
    Ok(items)
}

fn of_logged(it: Logged, missing: Vec<Uuid>) -> OutboxItem {
    let verdict = it.outcome.verdict;
    let told = |name: &str| it.outcome.result.get(name);
    let code = match (verdict, told("code").and_then(Value::as_str)) {
        (_, Some(code)) => code,
        (Verdict::Held, None) => "waiting",
        (_, None) => "photos_missing",
    };
    let in_words = |lang: &str| Some(told("detail")?.get(lang)?.as_str()?.to_owned());
    let detail = match (in_words("zh"), in_words("en")) {
        (Some(zh), Some(en)) => Text::new(zh, en),
        _ => plain_detail(verdict, code),
    };
    OutboxItem {
        mid: it.mid,
        advice: advice(verdict, code),
        code: code.to_owned(),
        kind: it.kind,
        target_id: it.target_id,
        seq: it.seq,
        received_at: it.received_at,
        verdict,
        detail,
        missing,
    }
}

fn read_again(it: &Reused) -> Mutation {
    let text = MutationText {
        text: it.raw.clone(),
        is_utf8: true,
    };
    let arrival = Arrival {
        received_at: it.received_at,
        sent: Clocks::default(),
    };
    read_mutation(&text, &arrival)
}

fn of_reused(it: &Reused, mutation: Mutation, here: &[(Uuid, Sha256Digest)]) -> OutboxItem {
    let missing = mutation.photos.iter().filter(|photo| !here.contains(photo));
    OutboxItem {
        mid: mutation.mid,
        missing: missing.map(|(aid, _)| *aid).collect(),
        kind: mutation.kind,
        target_id: mutation.target,
        seq: mutation.seq,
        received_at: it.received_at,
        verdict: Verdict::Quarantined,
        code: "mid_reused".to_owned(),
        detail: Text::new(
            "该 mid 已用于其他内容，两份均已保存",
            "this mid is known with other content; both are kept",
        ),
        advice: advice(Verdict::Quarantined, "mid_reused"),
    }
}

fn plain_detail(verdict: Verdict, code: &str) -> Text {
    match (verdict, code) {
        (Verdict::Held, _) => Text::new(
            "等待前一项操作送达",
            "waits for another that was done before it",
        ),
        (Verdict::Conflict, "photos_pending") => Text::new(
            "整改照片尚未传齐，未能核查",
            "the photos of the submission are not all here; the recheck was not done",
        ),
        (Verdict::Conflict, _) => Text::new(
            "工单状态已变化，此操作未执行",
            "the ticket had moved on; this was not done",
        ),
        _ => Text::new("照片尚未传齐", "not all of its photos are here yet"),
    }
}

fn advice(verdict: Verdict, code: &str) -> Text {
    match (verdict, code) {
        (Verdict::Applied | Verdict::Merged, _) => Text::new(
            "请保持应用开启并联网，照片会继续上传",
            "keep the app open and online: the photos go on uploading",
        ),
        (Verdict::Held, _) => Text::new(
            "无需操作；前一项送达后自动处理，最迟 72 小时",
            "nothing to do: it is done when the other arrives, after 72 hours at the latest",
        ),
        (Verdict::Conflict, _) => Text::new(
            "请查看工单的最新状态，如仍需要请重新操作",
            "look at the ticket as it is now, and do it again if it is still needed",
        ),
        (Verdict::Quarantined, "mid_reused" | "mid_invalid" | "id_taken") => Text::new(
            "请更新应用后重新发送；内容已保存",
            "update the app and send it again; what you sent is kept",
        ),
        (Verdict::Quarantined, "kind_unknown" | "internal") => Text::new(
            "无需操作；内容已保存，服务器升级后由督查室重新处理",
            "nothing to do: it is kept, and the office has it judged again after an upgrade",
        ),
        (Verdict::Quarantined, _) => Text::new(
            "内容已保存，督查室可以看到并重新处理；如急需请联系督查室",
            "it is kept; the office sees it and can have it judged again; call them if it is urgent",
        ),
    }
}
