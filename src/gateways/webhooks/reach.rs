//! Which addresses this server sends to. A name is resolved by the very connection that is made, so that what was public when it was
//! looked up cannot be another address a moment later.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How far webhooks reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, over TLS.
    Public,
    /// Loopback and private ones, too, and without TLS: for a city whose systems share a network.
    Private,
}

/// A URL that this server does not send to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a URL of the web.
    #[error("not a URL that can be posted to")]
    NoUrl,
    /// In the clear.
    #[error("only https")]
    NotEncrypted,
    /// The host is an address inside, or has none outside.
    #[error("the address is not public")]
    NotPublic,
}

impl Reach {
    /// The URL, if this server sends there. A host that is a name is judged when it is resolved.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(self, url: &str) -> Result<Url, Refused> {
        let url = Url::parse(url).map_err(|_no_url| Refused::NoUrl)?;
        let host = url.host_str().ok_or(Refused::NoUrl)?;
        match (url.scheme(), self) {
            ("https", _) | ("http", Self::Private) => {}
            ("http", Self::Public) => return Err(Refused::NotEncrypted),
            _ => return Err(Refused::NoUrl),
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let inside = match literal.parse::<IpAddr>() {
            Ok(address) => !is_public(address),
            Err(_name) => literal == "localhost" || literal.ends_with(".localhost"),
        };
        if self == Self::Public && inside {
            return Err(Refused::NotPublic);
        }
        Ok(url)
    }
}

/// Resolves names to their public addresses only.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(io::Error::other(Refused::NotPublic).into());
            }
            let public: Addrs = Box::new(public.into_iter());
            Ok(public)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Not one of the IANA's special-purpose addresses (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _)
        );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4() {
        return is_public_v4(mapped); // ::ffff:a.b.c.d and ::a.b.c.d, and with them :: and ::1
    }
    match address.segments() {
        // Addresses that lead to an IPv4 one: NAT64 and 6to4.
        [0x64, 0xff9b, ..] | [0x2002, ..] => false,
        [0x2001, 0xdb8, ..] => false,
        // Global unicast is 2000::/3; the rest is local, multicast, or nobody's yet.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
