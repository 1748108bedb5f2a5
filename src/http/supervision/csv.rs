//! Lists as CSV (RFC 4180): in UTF-8 with a byte order mark, so that spreadsheets show Chinese. The last record says how many rows there
//! are and as of which instant: a file without it is not whole.

use bytes::Bytes;
use csv::{Terminator, Writer, WriterBuilder};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};

use super::sheet::{Cell, Column, Footing, Zoned, yes};
use crate::domain::text::Lang;
use crate::http::problem::ApiError;
use crate::services::Error;

/// A whole list, part by part: memory for one of them.
pub fn whole(
    columns: &'static [Column],
    parts: impl Stream<Item = Result<Vec<Vec<Cell>>, Error>> + Unpin + 'static,
    footing: Footing,
    lang: Lang,
    zone: Zoned,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + 'static {
    let width = columns.len();
    let below = stream::try_unfold(Some((parts, footing)), move |state| {
        let zone = zone.clone();
        async move {
            let Some((mut parts, mut footing)) = state else {
                return Ok(None);
            };
            let Some(rows) = parts.try_next().await? else {
                return Ok(Some((footer(&footing, width, lang, &zone)?, None)));
            };
            footing.rows += u64::try_from(rows.len()).unwrap_or(0);
            Ok(Some((records(rows, lang, &zone)?, Some((parts, footing)))))
        }
    });
    stream::once(std::future::ready(header(columns, lang)))
        .chain(below)
        .map_err(actix_web::Error::from)
}

fn header(columns: &[Column], lang: Lang) -> Result<Bytes, ApiError> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let names = columns.iter().map(|column| column.name(lang));
    writer.write_record(names).map_err(anyhow::Error::from)?;
    finished(writer)
}

fn records(rows: Vec<Vec<Cell>>, lang: Lang, zone: &Zoned) -> Result<Bytes, ApiError> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let cells = row.into_iter().map(|cell| text(cell, lang, zone));
        writer.write_record(cells).map_err(anyhow::Error::from)?;
    }
    finished(writer)
}

/// The last record, as wide as the others.
fn footer(footing: &Footing, width: usize, lang: Lang, zone: &Zoned) -> Result<Bytes, ApiError> {
    let mut words = footing.words(lang, zone);
    words.resize(width, String::new());
    records(
        vec![words.into_iter().map(Cell::Text).collect()],
        lang,
        zone,
    )
}

fn text(cell: Cell, lang: Lang, zone: &Zoned) -> String {
    match cell {
        Cell::Empty | Cell::Picture(_) => String::new(),
        Cell::Text(text) => plain(text),
        Cell::Time(at) => zone.minute(at),
        Cell::Hours(seconds) => {
            let tenths = seconds / 360;
            format!("{}.{}", tenths / 10, tenths % 10)
        }
        Cell::Number(number) => number.to_string(),
        Cell::Points(points) => points.to_string(),
        Cell::Yes(so) => yes(so, lang).to_owned(),
    }
}

/// A cell that a spreadsheet takes for a formula is a way in: such text gets a quote before it (OWASP, CSV injection).
/// Spreadsheets in Chinese take the full-width signs too.
pub fn plain(text: String) -> String {
    const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(SIGNS) {
        format!("'{text}")
    } else {
        text
    }
}

fn finished(writer: Writer<Vec<u8>>) -> Result<Bytes, ApiError> {
    let bytes = writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(bytes.into())
}
