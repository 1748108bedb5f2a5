//! Logging in: user name and password become a session.

use jiff::Timestamp;
use uuid::Uuid;

use super::grant::{Grant, session_end};
use crate::db::account::Credentials;
use crate::db::session::{self, Session, device, refresh_token};
use crate::db::{AsyncConnection as _, Conn, account};
use crate::domain::account::Username;
use crate::domain::text::Text;
use crate::gateways::tokens::{random_secret, secret_hash};
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// Most characters of a device's name.
const DEVICE_NAME_MAX_CHARS: usize = 100;

/// A try to log in.
pub struct Login {
    /// As typed.
    pub username: String,
    /// As typed.
    pub password: String,
    /// The phone, if it is one.
    pub device: Option<LoginDevice>,
}

/// The phone on which someone logs in.
pub struct LoginDevice {
    /// Made by the phone at its first start.
    pub id: Uuid,
    /// For its owner to know it by.
    pub name: String,
}

/// Begins a session. An unknown name, a wrong password and an account that may not log in look and last the same.
///
/// # Errors
/// `credentials_wrong`; `too_many_requests` for one name; `id_taken` when the device is another account's.
pub async fn login(svc: &Services, command: Login) -> Result<Grant> {
    if let Some(device) = &command.device {
        check_device(device)?;
    }
    let username: Option<Username> = command.username.parse().ok();
    let name = username.as_ref().map_or("", Username::as_str);
    svc.throttle.admit(name)?;
    let checked = check_password(svc, username.as_ref(), &command.password)
        .await?
        .ok_or_else(|| Error::new(Code::CredentialsWrong))?;
    svc.throttle.forgive(name);

    let (now, refresh_token) = (svc.now(), random_secret());
    let mut conn = svc.conn().await?;
    conn.transaction(async |conn| {
        let (session_id, device) = (Uuid::new_v4(), command.device.as_ref());
        begin(conn, &checked, session_id, device, &refresh_token, now).await?;
        let account = account::find(conn, checked.account_id)
            .await?
            .ok_or_else(|| Error::new(Code::CredentialsWrong))?;
        Ok(Grant::new(
            svc,
            account,
            session_id,
            refresh_token.clone(),
            now,
        ))
    })
    .await
}

async fn check_password(
    svc: &Services,
    username: Option<&Username>,
    password: &str,
) -> Result<Option<Credentials>> {
    let found = match username {
        Some(username) => account::find_credentials(&mut *svc.conn().await?, username).await?,
        None => None,
    };
    let found = found.filter(|found| found.active && (svc.demo || !found.demo));
    let right = match &found {
        Some(found) => svc.passwords.verify(password, &found.password_hash).await,
        None => svc.passwords.verify_against_nobody(password).await,
    }?;
    Ok(found.filter(|_| right))
}

async fn begin(
    conn: &mut Conn,
    checked: &Credentials,
    session_id: Uuid,
    device: Option<&LoginDevice>,
    refresh_token: &str,
    now: Timestamp,
) -> Result<()> {
    // The account may have been switched off while the password was being checked.
    if !account::hold_credentials(conn, checked).await? {
        return Err(Error::new(Code::CredentialsWrong));
    }
    if let Some(LoginDevice { id, name }) = device
        && !device::upsert(conn, *id, checked.account_id, name.trim(), now).await?
    {
        return Err(Error::with_detail(
            Code::IdTaken,
            Text::new(
                "设备编号不可用，请生成新的设备编号",
                "This device id cannot be used: make a new one",
            ),
        ));
    }
    let session = Session {
        id: session_id,
        account_id: checked.account_id,
        device_id: device.map(|device| device.id),
        created_at: now,
        expires_at: session_end(now),
    };
    session::insert(conn, &session).await?;
    refresh_token::insert(conn, &secret_hash(refresh_token), None, session_id, now).await?;
    Ok(())
}

fn check_device(device: &LoginDevice) -> Result<()> {
    if device.name.trim().chars().count() <= DEVICE_NAME_MAX_CHARS {
        return Ok(());
    }
    Err(Error::invalid_field(
        "/device/name",
        "too_long",
        Text::new("最多 100 个字", "100 characters at most"),
    ))
}
