//! Reports as phones of a busy day write them: one stop, one finding under a filing condition, one declared photo, at a position
//! that is in doubt for nobody, so that each becomes a filed ticket at once.

use std::collections::{BTreeMap, HashSet};
use std::fs::read_to_string;

use anyhow::Context as _;
use geo::BoundingRect as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};
use xuncha::domain::geo::{AreaIndex, Datum, Point, parse_areas};

use crate::words;

/// The district of which the bytes are counted: one ticket in twenty is its.
pub const DISTRICT: &str = "371681";
const ONE_IN: u32 = 20;
/// No closer to another district: nothing is ambiguous.
const BORDER_M: f64 = 300.0;
/// Side of the squares in which an item is found once, and not in those around it either: nothing is a duplicate.
const SQUARE_DEGREES: f64 = 0.001;
/// Reports are made up ten seconds of work apart, from 2026-11-21 on.
const FIRST_DAY_MS: u64 = 1_795_219_200_000;

/// Makes up reports, the same in every run.
pub struct Writer {
    rng: StdRng,
    districts: AreaIndex,
    towns: BTreeMap<String, Vec<String>>,
    conditions: Vec<Condition>,
    points: Vec<CheckPoint>,
    taken: HashSet<(String, Square)>,
    written: u32,
}

/// Row and column.
type Square = (i32, i32);

#[derive(Clone)]
struct Condition {
    item: String,
    code: String,
    name: String,
}

struct CheckPoint {
    id: Uuid,
    district: usize,
}

/// A mutation on its way, and what to look for when it has arrived.
pub struct Draft {
    /// The report's id.
    pub report: Uuid,
    /// The mutation.
    pub mutation: Value,
}

impl Writer {
    /// Knows the demo city; `points` are its check points: id, latitude, longitude, each line one. Reports faults of one kind
    /// (`behaviour`: put right without an after-photo), or of all.
    pub fn new(points: &str, of_kind: Option<&str>) -> anyhow::Result<Self> {
        let demo =
            |file: &str| read_to_string(format!("{}/demo/{file}", env!("CARGO_MANIFEST_DIR")));
        let parsed = parse_areas(&demo("districts.wgs84.geojson")?, Datum::Wgs84)
            .map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let districts = AreaIndex::new(parsed.into_iter().map(|area| area.shape).collect());
        let mut towns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in csv::Reader::from_reader(demo("streets.csv")?.as_bytes()).deserialize() {
            let (_code, name, district): (String, String, String) = row?;
            towns.entry(district).or_default().push(name);
        }
        let mut conditions = Vec::new();
        for row in csv::Reader::from_reader(demo("conditions.csv")?.as_bytes()).records() {
            let row = row?;
            let text = |column: usize| row.get(column).unwrap_or_default().to_owned();
            if of_kind.is_some_and(|kind| kind != text(6)) {
                continue;
            }
            conditions.push(Condition {
                item: text(2),
                code: text(3),
                name: text(4),
            });
        }
        let points = points.lines().map(|line| check_point(line, &districts));
        let points: anyhow::Result<Vec<Option<CheckPoint>>> = points.collect();
        Ok(Self {
            rng: StdRng::seed_from_u64(20_261_121),
            towns,
            conditions,
            points: points?.into_iter().flatten().collect(),
            districts,
            taken: HashSet::new(),
            written: 0,
        })
    }

    /// The next report, as a mutation.
    pub fn write(&mut self) -> anyhow::Result<Draft> {
        self.written += 1;
        let district = self.district()?;
        let condition = self.conditions.choose(&mut self.rng);
        let condition = condition.context("a catalogue")?.clone();
        let (point, at) = self.place(district, &condition.item)?;
        let code = self
            .districts
            .areas()
            .get(district)
            .map_or("", |area| area.code.as_str());
        let towns = self.towns.get(code).map_or(&[][..], Vec::as_slice);
        let town = towns.choose(&mut self.rng).map_or("", String::as_str);
        let rng = &mut self.rng;
        let text = format!(
            "{}{}{}{}",
            words::place(rng, town),
            condition.name,
            words::extent(rng),
            words::remark(rng),
        );
        let (report, finding, aid) = (id(rng), id(rng), id(rng));
        let at_ms = FIRST_DAY_MS + u64::from(self.written) * 10_000;
        let mut data = json!({ "findings": [{
            "id": finding, "item": condition.item, "condition": condition.code, "text": text, "attachments": [aid],
        }] });
        if let (Some(point), Some(data)) = (point, data.as_object_mut()) {
            data.insert("point".to_owned(), json!(point));
        }
        let mutation = json!({
            "mid": Builder::from_unix_timestamp_millis(at_ms, &rng.random()).into_uuid(),
            "seq": self.written, "kind": "report.create", "id": report,
            "captured": {
                "wall": wall(at_ms)?, "mono_ms": 183_220_412 + u64::from(self.written) * 10_000, "boot": "5f2c81d0",
            },
            "geo": geo(rng, at),
            "attachments": [{
                "aid": aid, "sha256": hex::encode(rng.random::<[u8; 32]>()), "bytes": rng.random_range(900_000..3_200_000),
                "mime": "image/jpeg",
            }],
            "data": data,
        });
        Ok(Draft { report, mutation })
    }

