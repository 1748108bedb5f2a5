//! Sending webhooks. Only a POST leaves here, signed, to an address that this server may reach: private and loopback addresses are
//! refused unless the configuration allows them, redirects are not followed, and answers are not read beyond their status.

mod reach;
pub mod signature;

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;

pub use self::reach::Reach;
use self::reach::{PublicOnly, Refused};

/// An endpoint that has not answered by then has failed.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// The sender.
pub struct Webhooks {
    reach: Reach,
    http: OnceLock<reqwest::Client>,
}

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// The address is none that this server sends to.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No answer.
    #[error("{0}")]
    Unanswered(String),
}

/// What is sent.
#[derive(Debug)]
pub struct Message<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`: when this attempt is made, in seconds.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// The body, as it was signed.
    pub body: String,
}

impl Webhooks {
    /// A sender; nothing is connected yet.
    #[must_use]
    pub fn new(reach: Reach) -> Self {
        Self {
            reach,
            http: OnceLock::new(),
        }
    }

    /// Refuses a URL that this server would not send to.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(&self, url: &str) -> Result<(), Refused> {
        self.reach.check(url).map(|_url| ())
    }

    /// Sends a message; answers the status that came back, whatever it is.
    ///
    /// # Errors
    /// [`Undelivered`] when nothing came back.
    pub async fn send(&self, url: &str, message: Message<'_>) -> Result<u16, Undelivered> {
        let url = self.reach.check(url)?;
        let request = self
            .client()?
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", message.signature)
            .body(message.body);
        let answer = request.send().await.map_err(|error| unanswered(&error))?;
        Ok(answer.status().as_u16())
    }

    fn client(&self) -> Result<&reqwest::Client, Undelivered> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("xuncha/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN);
        if self.reach == Reach::Public {
            builder = builder.dns_resolver(PublicOnly);
        }
        let client = builder.build().map_err(|error| unanswered(&error))?;
        Ok(self.http.get_or_init(|| client))
    }
}

/// The whole chain of causes, without the URL: that may hold a secret of the receiver's.
fn unanswered(error: &reqwest::Error) -> Undelivered {
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut words = Vec::new();
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    if error.is_timeout() {
        words.push("timed out".to_owned());
    }
    Undelivered::Unanswered(words.join(": "))
}
