//! The table of codes: one row each, unique, with its kind and its title in both languages.

use crate::domain::text::Text;

/// What sort of refusal a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The message cannot be read at all.
    Malformed,
    /// It can be read, but what it says cannot be.
    Invalid,
    /// Who is calling is not known.
    Unauthenticated,
    /// Known, seen, but not for this caller.
    Forbidden,
    /// There is none, as far as this caller may know.
    NotFound,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// Not in the present state.
    Conflict,
    /// The caller has seen an older version.
    Stale,
    /// The caller must say which version it has seen.
    PreconditionRequired,
    /// Larger than allowed.
    TooLarge,
    /// Of a media type that is not taken here.
    UnsupportedMedia,
    /// A part that lies outside the whole.
    RangeNotSatisfiable,
    /// The client's version is too old.
    UpgradeRequired,
    /// More often than allowed.
    TooMany,
    /// Another request is at it.
    Locked,
    /// The bytes are not those that were stated (tus 1.0.0: 460).
    ChecksumMismatch,
    /// Something behind Xuncha does not answer.
    Unavailable,
    /// A fault in Xuncha.
    Internal,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $word:literal, $kind:ident, $zh:literal, $en:literal;)*) => {
        /// Every code that an answer can carry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word that programs know it by.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What sort of refusal it is.
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// Its title.
            pub fn title(self) -> Text {
                match self { $(Self::$name => Text::new($zh, $en),)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or not complete.
    MalformedJson: "malformed_json", Malformed, "请求体不是完整的 JSON", "The body is not well-formed JSON";
    /// The body is not a multipart form with the field that is expected.
    MalformedForm: "malformed_form", Malformed, "表单格式不正确", "The form cannot be read";
    /// A header cannot be read.
    MalformedHeader: "malformed_header", Malformed, "请求头格式不正确", "A header cannot be read";
    /// Fields are at fault.
    Invalid: "invalid", Invalid, "内容有误", "Some fields are not valid";
    /// A query parameter is at fault.
    InvalidQuery: "invalid_query", Invalid, "查询参数有误", "A query parameter is not valid";
    /// The cursor is not one that this list gave.
    ListCursorInvalid: "list_cursor_invalid", Invalid, "游标无效，请从第一页重新取", "The cursor is not valid here: start from the first page";
    /// The body ended before its time.
    BodyBrokenOff: "body_broken_off", Malformed, "文件未传完，请重传", "The body broke off: send it again";
    /// The bytes do not have the declared SHA-256 or length.
    DigestMismatch: "digest_mismatch", Invalid, "文件与声明的校验值或长度不符", "The bytes do not match the declared digest or length";
    /// An import was refused as a whole.
    ImportRefused: "import_refused", Invalid, "导入文件有误，未导入任何内容", "The file was refused; nothing was imported";
    /// No token, or one that cannot be read.
    Unauthenticated: "unauthenticated", Unauthenticated, "请先登录", "Log in first";
    /// The access token is too old: refresh it.
    TokenExpired: "token_expired", Unauthenticated, "登录凭证已过期，请刷新", "The access token has expired: refresh it";
    /// The session was ended.
    SessionRevoked: "session_revoked", Unauthenticated, "会话已结束，请重新登录；本机数据不会丢失", "The session has ended: log in again; nothing on the phone is lost";
    /// The device named is not this login's.
    DeviceUnknown: "device_unknown", Unauthenticated, "设备与登录不符，请重新登录；本机数据不会丢失", "Not the device of this login: log in again; nothing on the phone is lost";
    /// Wrong user name or password.
    CredentialsWrong: "credentials_wrong", Unauthenticated, "用户名或密码不正确", "Wrong user name or password";
    /// Not for this caller.
    Forbidden: "forbidden", Forbidden, "无此权限", "Not allowed";
    /// Nothing there for this caller.
    NotFound: "not_found", NotFound, "未找到", "Not found";
    /// The path is there, the method is not.
    MethodNotAllowed: "method_not_allowed", MethodNotAllowed, "此路径不支持该方法", "This path does not take that method";
    /// Other content under a known report id; both are kept.
    ReportAmended: "report_amended", Conflict, "该编号的报告内容不同，两份均已保存", "Other content under a known report id: both are kept";
    /// The sync cursor is of another epoch or device, or unknown.
    CursorInvalid: "cursor_invalid", Conflict, "同步游标无效，请不带游标重新拉取；未发送的内容保留在本机", "The sync cursor is not valid: pull without one; keep unsent work";
    /// The id is in use by something else.
    IdTaken: "id_taken", Conflict, "编号已被占用，请换新编号重发", "The id is in use: send again under a new one";
    /// The command is not allowed in the ticket's present state.
    WrongState: "wrong_state", Conflict, "工单当前状态不允许此操作", "Not allowed in the ticket's present state";
    /// One such request waits already.
    RequestOpen: "request_open", Conflict, "已有同类申请待审批", "One such request is waiting already";
    /// No such request waits.
    NoRequest: "no_request", Conflict, "没有待审批的此类申请", "No such request is waiting";
    /// Two extensions were approved.
    ExtensionsSpent: "extensions_spent", Conflict, "延期最多两次", "There were two extensions already";
    /// The deadline has passed.
    Overdue: "overdue", Conflict, "已超期，不能再延期", "The deadline has passed: no extension any more";
    /// The day on which the clock should run again has come.
    ResumeDatePassed: "resume_date_passed", Conflict, "申请的恢复日期已到，不能再挂账", "The day on which it should resume has come";
    /// It was closed in time, so there is nothing to appeal against.
    NotLate: "not_late", Conflict, "该工单按期结案，无须申诉", "It was not closed late";
    /// There was an appeal before.
    AppealedBefore: "appealed_before", Conflict, "只能申诉一次", "There was an appeal before: one is all";
    /// Two people close a ticket by force.
    SecondPerson: "second_person", Conflict, "强制结案须由另一名督查人员确认", "Another supervisor must confirm it";
    /// No slip waits for a reply of the caller's.
    NoSlip: "no_slip", Conflict, "没有待您回复的督办单", "No slip waits for a reply of yours";
    /// A hand-over from the same unit or person has not come to its end.
    HandoverRunning: "handover_running", Conflict, "该单位或人员的移交正在进行", "A hand-over from this unit or person is going on";
    /// It leads open tickets.
    UnitLeadsOpenTickets: "unit_leads_open_tickets", Conflict, "该单位还有未结工单，请先移交", "The unit leads open tickets: hand them over first";
    /// Units that work stand below it.
    UnitHasUnits: "unit_has_units", Conflict, "该单位还有下级单位", "Units that work stand below it";
    /// The submission's photos are not all here yet.
    PhotosPending: "photos_pending", Conflict, "整改照片尚未传齐，暂不能核查", "The photos of the submission are not all here yet";
    /// A recheck is given to its ticket, which ends the task.
    RecheckInstead: "recheck_instead", Conflict, "核查任务请直接提交工单核查，任务随之完成", "Give the ticket its recheck: that ends the task";
    /// A visit is made by its report.
    ReportInstead: "report_instead", Conflict, "走访任务请直接上报该点位，任务随之完成", "Report from the point: that ends the task";
    /// There is nothing that could be drawn.
    NothingToDraw: "nothing_to_draw", Conflict, "没有可抽取的工单或点位", "There is nothing that could be drawn";
    /// The duty has ended before.
    DutyEnded: "duty_ended", Conflict, "该职责已结束", "The duty has ended already";
    /// The ticket has a mark already.
    FlaggedBefore: "flagged_before", Conflict, "该工单已标记虚假整改", "The ticket is marked already";
    /// The unit has answered.
    AnsweredBefore: "answered_before", Conflict, "该单位已回复", "The unit has answered already";
    /// The ruling does not hold any more.
    RulingEnded: "ruling_ended", Conflict, "该确权已失效", "The ruling does not hold any more";
    /// The photo's bytes are not here, or not rendered yet.
    NotReady: "not_ready", Conflict, "照片尚未就绪，请稍后再取", "The photo is not ready yet: try again shortly";
    /// The file is no photo that can be read.
    Unreadable: "unreadable", Conflict, "该文件不是可识别的照片，原件已保留", "The file is no readable photo; the original is kept";
    /// The photo's format cannot be rendered.
    UnsupportedRendition: "unsupported_rendition", Conflict, "暂不支持显示该格式的照片，原件已保留", "No rendition can be made of this format; the original is kept";
    /// The user name is taken.
    UsernameTaken: "username_taken", Conflict, "用户名已存在", "The user name is taken";
    /// Nobody could administer afterwards.
    LastAdmin: "last_admin", Conflict, "不能停用或更换最后一名管理员", "The last administrator cannot be switched off or given another role";
    /// The piece does not begin where the upload ends.
    OffsetConflict: "offset_conflict", Conflict, "续传位置不符，请从 Upload-Offset 处继续", "Not where the upload ends: go on at Upload-Offset";
    /// Another request for the upload has taken over.
    UploadInterrupted: "upload_interrupted", Conflict, "该上传已由另一个请求接续，已收到的内容已保存", "Another request goes on with this upload; what had arrived is kept";
    /// Another request for the upload does not come to its end.
    UploadBusy: "upload_busy", Locked, "该上传正在处理中，请稍后再试", "Another request is at this upload: try again shortly";
    /// A piece is not what its checksum says.
    ChecksumMismatch: "checksum_mismatch", ChecksumMismatch, "该分片与校验值不符，未保存，请重传", "The piece does not match its checksum and is not kept: send it again";
    /// A finished upload is not what was declared.
    FileMismatch: "file_mismatch", ChecksumMismatch, "文件与声明的校验值或长度不符，该上传已作废，请重新上传", "The file does not match the declared digest or length; the upload is gone: begin anew";
    /// A tus client of another version.
    TusVersionUnsupported: "tus_version_unsupported", Stale, "请使用 tus 1.0.0（请求头 Tus-Resumable: 1.0.0）", "Send Tus-Resumable: 1.0.0";
    /// The caller's version is old.
    Stale: "stale", Stale, "工单已被他人更新，请刷新后重试", "The ticket has changed meanwhile: read it again";
    /// `If-Match` is missing.
    IfMatchRequired: "if_match_required", PreconditionRequired, "请用 If-Match 带上工单版本号", "Send If-Match with the version you have read";
    /// Larger than allowed.
    TooLarge: "too_large", TooLarge, "内容超过大小限制", "Larger than allowed";
    /// Not a media type that is taken here.
    UnsupportedMedia: "unsupported_media_type", UnsupportedMedia, "不支持的内容类型", "This media type is not taken here";
    /// The part asked for lies outside the file.
    RangeNotSatisfiable: "range_not_satisfiable", RangeNotSatisfiable, "所取范围超出文件长度", "The range lies outside the file";
    /// The app is too old to be told of changes; what it has to send is taken.
    UpgradeRequired: "upgrade_required", UpgradeRequired, "应用版本过旧，请升级后再同步；未发送的内容仍可提交", "The app is too old to pull: upgrade it; what it has to send is still taken";
    /// Too many tries.
    TooManyRequests: "too_many_requests", TooMany, "操作过于频繁，请稍后再试", "Too many tries: wait a little";
    /// Something behind Xuncha does not answer.
    Unavailable: "unavailable", Unavailable, "服务暂不可用，请稍后重试；已确认的内容不会丢失", "Temporarily unavailable: try again; nothing acknowledged is lost";
    /// A fault in Xuncha.
    Internal: "internal", Internal, "服务器内部错误", "A fault in the server";
}
