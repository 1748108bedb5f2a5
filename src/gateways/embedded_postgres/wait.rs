//! Waiting for what the operating system does in its own time.

use std::time::{Duration, Instant};

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Asks until there is an answer; `None` when `limit` passed without one. It asks at least once.
pub fn until<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        let answer = ask();
        if answer.is_some() || Instant::now() >= deadline {
            return answer;
        }
        // May wake early, which only asks once more.
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
}
