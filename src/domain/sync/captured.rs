//! When something was captured (取证时间), estimated from clocks that may be wrong. An estimate says how it was made and how
//! far off the method itself may be; it is evidence, and never orders, authorises or starts a deadline.

use jiff::{SignedDuration, Timestamp};

/// A fix older than this says nothing of when the report was made.
const FRESH_FIX_MS: i64 = 120_000;
/// For how long an answer or a request may be on its way.
const ON_THE_WAY_S: i64 = 60;
/// What an anchor loses on its way to the phone.
const ANCHOR_S: i64 = 5;
/// A phone's clock gains or loses no more than one second in so many.
const DRIFT: i64 = 10_000;
/// A wall clock alone is right to the day, or nobody knows.
const WALL_S: i64 = 86_400;

/// A phone's clocks at one moment; those that it did not give, or not readably, are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Wall clock.
    pub wall: Option<Timestamp>,
    /// Monotonic clock in milliseconds.
    pub mono_ms: Option<i64>,
    /// The boot that the monotonic clock belongs to.
    pub boot: Option<String>,
}

/// A moment at which the phone knew the server's time, in the boot of the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Server time.
    pub server_time: Timestamp,
    /// Monotonic clock in milliseconds then.
    pub mono_ms: i64,
}

/// What a phone says of when it captured something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// Its clocks then.
    pub clocks: Clocks,
    /// Its last anchor.
    pub anchor: Option<Anchor>,
    /// Time of the satellites, at the fix.
    pub gps_time: Option<Timestamp>,
    /// Age of the fix in milliseconds then; none counts as fresh.
    pub fix_age_ms: Option<i64>,
}

/// When and with which clocks of its own a phone sent something.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When the server had it.
    pub received_at: Timestamp,
    /// The phone's clocks at the sending.
    pub sent: Clocks,
}

/// How an estimate was made, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Server time that the phone knew in the same boot, and its monotonic clock since.
    Anchor,
    /// Time of receipt, and the phone's monotonic clock from the capture to the sending in the same boot.
    Boot,
    /// Time of the satellites.
    Gps,
    /// The phone's wall clock, put right by how wrong it was at the sending.
    Offset,
    /// The phone's wall clock alone: to be doubted.
    Wall,
}

impl Method {
    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Boot => "boot",
            Self::Gps => "gps",
            Self::Offset => "offset",
            Self::Wall => "wall",
        }
    }
}

/// When something was captured, as far as the clocks tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// The instant, never after the receipt.
    pub at: Timestamp,
    /// How it was found.
    pub method: Method,
    /// How far off the method itself may be, in seconds.
    pub error_s: i32,
}

/// The best estimate that is possible: nothing was captured after it was received, and no monotonic clock runs backwards.
pub fn estimate(captured: &Captured, arrival: &Arrival) -> Option<Estimate> {
    let (sent, received_at) = (&arrival.sent, arrival.received_at);
    [
        (Method::Anchor, by_anchor(captured)),
        (Method::Boot, by_boot(captured, sent, received_at)),
        (Method::Gps, by_gps(captured)),
        (Method::Offset, by_offset(captured, sent, received_at)),
        (
            Method::Wall,
            captured.clocks.wall.map(|wall| (wall, WALL_S)),
        ),
    ]
    .into_iter()
    .find_map(|(method, candidate)| possible(method, candidate?, received_at))
}

/// An instant with the bound of its error in seconds.
type Candidate = (Timestamp, i64);

/// A candidate after the receipt by no more than its own error was captured just before it; one by wall clock alone has no
/// such grace.
fn possible(method: Method, (at, error_s): Candidate, received_at: Timestamp) -> Option<Estimate> {
    let grace_s = if method == Method::Wall { 0 } else { error_s };
    let latest = received_at
        .checked_add(SignedDuration::from_secs(grace_s))
        .unwrap_or(Timestamp::MAX);
    (at <= latest).then(|| Estimate {
        at: at.min(received_at),
        method,
        error_s: i32::try_from(error_s).unwrap_or(i32::MAX),
    })
}

fn by_anchor(captured: &Captured) -> Option<Candidate> {
    let anchor = captured.anchor?;
    let since_ms = elapsed_ms(anchor.mono_ms, captured.clocks.mono_ms?)?;
    let at = anchor
        .server_time
        .checked_add(milliseconds(since_ms))
        .ok()?;
    Some((at, ANCHOR_S + drift_s(since_ms)))
}

fn by_boot(captured: &Captured, sent: &Clocks, received_at: Timestamp) -> Option<Candidate> {
    let same_boot = captured.clocks.boot.is_some() && captured.clocks.boot == sent.boot;
    let ago_ms = elapsed_ms(captured.clocks.mono_ms?, sent.mono_ms?).filter(|_| same_boot)?;
    let at = received_at.checked_sub(milliseconds(ago_ms)).ok()?;
    Some((at, ON_THE_WAY_S + drift_s(ago_ms)))
}

fn by_gps(captured: &Captured) -> Option<Candidate> {
    let age_ms = captured.fix_age_ms.unwrap_or(0);
    let fresh = (0..=FRESH_FIX_MS).contains(&age_ms);
    let fixed_at = captured.gps_time.filter(|_| fresh)?;
    let error_s = match captured.fix_age_ms {
        Some(_) => 1,
        None => FRESH_FIX_MS / 1_000,
    };
    let at = fixed_at.checked_add(milliseconds(age_ms)).ok()?;
    Some((at, error_s))
}

fn by_offset(captured: &Captured, sent: &Clocks, received_at: Timestamp) -> Option<Candidate> {
    let ago = sent.wall?.duration_since(captured.clocks.wall?);
    let at = received_at.checked_sub(ago).ok()?;
    let ago_s = ago.as_secs().saturating_abs();
    Some((at, ON_THE_WAY_S + ago_s / DRIFT))
}

/// From one reading of a monotonic clock to a later one.
fn elapsed_ms(from: i64, to: i64) -> Option<i64> {
    to.checked_sub(from).filter(|elapsed| *elapsed >= 0)
}

fn milliseconds(count: i64) -> SignedDuration {
    SignedDuration::from_millis(count)
}

fn drift_s(elapsed_ms: i64) -> i64 {
    elapsed_ms / 1_000 / DRIFT
}
