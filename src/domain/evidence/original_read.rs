//! The access trail of originals (原图调阅留痕): who has read which, and when.

use jiff::Timestamp;
use uuid::Uuid;

/// A reading of an original (原图调阅): a line of the access trail.
#[derive(Debug, Clone)]
pub struct OriginalRead {
    /// The line.
    pub id: Uuid,
    /// The photo, which may have been removed since.
    pub photo_key: Uuid,
    /// Who read it.
    pub reader_id: Uuid,
    /// Its user name now.
    pub username: String,
    /// Its name now.
    pub display_name: String,
    /// Its role then.
    pub role: String,
    /// The device of its session, if that has one.
    pub device_id: Option<Uuid>,
    /// When.
    pub read_at: Timestamp,
}

/// Which lines of the access trail.
#[derive(Debug, Clone, Copy, Default)]
pub struct OriginalReadFilter {
    /// Of this photo.
    pub photo_key: Option<Uuid>,
    /// Of photos that this ticket shows.
    pub ticket_id: Option<Uuid>,
    /// By this account.
    pub reader_id: Option<Uuid>,
}
