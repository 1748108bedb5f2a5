//! Someone at the other end of the line.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use xuncha::gateways::blobs::install_tls_provider;

use super::response::Response;

/// Password of every demo account.
pub const DEMO_PASSWORD: &str = "xuncha-demo";

/// A person's HTTP client. Logs in again by itself when the test has moved the clock past its token's life.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    login: Option<Arc<Login>>,
}

struct Login {
    username: String,
    password: String,
    token: Mutex<String>,
}

impl Client {
    /// Someone who has not logged in.
    pub fn new(base_url: &str) -> Self {
        install_tls_provider();
        Self {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()
                .expect("a client"),
            base_url: base_url.to_owned(),
            login: None,
        }
    }

    /// The same person, logged in with the demo password.
    pub async fn login(&self, username: &str) -> Self {
        self.login_with(username, DEMO_PASSWORD).await
    }

    /// The same person, logged in.
    pub async fn login_with(&self, username: &str, password: &str) -> Self {
        let token = self.fetch_token(username, password).await;
        let login = Login {
            username: username.to_owned(),
            password: password.to_owned(),
            token: Mutex::new(token),
        };
        Self {
            login: Some(Arc::new(login)),
            ..self.clone()
        }
    }

    /// The same person, logged in on a phone.
    pub async fn login_on(&self, username: &str, device: Uuid) -> Self {
        let answer = self
            .post("auth/login")
            .json(&json!({
                "username": username, "password": DEMO_PASSWORD,
                "device": { "id": device, "name": "phone" },
            }))
            .await
            .expect(200);
        self.with_token(answer.str("/access_token"))
    }

    /// The same client without a login, sending this token.
    pub fn with_token(&self, token: &str) -> Self {
        let login = Login {
            username: String::new(),
            password: String::new(),
            token: Mutex::new(token.to_owned()),
        };
        Self {
            login: Some(Arc::new(login)),
            ..self.clone()
        }
    }

    /// The access token at hand.
    pub fn token(&self) -> String {
        self.login
            .as_ref()
            .expect("this client has logged in")
            .token()
    }

    /// GET; a path without a leading slash is below `/api/v1/`.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// POST.
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// PUT.
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    /// PATCH.
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// Any method.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let separator = if path.starts_with('/') {
            ""
        } else {
            "/api/v1/"
        };
        let url = format!("{}{separator}{path}", self.base_url);
        Request {
            what: format!("{method} {separator}{path}"),
            builder: self.http.request(method, url),
            client: self.clone(),
        }
    }

    async fn fetch_token(&self, username: &str, password: &str) -> String {
        let anonymous = Self {
            login: None,
            ..self.clone()
        };
        let answer = anonymous
            .post("auth/login")
            .json(&json!({ "username": username, "password": password }))
            .await
            .expect(200);
        answer.str("/access_token").to_owned()
    }
}

impl Login {
    fn token(&self) -> String {
        self.token
            .lock()
            .expect("no test panics while holding it")
            .clone()
    }
}

/// A request being put together; awaiting it sends it.
pub struct Request {
    what: String,
    builder: RequestBuilder,
    client: Client,
}

impl Request {
    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        self.with(|builder| builder.json(body))
    }

    /// A body as it is.
    #[must_use]
    pub fn body(self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        self.with(|builder| builder.header("content-type", media_type).body(bytes))
    }

    /// A header.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        self.with(|builder| builder.header(name, value.as_ref()))
    }

    /// Query parameters, percent-encoded.
    #[must_use]
    pub fn query(self, parameters: &[(&str, &str)]) -> Self {
        self.with(|builder| builder.query(parameters))
    }

    /// `If-Match` with the version of a ticket.
    #[must_use]
    pub fn if_match(self, rev: impl std::fmt::Display) -> Self {
        self.header("if-match", format!("\"{rev}\""))
    }

    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self {
            builder: change(self.builder),
            ..self
        }
    }

    /// Sends it.
    pub async fn send(self) -> Response {
        let Some(login) = self.client.login.clone() else {
            return Response::read(self.what, self.builder).await;
        };
        let again = self.builder.try_clone();
        let first = self.builder.bearer_auth(login.token());
        let response = Response::read(self.what.clone(), first).await;
        match again {
            Some(again)
                if response.code() == Some("token_expired") && !login.username.is_empty() =>
            {
                let token =
                    Box::pin(self.client.fetch_token(&login.username, &login.password)).await;
                token.clone_into(&mut login.token.lock().expect("no test panics while holding it"));
                Response::read(self.what, again.bearer_auth(token)).await
            }
            _ => response,
        }
    }
}

impl IntoFuture for Request {
    type Output = Response;
    type IntoFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
