//! A bad line between a client and a server: a TCP proxy that cuts connections in the middle of what they carry, in either direction,
//! as a seed decides. Each connection has its fate when it is made; in the end the line is good.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of one connection: how many bytes get through in each direction before it is cut; none: all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate {
    /// From the client to the server.
    pub up: Option<u64>,
    /// From the server to the client. At 0 everything is done, and nobody hears of it.
    pub down: Option<u64>,
}

/// The line, gone with this value.
pub struct BadLine {
    /// `http://127.0.0.1:PORT`: what the client takes for the server.
    pub url: String,
    server: Arc<Mutex<SocketAddr>>,
    gauge: Arc<Gauge>,
    accepting: JoinHandle<()>,
}

/// What has gone up in all, and up to what it may.
struct Gauge {
    carried: watch::Sender<u64>,
    limit: watch::Sender<u64>,
}

impl BadLine {
    /// A line to a server of this URL, where the first connections have these fates and all others are good.
    pub async fn to(server_url: &str, fates: Vec<Fate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let server = Arc::new(Mutex::new(address_of(server_url)));
        let gauge = Arc::new(Gauge {
            carried: watch::Sender::new(0),
            limit: watch::Sender::new(u64::MAX),
        });
        let shared = Arc::clone(&gauge);
        let target = Arc::clone(&server);
        let accepting = tokio::spawn(async move {
            let mut fates = fates.into_iter();
            while let Ok((client, _)) = listener.accept().await {
                let fate = fates.next().unwrap_or_default();
                let address = *target.lock().expect("no test panics while holding it");
                tokio::spawn(carry(client, address, fate, Arc::clone(&shared)));
            }
        });
        Self {
            url: format!("http://{address}"),
            server,
            gauge,
            accepting,
        }
    }

    /// Nothing goes up any more once so many bytes have in all, until the line is led somewhere again.
    pub fn jams_at(&self, bytes: u64) {
        self.gauge.limit.send_replace(bytes);
    }

    /// Leads to this server from now on.
    pub fn lead_to(&self, server_url: &str) {
        *self.server.lock().expect("no test panics while holding it") = address_of(server_url);
        self.gauge.limit.send_replace(u64::MAX);
    }

    /// Waits until so many bytes have gone up in all.
    pub async fn has_carried(&self, bytes: u64) {
        let mut carried = self.gauge.carried.subscribe();
        carried
            .wait_for(|count| *count >= bytes)
            .await
            .expect("the line is there");
    }
}

impl Drop for BadLine {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Fates of so many connections by a seed: half are cut on their way up, within `reach` bytes; a quarter on their way down within the first line
/// of an answer; of a quarter the answer is lost whole.
pub fn fates(seed: u64, connections: usize, reach: u64) -> Vec<Fate> {
    let mut dice = StdRng::seed_from_u64(seed);
    let fate = |_| match dice.random_range(0..4) {
        0 => Fate {
            up: None,
            down: Some(0),
        },
        1 => Fate {
            up: None,
            down: Some(dice.random_range(1..12)),
        },
        _ => Fate {
            up: Some(dice.random_range(0..reach)),
            down: None,
        },
    };
    (0..connections).map(fate).collect()
}

fn address_of(url: &str) -> SocketAddr {
    let address = url.trim_start_matches("http://");
    address.parse().expect("http://ADDRESS:PORT")
}

async fn carry(client: TcpStream, server: SocketAddr, fate: Fate, gauge: Arc<Gauge>) {
    // A server that is down: the client finds its connection closed.
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = pass(from_client, to_server, fate.up, Some(&gauge));
    let down = pass(from_server, to_client, fate.down, None);
    // Whichever ends first takes the other with it: both sockets are closed.
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

/// Passes bytes on until one end closes or the cut is reached.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut left: Option<u64>,
    gauge: Option<&Gauge>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let read = u64::try_from(length).expect("a buffer's length fits 64 bits");
        let through = left.map_or(read, |left| left.min(read));
        if let Some(gauge) = gauge {
            let mut limit = gauge.limit.subscribe();
            let is_open = limit.wait_for(|limit| *gauge.carried.borrow() < *limit);
            drop(is_open.await.expect("the line is there"));
        }
        let (piece, _) = buffer.split_at(usize::try_from(through).expect("no more than was read"));
        if to.write_all(piece).await.is_err() {
            return;
        }
        if let Some(gauge) = gauge {
            gauge.carried.send_modify(|carried| *carried += through);
        }
        if through < read {
            return;
        }
        left = left.map(|left| left - through);
    }
}
