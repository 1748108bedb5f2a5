//! When something was captured, as a table of clocks.

use jiff::{SignedDuration, Timestamp};
use xuncha::domain::sync::captured::{
    Anchor, Arrival, Captured, Clocks, Estimate, Method, estimate,
};

const TEN_YEARS_H: i64 = 87_660;

/// When the server had it.
fn receipt() -> Timestamp {
    "2026-11-20T02:00:00Z".parse().expect("an instant")
}

fn after(seconds: i64) -> Timestamp {
    receipt() + SignedDuration::from_secs(seconds)
}

fn ten_years_off(sign: i64) -> SignedDuration {
    SignedDuration::from_hours(sign * TEN_YEARS_H)
}

fn clocks(wall: Option<Timestamp>, mono_ms: Option<i64>, boot: Option<&str>) -> Clocks {
    Clocks {
        wall,
        mono_ms,
        boot: boot.map(str::to_owned),
    }
}

fn anchored(server_time: Timestamp, from_ms: i64, to_ms: i64) -> Captured {
    Captured {
        clocks: clocks(None, Some(to_ms), Some("b")),
        anchor: Some(Anchor {
            server_time,
            mono_ms: from_ms,
        }),
        ..Captured::default()
    }
}

/// Seconds from the receipt, method and bound of the error.
fn told(captured: &Captured, sent: Clocks) -> Option<(i64, Method, i32)> {
    let arrival = Arrival {
        received_at: receipt(),
        sent,
    };
    let Estimate {
        at,
        method,
        error_s,
    } = estimate(captured, &arrival)?;
    Some((at.duration_since(receipt()).as_secs(), method, error_s))
}

#[test]
fn an_anchor_of_the_same_boot_is_best() {
    let day_ms = 86_400_000;
    let it = anchored(after(-2 * 86_400), 5, 5 + day_ms);
    assert_eq!(
        told(&it, Clocks::default()),
        Some((-86_400, Method::Anchor, 13))
    );
    // Its clock runs a little fast: captured just before the receipt.
    let it = anchored(after(-10), 0, 12_000);
    assert_eq!(told(&it, Clocks::default()), Some((0, Method::Anchor, 5)));
}

#[test]
fn an_anchor_that_cannot_be_is_passed_over() {
    let sent = clocks(None, Some(61_000), Some("b"));
    for (server_time, from_ms, to_ms) in [
        (after(-100), 2_000, 1_000),
        (after(600), 0, 1_000),
        (Timestamp::MAX, 0, 1_000),
        (after(-100), i64::MIN, 1_000),
    ] {
        let it = anchored(server_time, from_ms, to_ms);
        let expected = Some((-60, Method::Boot, 60));
        assert_eq!(told(&it, sent.clone()), expected, "{it:?}");
    }
}

#[test]
fn a_boot_that_is_another_or_unknown_says_nothing() {
    let it = |boot| Captured {
        clocks: clocks(None, Some(1_000), boot),
        ..Captured::default()
    };
    let sent = |boot, mono_ms| clocks(None, Some(mono_ms), boot);
    assert_eq!(
        told(&it(Some("b")), sent(Some("b"), 3_000)),
        Some((-2, Method::Boot, 60))
    );
    assert_eq!(told(&it(Some("b")), sent(Some("c"), 3_000)), None);
    assert_eq!(told(&it(None), sent(None, 3_000)), None);
    assert_eq!(told(&it(Some("b")), sent(Some("b"), 500)), None);
}

#[test]
fn the_satellites_count_while_the_fix_is_fresh() {
    let it = |age| Captured {
        gps_time: Some(after(-300)),
        fix_age_ms: age,
        ..Captured::default()
    };
    let told = |age| told(&it(age), Clocks::default());
    assert_eq!(told(Some(90_000)), Some((-210, Method::Gps, 1)));
    assert_eq!(told(None), Some((-300, Method::Gps, 120)));
    assert_eq!(told(Some(120_001)), None);
    assert_eq!(told(Some(-1)), None);
}

#[test]
fn a_wall_clock_ten_years_off_is_put_right_by_how_wrong_it_was_at_the_sending() {
    for off in [ten_years_off(1), ten_years_off(-1), SignedDuration::ZERO] {
        let it = Captured {
            clocks: clocks(Some(after(-7_200) + off), None, None),
            ..Captured::default()
        };
        let sent = clocks(Some(receipt() + off), None, None);
        assert_eq!(told(&it, sent), Some((-7_200, Method::Offset, 60)), "{off}");
    }
}

#[test]
fn a_wall_clock_alone_is_taken_when_it_can_be() {
    let it = |wall| Captured {
        clocks: clocks(Some(wall), None, None),
        ..Captured::default()
    };
    let told = |wall| told(&it(wall), Clocks::default());
    assert_eq!(told(after(-60)), Some((-60, Method::Wall, 86_400)));
    let long_ago = told(receipt() + ten_years_off(-1));
    assert_eq!(long_ago.map(|(_, method, _)| method), Some(Method::Wall));
    assert_eq!(told(receipt() + ten_years_off(1)), None);
    assert_eq!(told(after(1)), None);
    assert_eq!(told(Timestamp::MAX), None);
}

#[test]
fn extreme_clocks_are_no_arithmetic() {
    let extremes = [i64::MIN, -1, 0, i64::MAX];
    let walls = [Timestamp::MIN, Timestamp::MAX, receipt()];
    for mono_ms in extremes {
        for sent_ms in extremes {
            for wall in walls {
                for sent_wall in walls {
                    let it = Captured {
                        clocks: clocks(Some(wall), Some(mono_ms), Some("b")),
                        anchor: Some(Anchor {
                            server_time: wall,
                            mono_ms: sent_ms,
                        }),
                        gps_time: Some(wall),
                        fix_age_ms: Some(mono_ms),
                    };
                    let sent = clocks(Some(sent_wall), Some(sent_ms), Some("b"));
                    if let Some((from_receipt_s, _, error_s)) = told(&it, sent) {
                        assert!(from_receipt_s <= 0 && error_s >= 0);
                    }
                }
            }
        }
    }
}
