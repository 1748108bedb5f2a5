//! What a use case answers when it cannot do what was asked: a code that programs know, words that people read, and
//! the fields at fault. How it looks on the wire is decided above.

mod code;

pub use code::{Code, Kind};

use serde_json::{Map, Value};

use crate::db::{DbError, error::is_unavailable};
use crate::domain::access::Denied;
use crate::domain::page::InvalidCursor;
use crate::domain::text::Text;
use crate::gateways::passwords::PasswordError;

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can do something about it.
    #[error("{}", .0.code.as_str())]
    Refused(Box<Refusal>),
    /// The caller cannot; the chain is for the log.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// A refusal: what the caller is told.
#[derive(Debug)]
pub struct Refusal {
    /// The word programs know it by.
    pub code: Code,
    /// This occurrence, in words.
    pub detail: Option<Text>,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Further members for programs, such as the current state.
    pub members: Map<String, Value>,
    /// Seconds after which trying again makes sense.
    pub retry_after_s: Option<u32>,
    /// What lies behind it; for the log only.
    pub source: Option<anyhow::Error>,
}

/// A field at fault.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or a parameter's name.
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: &'static str,
    /// What is wrong, for people.
    pub detail: Text,
}

impl FieldError {
    /// A field at fault.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail,
        }
    }
}

impl Error {
    /// A refusal that its code says all about.
    pub fn new(code: Code) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            detail: None,
            errors: Vec::new(),
            members: Map::new(),
            retry_after_s: None,
            source: None,
        }))
    }

    /// A refusal with this occurrence in words.
    pub fn with_detail(code: Code, detail: Text) -> Self {
        Self::new(code).edit(|refusal| refusal.detail = Some(detail))
    }

    /// Fields at fault in what was sent.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::new(Code::Invalid).edit(|refusal| refusal.errors = errors)
    }

    /// One field at fault.
    pub fn invalid_field(pointer: &str, code: &'static str, detail: Text) -> Self {
        Self::invalid(vec![FieldError::new(pointer, code, detail)])
    }

    /// Adds a member for programs.
    #[must_use]
    pub fn member(self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.edit(|refusal| {
            refusal.members.insert(name.to_owned(), value);
        })
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.edit(|refusal| refusal.retry_after_s = Some(seconds))
    }

    /// The same refusal under another code.
    #[must_use]
    pub fn under(self, code: Code) -> Self {
        self.edit(|refusal| refusal.code = code)
    }

    /// Something behind Xuncha does not answer: try again.
    pub fn unavailable(source: impl Into<anyhow::Error>) -> Self {
        let source = source.into();
        Self::new(Code::Unavailable)
            .retry_after(5)
            .edit(|refusal| refusal.source = Some(source))
    }

    /// The code of a refusal.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Internal(_) => Code::Internal,
        }
    }

    fn edit(mut self, change: impl FnOnce(&mut Refusal)) -> Self {
        if let Self::Refused(refusal) = &mut self {
            change(refusal);
        }
        self
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        if is_unavailable(&error) {
            return Self::unavailable(error);
        }
        Self::Internal(error.into())
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::with_detail(
            Code::Forbidden,
            Text::new(
                format!("角色 {} 无此权限", denied.role),
                format!("not for the role {}", denied.role),
            ),
        )
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy(_) | PasswordError::Interrupted(_) => Self::unavailable(error),
            PasswordError::Cost(_) | PasswordError::Argon2(_) => Self::Internal(error.into()),
        }
    }
}

impl From<InvalidCursor> for Error {
    fn from(_: InvalidCursor) -> Self {
        Self::new(Code::ListCursorInvalid)
    }
}
