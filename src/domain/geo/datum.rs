//! The three datums (坐标系) in which phones and map services of mainland China state positions, and the shifts between
//! them. Only `Point` converts: everywhere else in Xuncha a position is WGS-84.

use std::f64::consts::PI;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Coordinate reference of a latitude and longitude as a client states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// GPS receivers, EXIF; the canonical datum.
    Wgs84,
    /// 火星坐标: the legally required shift of mainland maps (高德, 腾讯), 300–700 m.
    Gcj02,
    /// 百度坐标: GCJ-02 shifted once more.
    Bd09,
}

/// A datum is named that is none of `wgs84`, `gcj02` and `bd09`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown datum {0:?}: expected wgs84, gcj02 or bd09")]
pub struct UnknownDatum(pub String);

impl Datum {
    /// Name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }
}

impl FromStr for Datum {
    type Err = UnknownDatum;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "wgs84" => Ok(Self::Wgs84),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" => Ok(Self::Bd09),
            _ => Err(UnknownDatum(name.to_owned())),
        }
    }
}

/// Latitude and longitude in degrees.
pub(super) type LatLon = (f64, f64);

/// States a WGS-84 position in another datum.
pub(super) fn from_wgs84(datum: Datum, wgs: LatLon) -> LatLon {
    if shifted(wgs) {
        forward(datum, wgs)
    } else {
        wgs
    }
}

/// Takes a position stated in any datum to WGS-84, to well under a millimetre.
///
/// The shifts have no closed inverse, but they change so slowly (1 part in 100) that each round of correcting by the
/// remaining error gains two digits.
pub(super) fn to_wgs84(datum: Datum, stated: LatLon) -> LatLon {
    if datum == Datum::Wgs84 || !shifted(stated) {
        return stated;
    }
    let mut wgs = stated;
    for _ in 0..10 {
        let (lat, lon) = forward(datum, wgs);
        wgs = (wgs.0 + stated.0 - lat, wgs.1 + stated.1 - lon);
    }
    wgs
}

/// The customary rectangle around the mainland. It also holds Hong Kong, Macau, Taiwan and some neighbours, whose maps
/// are not shifted in truth: positions there err by the shift, which a mainland city never meets.
fn shifted((lat, lon): LatLon) -> bool {
    (0.8293..=55.8271).contains(&lat) && (72.004..=137.8347).contains(&lon)
}

fn forward(datum: Datum, wgs: LatLon) -> LatLon {
    match datum {
        Datum::Wgs84 => wgs,
        Datum::Gcj02 => gcj02(wgs),
        Datum::Bd09 => bd09(gcj02(wgs)),
    }
}

/// WGS-84 → GCJ-02, on the Krasovsky 1940 ellipsoid as the published algorithm has it.
fn gcj02((lat, lon): LatLon) -> LatLon {
    const SEMI_MAJOR_M: f64 = 6_378_245.0;
    const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |amplitude: f64, angle: f64| amplitude * (angle * PI).sin() * 2.0 / 3.0;
    let common = 0.1 * x * y + wave(20.0, 6.0 * x) + wave(20.0, 2.0 * x);
    let north_m = common - 100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.2 * x.abs().sqrt()
        + wave(20.0, y)
        + wave(40.0, y / 3.0)
        + wave(160.0, y / 12.0)
        + wave(320.0, y / 30.0);
    let east_m = common
        + 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x.abs().sqrt()
        + wave(20.0, x)
        + wave(40.0, x / 3.0)
        + wave(150.0, x / 12.0)
        + wave(300.0, x / 30.0);
    let flat = 1.0 - ECCENTRICITY_2 * lat.to_radians().sin().powi(2);
    let meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (flat * flat.sqrt());
    let parallel_m = SEMI_MAJOR_M / flat.sqrt() * lat.to_radians().cos();
    (
        lat + (north_m / meridian_m).to_degrees(),
        lon + (east_m / parallel_m).to_degrees(),
    )
}

/// GCJ-02 → BD-09.
fn bd09((lat, lon): LatLon) -> LatLon {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let radius = lon.hypot(lat) + 0.000_02 * (lat * TURN).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * TURN).cos();
    (radius * angle.sin() + 0.006, radius * angle.cos() + 0.0065)
}
