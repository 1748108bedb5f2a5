//! Who is there: people of the demo city, many phones to an account, and the places where they meet.

/// Password of every account of the demo city.
pub(super) const PASSWORD: &str = "xuncha-demo";

/// What someone does all day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Visits places, reports, rechecks.
    Inspector,
    /// Works the tickets of a unit.
    Officer,
    /// Of the office: only reads on the phone, decides at the desk.
    Reader,
}

/// Someone with a phone.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) part: Part,
}

const INSPECTORS: [&str; 5] = [
    "inspector1",
    "inspector2",
    "inspector3",
    "inspector4",
    "inspector5",
];

/// District offices, which act for all of their bureaus, and bureaus that get much.
const OFFICERS: [&str; 12] = [
    "officer-371602",
    "officer-371602-sanitation",
    "officer-371603",
    "officer-371602-urban_management",
    "officer-371602",
    "officer-371621",
    "officer-371603-sanitation",
    "officer-371622",
    "officer-371602-traffic_police",
    "officer-371623",
    "officer-371625",
    "officer-371681",
];

const READERS: [&str; 2] = ["clerk", "supervisor"];

/// The owner of a phone, by its number: of eight phones four are inspectors', three officers', one the office's.
pub(super) fn person(number: usize) -> Person {
    let (round, place) = (number / 8, number % 8);
    let (part, names, index): (Part, &[&str], usize) = match place {
        0 | 1 | 3 | 5 => (
            Part::Inspector,
            &INSPECTORS,
            round * 4 + place / 2 + place % 2,
        ),
        2 | 4 | 6 => (Part::Officer, &OFFICERS, round * 3 + place / 2 - 1),
        _ => (Part::Reader, &READERS, round),
    };
    let name = names.get(index % names.len()).copied().unwrap_or_default();
    Person {
        username: name.to_owned(),
        part,
    }
}

/// A position well inside each district; the first two are visited most.
pub(super) const INSIDE: [(f64, f64); 7] = [
    (37.428_6, 117.976_7),
    (37.669_3, 118.095_9),
    (37.340_3, 117.558_5),
    (37.603_2, 117.367_9),
    (37.893_2, 117.816_2),
    (37.224_3, 118.234_4),
    (36.978_3, 117.693_8),
];

/// Positions within metres of the border of the first two.
pub(super) const AT_THE_BORDER: [(f64, f64); 5] = [
    (37.574_491_9, 117.920_026_3),
    (37.574_459_5, 117.920_006_3),
    (37.587_393_7, 117.901_601_3),
    (37.590_447_7, 117.986_264_8),
    (37.596_156_4, 117.965_939_1),
];

/// A position in no district.
pub(super) const OUTSIDE: (f64, f64) = (36.0, 120.3);

/// Units that get returned tickets: codes below a district's own.
pub(super) const SUBJECTS: [&str; 3] = ["-sanitation", "-urban_management", ""];
