//! The table. Add a row with each operation, and think about each cell.

/// What an operation answers to each role.
pub struct Row {
    /// operationId.
    pub operation: &'static str,
    /// Status for: anonymous, inspector, officer, clerk, supervisor, sponsor, auditor, admin.
    pub statuses: [u16; 8],
    /// Values of path parameters that are no ids.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Query string that the operation cannot do without.
    pub query: &'static str,
    /// Headers that the operation cannot do without.
    pub headers: &'static [(&'static str, &'static str)],
    /// Media type of the body.
    pub media_type: &'static str,
    /// Body; `{}` when none is named.
    pub body: Option<&'static str>,
    /// Whether it ends the session it is called with.
    pub ends_session: bool,
    /// Whether 401 means a wrong password and not a missing login.
    pub is_login: bool,
}

/// A row where only the role matters.
const fn row(operation: &'static str, statuses: [u16; 8]) -> Row {
    Row {
        operation,
        statuses,
        parameters: &[],
        query: "",
        headers: &[],
        media_type: "application/json",
        body: None,
        ends_session: false,
        is_login: false,
    }
}

const LOGIN: &str = r#"{"username": "nobody", "password": "not the right one"}"#;
const REFRESH: &str = r#"{"refresh_token": "none", "nonce": "0123456789"}"#;
const USER: &str = r#"{"username": "clerk9", "display_name": "9", "password": "a long enough one", "role": "clerk"}"#;
const REPORT: &str = r#"{"id": "11111111-1111-4111-8111-111111111111", "data": {"clean": true}}"#;
/// A photo without a byte.
const NO_PHOTO_FORM: &str = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n\r\n--x--\r\n";
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const REASON: &str = r#"{"reason": "why"}"#;
const MERGE: &str = r#"{"master": "00000000-0000-4000-8000-000000000001"}"#;
const RETURN: &str = r#"{"reason": "not_our_duty", "text": "why"}"#;
const ASSIGNMENT: &str = r#"{"unit": "371602", "opinion": "why"}"#;
const RECHECK: &str = r#"{"result": "pass"}"#;
const ASSIGN: &str = r#"{"rechecker": "00000000-0000-4000-8000-000000000001"}"#;
const ASK: &str = r#"{"inspector": "00000000-0000-4000-8000-000000000001"}"#;
const OPINION: &str = r#"{"opinion": "why"}"#;
const SUSPENSION: &str =
    r#"{"plan": "how", "temporary_measure": "what", "resume_date": "2027-01-01"}"#;
const REPLY: &str = r#"{"slip": "DB-2026-000001", "text": "what"}"#;
const CORRECTION: &str = r#"{"item": "E0102", "reason": "why"}"#;
const HANDOVER: &str = r#"{"to": "371602", "opinion": "why"}"#;
const ROUND: &str = r#"{"name": "r", "mode": "announced", "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-05T00:00:00Z", "coverage": "full", "quotas": [{"kind": "K01"}]}"#;
const SUPERVISOR_MISSES: [u16; 8] = [401, 403, 403, 403, 404, 403, 403, 403];
const FEEDBACK: &str = "number,item,text\n1,none,x\n";
const RIPPLE: &str = r#"{"ticket": "00000000-0000-4000-8000-000000000001", "text": "look", "due_at": "2027-01-01T00:00:00Z"}"#;
const RIPPLE_ANSWER: &str = r#"{"text": "none", "found": 0, "put_right": 0}"#;
const SUPERVISOR_OR_ADMIN_MISSES: [u16; 8] = [401, 403, 403, 403, 404, 403, 403, 404];
const COMMENT: &str = r#"{"text": "what"}"#;
const REPLAY: &str = r#"{"code": "none"}"#;
const NO_CHANGE: &str = r#"{"changes": {}}"#;
const DUTY: &str = r#"{"kind": "street_chief", "unit": "371602", "person": "某"}"#;
const WEBHOOK: &str = r#"{"url": "https://example.com/hook"}"#;
const REPLAY_WEBHOOK: &str = r#"{"failed_since": "2026-11-01T00:00:00Z"}"#;
const MONTH: &str = "from=2026-11-01&to=2026-11-30";
const BULLETIN: &str = r#"{"title": "t", "from": "2026-11-01", "to": "2026-11-30"}"#;
const OWNER: &str = r#"{"unit": "371602", "name": "一号"}"#;
const UNITS: &str = include_str!("../../../demo/units.csv");

