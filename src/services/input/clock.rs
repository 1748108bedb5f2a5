//! A phone's clocks as it says them. What cannot be read is as if it had not been said: a clock never costs a report.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::sync::captured::Clocks;

/// The clocks in `{"wall", "mono_ms", "boot"}`.
pub fn read_clocks(value: &Value) -> Clocks {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    Clocks {
        wall: text("wall").and_then(read_instant),
        mono_ms: value.get("mono_ms").and_then(Value::as_i64),
        boot: text("boot")
            .filter(|boot| !boot.contains('\0'))
            .map(str::to_owned),
    }
}

/// The clocks as [`read_clocks`] reads them.
pub fn write_clocks(clocks: &Clocks) -> Value {
    json!({ "wall": clocks.wall, "mono_ms": clocks.mono_ms, "boot": clocks.boot })
}

/// An instant of RFC 3339, with its offset.
pub fn read_instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