    fn district(&mut self) -> anyhow::Result<usize> {
        let areas = self.districts.areas();
        let counted = areas.iter().position(|area| area.code == DISTRICT);
        let counted = counted.context("the district is there")?;
        if self.written.is_multiple_of(ONE_IN) {
            return Ok(counted);
        }
        let others: Vec<usize> = (0..areas.len()).filter(|idx| *idx != counted).collect();
        others.choose(&mut self.rng).copied().context("districts")
    }

    /// One stop in five is about a check point. Places are all over the district, and no two of an item close to each other: they would be
    /// taken for one fault.
    fn place(&mut self, district: usize, item: &str) -> anyhow::Result<(Option<Uuid>, Point)> {
        let mut point = None;
        if self.rng.random_range(0..5) == 0 {
            let here = self.points.iter().filter(|it| it.district == district);
            let here: Vec<Uuid> = here.map(|it| it.id).collect();
            point = here.choose(&mut self.rng).copied();
        }
        let area = self.districts.areas().get(district);
        let bounds = area.and_then(|area| area.geometry.bounding_rect());
        let bounds = bounds.context("a district with an outline")?;
        loop {
            let at = Point::new(
                self.rng.random_range(bounds.min().y..bounds.max().y),
                self.rng.random_range(bounds.min().x..bounds.max().x),
            )?;
            let found = self.districts.locate(at);
            let inside = found.area == Some(district) && found.border_m > BORDER_M;
            if inside && self.take(item, at) {
                return Ok((point, at));
            }
        }
    }

    /// Whether the item was found nowhere near before.
    fn take(&mut self, item: &str, at: Point) -> bool {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "degrees of the Earth, in thousandths"
        )]
        let square = |degrees: f64| (degrees / SQUARE_DEGREES).floor() as i32;
        let (row, column) = (square(at.lat()), square(at.lon()));
        let mut around =
            (row - 1..=row + 1).flat_map(|r| (column - 1..=column + 1).map(move |c| (r, c)));
        let free = around.all(|near| !self.taken.contains(&(item.to_owned(), near)));
        free && self.taken.insert((item.to_owned(), (row, column)))
    }
}

fn check_point(line: &str, districts: &AreaIndex) -> anyhow::Result<Option<CheckPoint>> {
    let mut fields = line.split('|');
    let mut next = || fields.next().context("a check point of three fields");
    let (id, lat, lon) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    let at = Point::new(lat, lon)?;
    let found = districts.locate(at);
    let district = found.area.filter(|_| found.border_m > BORDER_M);
    Ok(district.map(|district| CheckPoint { id, district }))
}

/// Every other phone states its position in the datum of its maps.
fn geo(rng: &mut StdRng, at: Point) -> Value {
    let datum = if rng.random() {
        Datum::Wgs84
    } else {
        Datum::Gcj02
    };
    let (lat, lon) = at.to_datum(datum);
    let stated = |degrees: f64| (degrees * 1e6).round() / 1e6;
    json!({
        "lat": stated(lat), "lon": stated(lon), "datum": datum.as_str(),
        "acc_m": f64::from(rng.random_range(30..400)) / 10.0, "fix_age_ms": rng.random_range(100..30_000),
    })
}

fn id(rng: &mut StdRng) -> Uuid {
    Builder::from_random_bytes(rng.random()).into_uuid()
}

fn wall(at_ms: u64) -> anyhow::Result<String> {
    Ok(jiff::Timestamp::from_millisecond(i64::try_from(at_ms)?)?.to_string())
}