/// Seen by whoever works with tickets, but not there; auditor and administrator have no business with its content.
const COMMAND: [u16; 8] = [401, 404, 404, 404, 404, 403, 403, 403];
const OFFICE_READS: [u16; 8] = [401, 403, 403, 200, 200, 403, 403, 403];
/// The office reads all of it, units what is theirs.
const SCOPED_READ: [u16; 8] = [401, 403, 200, 200, 200, 403, 403, 403];
const ALL_READ: [u16; 8] = [401, 200, 200, 200, 200, 200, 200, 200];
const ALL_MISS: [u16; 8] = [401, 404, 404, 404, 404, 404, 404, 404];
const CLERK_OR_ADMIN_MISSES: [u16; 8] = [401, 403, 403, 404, 403, 403, 403, 404];
const OFFICER_OR_ADMIN_MISSES: [u16; 8] = [401, 403, 404, 403, 403, 403, 403, 404];
const ADMIN_MISSES: [u16; 8] = [401, 403, 403, 403, 403, 403, 403, 404];
/// Whoever reports or works on tickets sends photos; one without a byte is refused for what it is.
const STORE_PHOTO: [u16; 8] = [401, 422, 422, 422, 422, 403, 403, 403];
const ADMIN_ONLY: [u16; 8] = [401, 403, 403, 403, 403, 403, 403, 200];

