//! Which members of a document a reader may know of at all, as the protocol has it: whatever else arrives is a leak.

use super::cast::Part;

/// Names of members.
type Names = &'static [&'static str];

const ITEM: Names = &[
    "scheme", "version", "code", "name_zh", "name_en", "kind", "radius_m", "active",
];
const CONDITION: Names = &[
    "scheme",
    "version",
    "item",
    "code",
    "name_zh",
    "name_en",
    "places_zh",
    "lead_subject",
    "cooperating",
    "limit_value",
    "limit_unit",
    "closing_policy",
    "min_before_photos",
    "min_after_photos",
    "danger",
];
const CRITERION: Names = &[
    "scheme",
    "version",
    "code",
    "name_zh",
    "name_en",
    "form",
    "bound",
    "limit",
    "per_m",
    "item",
    "kinds",
    "exclusions",
];
const AREA: Names = &["code", "kind", "name_zh", "name_en"];
const UNIT: Names = &[
    "code", "name_zh", "name_en", "kind", "parent", "district", "subject",
];
const POINT: Names = &[
    "code", "name_zh", "name_en", "kind", "address", "lat", "lon",
];
const OWNER: Names = &["owner"];
const TASK: Names = &[
    "kind",
    "state",
    "ticket",
    "round",
    "point",
    "note",
    "due_at",
    "created_at",
    "started_at",
    "ended_at",
    "result",
    "cancelled",
];
const REPORT: Names = &[
    "round",
    "point",
    "note",
    "clean",
    "lat",
    "lon",
    "received_at",
    "captured_at",
    "captured_by",
    "captured_error_s",
    "amendments",
    "attachments",
    "observations",
];
const ROUND: Names = &[
    "name",
    "mode",
    "purpose",
    "state",
    "starts_at",
    "ends_at",
    "release_at",
];
const SENDER: Names = &["inspector"];
const FINDING: Names = &[
    "report",
    "ordinal",
    "scheme",
    "version",
    "item",
    "condition",
    "text",
    "danger",
    "fixed_on_site",
    "ticket",
];
const TICKET: Names = &[
    "number",
    "state",
    "scheme",
    "version",
    "item",
    "condition",
    "text",
    "danger",
    "fixed_on_site",
    "point",
    "lat",
    "lon",
    "district",
    "due_at",
    "provisional",
    "stopped_at",
    "rework_round",
    "closed_at",
    "closed_late",
    "forced",
];
const HANDLING: Names = &[
    "lead",
    "dispatched_at",
    "submitted_at",
    "photos_pending",
    "return_count",
    "extensions",
    "suspended_until",
    "exempt",
    "supervision_level",
    "assignee",
    "stage_due_at",
    "open_requests",
];
const TRIAGE: Names = &["triage_reasons", "master", "recurrence_of"];
const ORIGIN: Names = &["finding", "received_at"];
const PHOTO: Names = &["on", "rendition", "width_px", "height_px"];
/// Of one's own photos, which anyone may have; the oracle tells them from others'.
const OWN_PHOTO: Names = &["aid", "sha256", "bytes", "mime", "stored_at"];
const REPORT_OF_PHOTO: Names = &["report"];

/// Whether this reader may know of this member; none when the collection is not for him.
pub(super) fn may_know(part: Part, collection: &str, member: &str) -> Option<bool> {
    use Part::{Inspector, Officer, Reader};
    let known: &[Names] = match (collection, part) {
        ("items", _) => &[ITEM],
        ("conditions", _) => &[CONDITION],
        ("criteria", Inspector | Reader) => &[CRITERION],
        ("areas", Inspector) => &[AREA],
        ("areas", _) => &[AREA, OWNER],
        ("units", Officer | Reader) => &[UNIT],
        ("points", Inspector) => &[POINT],
        ("points", Reader) => &[POINT, OWNER],
        ("rounds", Inspector | Reader) => &[ROUND],
        ("tasks", Inspector) => &[TASK],
        ("tasks", Reader) => &[TASK, SENDER],
        ("reports", Inspector) => &[REPORT],
        ("reports", Reader) => &[REPORT, SENDER],
        ("findings", Inspector | Reader) => &[FINDING],
        ("tickets", Inspector) => &[TICKET, ORIGIN],
        ("tickets", Officer) => &[TICKET, HANDLING],
        ("tickets", Reader) => &[TICKET, HANDLING, TRIAGE, ORIGIN],
        ("attachments", Officer) => &[PHOTO, OWN_PHOTO],
        ("attachments", _) => &[PHOTO, OWN_PHOTO, REPORT_OF_PHOTO],
        _ => return None,
    };
    Some(known.iter().any(|names| names.contains(&member)))
}
