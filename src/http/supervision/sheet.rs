//! Lists as spreadsheets show them, whatever the format of the file: columns, cells, and what stands below the last row.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::domain::deduction::Points;
use crate::domain::text::Lang;
use crate::http::problem::ApiError;
use crate::services::reference::CITY_ZONE;

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in Chinese.
    pub zh: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// How wide it is printed, in characters.
    pub width: u8,
}

impl Column {
    /// Its name for a reader.
    pub const fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// A column by its two names and its width.
pub const fn column(zh: &'static str, en: &'static str, width: u8) -> Column {
    Column { zh, en, width }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words, which may be anybody's.
    Text(String),
    /// An instant, shown to the minute in the city's time.
    Time(Timestamp),
    /// Seconds, shown in hours.
    Hours(i64),
    /// A whole number.
    Number(i64),
    /// Points; a decimal number as text for programs.
    Points(Points),
    /// Whether something is so; nothing is shown when it is not.
    Yes(bool),
    /// A JPEG, in workbooks only.
    Picture(Vec<u8>),
}

impl Cell {
    /// The same for programs; hours are seconds there.
    pub fn into_json(self) -> Value {
        match self {
            Self::Empty | Self::Picture(_) => Value::Null,
            Self::Text(text) => text.into(),
            Self::Time(at) => at.to_string().into(),
            Self::Hours(number) | Self::Number(number) => number.into(),
            Self::Points(points) => points.to_string().into(),
            Self::Yes(yes) => yes.into(),
        }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

/// An instant, if there is one.
pub fn time(at: Option<Timestamp>) -> Cell {
    at.map_or(Cell::Empty, Cell::Time)
}

/// The word of a [`Cell::Yes`].
pub const fn yes(yes: bool, lang: Lang) -> &'static str {
    match (yes, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "是",
        (true, Lang::En) => "yes",
    }
}

/// What the end of a list says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footing {
    /// Rows above.
    pub rows: u64,
    /// The instant that the list is as of.
    pub as_of: Timestamp,
    /// The instant lay in the future.
    pub forecast: bool,
}

impl Footing {
    /// The words, a cell each.
    pub fn words(&self, lang: Lang, zone: &Zoned) -> Vec<String> {
        let (total, as_of, forecast) = match lang {
            Lang::Zh => ("合计", "截至", "预测"),
            Lang::En => ("total", "as of", "forecast"),
        };
        let mut words = vec![
            total.to_owned(),
            self.rows.to_string(),
            as_of.to_owned(),
            zone.exact(self.as_of),
        ];
        if self.forecast {
            words.push(forecast.to_owned());
        }
        words
    }
}

/// How instants are written: in the city's time.
#[derive(Debug, Clone)]
pub struct Zoned(TimeZone);

impl Zoned {
    /// The city's time.
    ///
    /// # Errors
    /// None in practice: the zone is built in.
    pub fn of_city() -> Result<Self, ApiError> {
        let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
        Ok(Self(zone))
    }

    /// `2026-11-20 16:00`.
    pub fn minute(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M")
    }

    /// `2026-11-20`.
    pub fn day(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d")
    }

    /// `2026-11-20T16:00:00.123456+08:00`: what a reader asks for to be given the same again.
    pub fn exact(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%dT%H:%M:%S%.f%:z")
    }

    /// The city's wall clock, as seconds of a day-counting calendar without zones.
    pub fn wall_seconds(&self, at: Timestamp) -> i64 {
        let offset = self.0.to_offset(at).seconds();
        at.as_second() + i64::from(offset)
    }

    /// `2026-11-20-1600`, for names of files.
    pub fn file_stamp(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d-%H%M")
    }

    fn format(&self, at: Timestamp, pattern: &str) -> String {
        at.to_zoned(self.0.clone()).strftime(pattern).to_string()
    }
}

/// The language that a file is asked for in.
pub fn reader_of(request: &HttpRequest) -> Lang {
    let accept = request.headers().get(header::ACCEPT_LANGUAGE);
    Lang::negotiate(accept.and_then(|value| value.to_str().ok()))
}

/// The head of an answer that a browser keeps as a file.
pub fn download(name: &str, media_type: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .content_type(media_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-store"));
    response
}