/// In the order of `src/http/routes.rs`.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    //                                    anonymous, inspector, officer, clerk, supervisor, sponsor, auditor, admin
    Row { is_login: true, body: Some(LOGIN), ..row("login", [401; 8]) },
    Row { is_login: true, body: Some(REFRESH), ..row("refresh", [401; 8]) },
    Row { ends_session: true, ..row("logout", [401, 204, 204, 204, 204, 204, 204, 204]) },
    row("get_me",                                     ALL_READ),
    // A unit may report as well (自查); the id is the inspector's by then.
    Row { body: Some(REPORT), ..row("create_report",        [401, 201, 409, 403, 403, 403, 403, 403]) },
    Row { query: "list=x", media_type: "text/csv", body: Some(FEEDBACK), ..row("import_feedback", OFFICE_READS) },
    row("get_report",                                 [401, 404, 403, 404, 404, 403, 403, 403]),
    Row { media_type: "image/jpeg", body: Some(""), ..row("put_attachment", STORE_PHOTO) },
    Row { media_type: "multipart/form-data; boundary=x", body: Some(NO_PHOTO_FORM), ..row("post_attachment", STORE_PHOTO) },
    // The original is for fewer: tests/it/evidence/read.rs.
    row("get_photo_facts",                            [401, 403, 403, 404, 404, 403, 403, 403]),
    Row { parameters: &[("variant", "display")], ..row("get_attachment", [401, 404, 404, 404, 404, 404, 403, 403]) },
    row("list_original_reads",                        [401, 403, 403, 403, 200, 403, 200, 403]),
    row("describe_uploads",                           [204; 8]),
    // A link is its own permission: whoever has none finds nothing.
    Row { headers: &[TUS, ("upload-length", "4")], ..row("create_upload", [401, 201, 201, 201, 201, 403, 403, 403]) },
    Row { headers: &[TUS], ..row("get_upload_progress",     [404; 8]) },
    Row { headers: &[TUS, ("upload-offset", "0")], media_type: "application/offset+octet-stream", ..row("append_to_upload", [404; 8]) },
    Row { headers: &[TUS], ..row("terminate_upload",        [404; 8]) },
    row("list_tickets",                               [401, 200, 200, 200, 200, 200, 403, 403]),
    row("get_ticket",                                 [401, 404, 404, 404, 404, 404, 403, 403]),
    row("get_ticket_trail",                           [401, 404, 404, 404, 404, 404, 404, 403]),
    row("get_ticket_stages",                          [401, 403, 404, 404, 404, 403, 404, 403]),
    row("list_triage",                                OFFICE_READS),
    row("file_ticket",                                COMMAND),
    Row { body: Some(REASON), ..row("reject_ticket",        COMMAND) },
    Row { body: Some(MERGE), ..row("merge_ticket",          COMMAND) },
    Row { body: Some(REASON), ..row("void_ticket",          COMMAND) },
    row("acknowledge_ticket",                         COMMAND),
    Row { body: Some(RETURN), ..row("return_ticket",        COMMAND) },
    Row { body: Some(ASSIGNMENT), ..row("redispatch_ticket", COMMAND) },
    Row { body: Some(ASSIGNMENT), ..row("rule_ticket_ownership", COMMAND) },
    row("submit_ticket",                              COMMAND),
    Row { body: Some(RECHECK), ..row("recheck_ticket",      COMMAND) },
    Row { body: Some(REASON), ..row("request_ticket_extension", COMMAND) },
    row("approve_ticket_extension", COMMAND),
    Row { body: Some(OPINION), ..row("refuse_ticket_extension", COMMAND) },
    Row { body: Some(SUSPENSION), ..row("request_ticket_suspension", COMMAND) },
    row("approve_ticket_suspension", COMMAND),
    Row { body: Some(OPINION), ..row("refuse_ticket_suspension", COMMAND) },
    Row { body: Some(REASON), ..row("request_ticket_appeal", COMMAND) },
    row("approve_ticket_appeal", COMMAND),
    Row { body: Some(OPINION), ..row("refuse_ticket_appeal", COMMAND) },
    Row { body: Some(REASON), ..row("force_close_ticket", COMMAND) },
    row("confirm_force_close_ticket", COMMAND),
    Row { body: Some(OPINION), ..row("refuse_force_close_ticket", COMMAND) },
    Row { body: Some(CORRECTION), ..row("correct_ticket", COMMAND) },
    Row { body: Some(COMMENT), ..row("comment_ticket",      COMMAND) },
    Row { body: Some(ASSIGN), ..row("assign_ticket",        COMMAND) },
    row("list_recheckers",                            [401, 403, 403, 404, 404, 403, 403, 403]),
    row("list_tasks",                                 [401, 200, 403, 200, 200, 403, 403, 403]),
    row("start_task",                                 [401, 404, 403, 403, 403, 403, 403, 403]),
    Row { body: Some(RECHECK), ..row("finish_task",         [401, 404, 403, 403, 403, 403, 403, 403]) },
    Row { body: Some(ROUND), ..row("create_round",          [401, 403, 403, 403, 201, 403, 403, 403]) },
    row("list_rounds",                                [401, 403, 403, 403, 200, 403, 403, 403]),
    row("get_round",                                  SUPERVISOR_MISSES),
    Row { body: Some(ROUND), ..row("replace_round",         SUPERVISOR_MISSES) },
    row("discard_round",                              SUPERVISOR_MISSES),
    row("draw_round",                                 SUPERVISOR_MISSES),
    row("get_round_draw",                             [401, 403, 403, 403, 404, 403, 404, 403]),
    row("release_round",                              SUPERVISOR_MISSES),
    row("close_round",                                SUPERVISOR_MISSES),
    row("get_round_coverage",                         SUPERVISOR_MISSES),
    row("list_lost_points",                           SCOPED_READ),
    row("list_lost_points_csv",                       SCOPED_READ),
    row("list_round_lost_points",                     [401, 403, 404, 404, 404, 403, 403, 403]),
    Row { body: Some(REASON), ..row("ask_unmasking",        SUPERVISOR_OR_ADMIN_MISSES) },
    row("confirm_unmasking",                          SUPERVISOR_OR_ADMIN_MISSES),
    Row { body: Some(REASON), ..row("refuse_unmasking",     SUPERVISOR_OR_ADMIN_MISSES) },
    row("get_unmasking",                              [401, 403, 403, 403, 404, 403, 404, 404]),
    row("list_unmaskings",                            [401, 403, 403, 403, 200, 403, 200, 200]),
    Row { body: Some(REASON), ..row("flag_integrity",       [401, 403, 403, 404, 404, 403, 403, 403]) },
    Row { body: Some(REASON), ..row("lift_integrity_flag",  [401, 403, 403, 404, 404, 403, 403, 403]) },
    row("count_integrity_flags",                      SCOPED_READ),
    Row { query: "by=kind", ..row("list_scores",            [401, 403, 403, 403, 200, 403, 403, 403]) },
    row("list_ripples",                               SCOPED_READ),
    Row { body: Some(RIPPLE), ..row("ask_ripple",           [401, 403, 403, 403, 404, 403, 403, 403]) },
    row("get_ripple",                                 [401, 403, 404, 404, 404, 403, 403, 403]),
    Row { body: Some(RIPPLE_ANSWER), ..row("answer_ripple",  [401, 403, 404, 403, 403, 403, 403, 403]) },
    row("list_lookbacks",                             OFFICE_READS),
    Row { body: Some(ASK), ..row("assign_lookback",         [401, 403, 403, 404, 404, 403, 403, 403]) },
    row("draw_lookbacks",                             [401, 403, 403, 409, 409, 403, 403, 403]),
    row("get_lookback_draw",                          [401, 403, 403, 404, 404, 403, 404, 403]),
    row("list_rulings",                               OFFICE_READS),
    row("get_ruling",                                 [401, 403, 403, 404, 404, 403, 403, 403]),
    Row { body: Some(REASON), ..row("end_ruling",           [401, 403, 403, 403, 404, 403, 403, 403]) },
    Row { body: Some(REASON), ..row("supervise_ticket", COMMAND) },
    Row { body: Some(REPLY), ..row("reply_to_slip", COMMAND) },
    row("list_requests",                              SCOPED_READ),
    Row { body: Some(HANDOVER), ..row("hand_over_unit", CLERK_OR_ADMIN_MISSES) },
    Row { body: Some(HANDOVER), ..row("hand_over_person", CLERK_OR_ADMIN_MISSES) },
    row("get_handover",                               CLERK_OR_ADMIN_MISSES),
    row("list_audit_heads",                           [401, 403, 403, 403, 200, 403, 200, 403]),
    row("prove_ticket_trail",                         [401, 403, 403, 403, 403, 403, 404, 403]),
    row("list_overdue",                               OFFICE_READS),
    row("list_overdue_csv",                           OFFICE_READS),
    row("list_overdue_xlsx",                          OFFICE_READS),
    row("list_due_soon",                              OFFICE_READS),
    row("list_ledger",                                OFFICE_READS),
    row("list_ledger_csv",                            OFFICE_READS),
    row("list_ledger_xlsx",                           OFFICE_READS),
    row("count_tickets",                              SCOPED_READ),
    row("map_tickets",                                SCOPED_READ),
    row("list_slips",                                 SCOPED_READ),
    row("list_webhooks",                              [401, 403, 200, 403, 403, 403, 403, 200]),
    Row { body: Some(WEBHOOK), ..row("create_webhook",      [401, 403, 201, 403, 403, 403, 403, 201]) },
    row("get_webhook",                                OFFICER_OR_ADMIN_MISSES),
    row("change_webhook",                             OFFICER_OR_ADMIN_MISSES),
    row("remove_webhook",                             OFFICER_OR_ADMIN_MISSES),
    row("rotate_webhook_secret",                      OFFICER_OR_ADMIN_MISSES),
    row("ping_webhook",                               OFFICER_OR_ADMIN_MISSES),
    Row { body: Some(REPLAY_WEBHOOK), ..row("replay_webhook", OFFICER_OR_ADMIN_MISSES) },
    row("list_webhook_deliveries",                    OFFICER_OR_ADMIN_MISSES),
    Row { query: MONTH, ..row("read_indicators",      OFFICE_READS) },
    Row { query: MONTH, parameters: &[("code", "closure")], ..row("list_indicator_tickets", OFFICE_READS) },
    Row { query: MONTH, ..row("read_board",           OFFICE_READS) },
    row("list_bulletins",                             [401, 403, 200, 200, 200, 200, 200, 200]),
    Row { body: Some(BULLETIN), ..row("create_bulletin",    [401, 403, 403, 403, 201, 403, 403, 403]) },
    row("get_bulletin",                               [401, 403, 404, 404, 404, 404, 404, 404]),
    row("get_bulletin_page",                          [401, 403, 404, 404, 404, 404, 404, 404]),
    Row { body: Some(BULLETIN), ..row("replace_bulletin",   SUPERVISOR_MISSES) },
    row("discard_bulletin",                           SUPERVISOR_MISSES),
    row("freeze_bulletin",                            SUPERVISOR_MISSES),
    row("publish_bulletin",                           SUPERVISOR_MISSES),
    row("list_digests",                               SCOPED_READ),
    Row { query: "stage=acknowledge", ..row("list_stages", SCOPED_READ) },
    // Without a device, which the login did not name: tests/it/sync.
    row("get_changes",                                [401, 400, 400, 400, 400, 403, 403, 400]),
    // Every role, and each mutation by itself.
    row("push_batch",                                 [401, 400, 400, 400, 400, 400, 400, 400]),
    row("ask_have",                                   [401, 200, 200, 200, 200, 403, 403, 200]),
    row("get_outbox",                                 ALL_READ),
    row("list_quarantine",                            OFFICE_READS),
    Row { body: Some(REPLAY), ..row("replay_quarantine", OFFICE_READS) },
    row("list_policies",                              [401, 403, 403, 200, 200, 403, 403, 200]),
    Row { body: Some(NO_CHANGE), ..row("change_policies",   ADMIN_ONLY) },
    // The very units that are there: nothing changes.
    Row { parameters: &[("kind", "units")], media_type: "text/csv", body: Some(UNITS), ..row("import_reference", ADMIN_ONLY) },
    row("list_areas",                                 ALL_READ),
    row("read_topology",                              ALL_READ),
    Row { parameters: &[("id", "none")], body: Some(OWNER), ..row("own_defect", ADMIN_MISSES) },
    row("list_units",                                 ALL_READ),
    row("get_unit",                                   ALL_MISS),
    row("switch_off_unit",                            ADMIN_MISSES),
    row("list_items",                                 ALL_READ),
    row("list_criteria",                              ALL_READ),
    row("list_points",                                ALL_READ),
    row("get_point",                                  ALL_MISS),
    row("list_point_kinds",                           ALL_READ),
    row("list_calendars",                             ALL_READ),
    row("read_current_calendar",                      ALL_READ),
    row("list_duties",                                [401, 403, 403, 200, 200, 403, 403, 200]),
    Row { body: Some(DUTY), ..row("record_duty",            [401, 403, 403, 403, 403, 403, 403, 201]) },
    row("end_duty",                                   ADMIN_MISSES),
    row("list_users",                                 ADMIN_ONLY),
    Row { body: Some(USER), ..row("create_user",            [401, 403, 403, 403, 403, 403, 403, 201]) },
    row("get_user",                                   ADMIN_MISSES),
    row("update_user",                                ADMIN_MISSES),
    row("get_openapi",                                [200; 8]),
];
