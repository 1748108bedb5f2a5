//! Lists as XLSX, as an office prints them: A4 across, the names of the columns on every page and in sight while one scrolls, rows as high as
//! their words need. Rows go to a temporary file as they come, so a list of any length takes the memory of one part; where a sheet is full,
//! another follows.

use std::fs::File;
use std::io::{BufWriter, Seek as _};

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::ContentEncoding;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt as _, stream};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Image, Workbook, Worksheet,
    XlsxError,
};
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc::{Receiver, channel};

use super::sheet::{Cell, Column, Footing, Zoned, download, yes};
use crate::domain::text::Lang;
use crate::http::problem::ApiError;
use crate::services::Error;

const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Rows of one sheet; the format ends at 1,048,576.
const SHEET_ROWS: u32 = 1_000_000;
/// Rows above the list: the title, and the names of the columns.
const HEAD_ROWS: u32 = 2;
/// That with the names.
const NAMES_ROW: u32 = 1;
/// Where the words below the list stand: the instant has room to its right.
const FOOT_COLUMNS: [u16; 5] = [0, 1, 2, 3, 6];
const A4: u8 = 9;
/// How high a row with a picture is, at least.
const PICTURE_POINTS: f64 = 64.0;
const FONT_POINTS: f64 = 10.0;
const LINE_POINTS: f64 = 15.0;
/// More lines than that are read in the program, not on paper; the format ends at 409 points.
const MOST_LINES: usize = 27;
/// So many rows are given their height. It is kept in memory until the file is whole, and nobody prints more; Excel does it by itself as well.
const ROWS_WITH_HEIGHT: u32 = 20_000;
const PIECE_BYTES: usize = 64 * 1024;

/// A workbook to be.
pub struct Book {
    /// Its name as a file.
    pub file_name: String,
    /// What stands above the list.
    pub title: String,
    /// Columns.
    pub columns: &'static [Column],
    /// Pages that a row takes in print; the first two columns are on each of them.
    pub pages_across: u16,
    /// Language of its words.
    pub lang: Lang,
    /// How it writes instants.
    pub zone: Zoned,
}

/// A whole list, part by part, as an answer.
///
/// # Errors
/// Those of the list; `internal` when there is no room for temporary files.
pub async fn whole(
    book: Book,
    mut parts: impl Stream<Item = Result<Vec<Vec<Cell>>, Error>> + Unpin,
    footing: Footing,
) -> Result<HttpResponse, ApiError> {
    let name = book.file_name.clone();
    let (sender, receiver) = channel(1);
    let writing = tokio::task::spawn_blocking(move || write(&book, receiver, footing));
    while let Some(rows) = parts.try_next().await? {
        if sender.send(Some(rows)).await.is_err() {
            break; // The writer has failed, and says why.
        }
    }
    drop(sender.send(None).await);
    let file = writing.await.map_err(anyhow::Error::from)??;
    let length = file.metadata().map_err(anyhow::Error::from)?.len();
    let body = SizedStream::new(length, pieces(tokio::fs::File::from_std(file)));
    Ok(download(&name, MEDIA_TYPE)
        .insert_header(ContentEncoding::Identity) // It is a ZIP: nothing is left to compress.
        .body(body))
}

fn pieces(file: tokio::fs::File) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    stream::try_unfold(file, async |mut file| {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), file)))
    })
}

fn write(
    book: &Book,
    mut parts: Receiver<Option<Vec<Vec<Cell>>>>,
    mut footing: Footing,
) -> anyhow::Result<File> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&book.title)
            .set_author("Xuncha 巡查"),
    );
    let mut sheet = begin(&mut workbook, book, &formats)?;
    let mut at = HEAD_ROWS;
    loop {
        let Some(part) = parts.blocking_recv() else {
            anyhow::bail!("the list broke off");
        };
        let Some(rows) = part else { break };
        for row in rows {
            if at == SHEET_ROWS {
                end(&mut workbook, sheet, book, at - 1)?;
                sheet = begin(&mut workbook, book, &formats)?;
                at = HEAD_ROWS;
            }
            if at < ROWS_WITH_HEIGHT {
                sheet.set_row_height(at, height(&row, book))?;
            }
            for (column, cell) in (0..).zip(row) {
                put(&mut sheet, (at, column), cell, book, &formats)?;
            }
            at += 1;
            footing.rows += 1;
        }
    }
    // Without a height: the library writes a last row that has one twice.
    for (column, words) in FOOT_COLUMNS
        .into_iter()
        .zip(footing.words(book.lang, &book.zone))
    {
        sheet.write_string_with_format(at, column, words, &formats.foot)?;
    }
    end(&mut workbook, sheet, book, at)?;
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(BufWriter::new(&file))?;
    file.rewind()?;
    Ok(file)
}

/// A sheet with what stands above the list.
fn begin(workbook: &mut Workbook, book: &Book, formats: &Formats) -> Result<Worksheet, XlsxError> {
    let mut sheet = workbook.new_worksheet_with_constant_memory()?;
    let page = match book.lang {
        Lang::Zh => "&C第 &P 页，共 &N 页",
        Lang::En => "&CPage &P of &N",
    };
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(book.pages_across, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
        .set_header(format!("&C&\"-,Bold\"&14{}", book.title))
        .set_footer(page)
        .set_freeze_panes(HEAD_ROWS, 0)?
        .set_repeat_rows(NAMES_ROW, NAMES_ROW)?;
    if book.pages_across > 1 {
        sheet.set_repeat_columns(0, 1)?;
    }
    for (column, it) in (0..).zip(book.columns) {
        sheet.set_column_width(column, it.width)?;
    }
    sheet.write_string_with_format(0, 0, &book.title, &formats.title)?;
    let names = book.columns.iter().map(|column| column.name(book.lang));
    let names: Vec<Cell> = names.map(|name| Cell::Text(name.to_owned())).collect();
    sheet.set_row_height(NAMES_ROW, height(&names, book))?;
    for (column, it) in (0..).zip(book.columns) {
        sheet.write_string_with_format(NAMES_ROW, column, it.name(book.lang), &formats.head)?;
    }
    Ok(sheet)
}

/// Ends a sheet with this row. On paper the title stands above every page: in a cell it would be cut off where a row goes on.
fn end(
    workbook: &mut Workbook,
    mut sheet: Worksheet,
    book: &Book,
    last_row: u32,
) -> Result<(), XlsxError> {
    let columns = u16::try_from(book.columns.len()).unwrap_or(u16::MAX);
    sheet.set_print_area(NAMES_ROW, 0, last_row, columns.saturating_sub(1))?;
    workbook.push_worksheet(sheet);
    Ok(())
}

/// How high a row is, in points. Programs differ in whether they make room for wrapped words by themselves.
fn height(row: &[Cell], book: &Book) -> f64 {
    let lines = row
        .iter()
        .zip(book.columns)
        .map(|(cell, column)| match cell {
            Cell::Text(text) => lines(text, column.width.into()),
            _ => 1,
        });
    let lines = lines.max().unwrap_or(1).min(MOST_LINES);
    let words = u8::try_from(lines).map_or(LINE_POINTS, |lines| f64::from(lines) * LINE_POINTS);
    let pictured = row.iter().any(|cell| matches!(cell, Cell::Picture(_)));
    if pictured {
        words.max(PICTURE_POINTS)
    } else {
        words
    }
}

/// Lines that words take in a column so many digits wide; a Chinese character is as wide as two.
fn lines(text: &str, width: usize) -> usize {
    let wide = |line: &str| -> usize {
        let characters = line.chars();
        characters.map(|it| if it.is_ascii() { 1 } else { 2 }).sum()
    };
    let lines = text.split('\n');
    lines
        .map(|line| wide(line).div_ceil(width.max(1)).max(1))
        .sum()
}

/// Numbers and times as such, so that a spreadsheet can sort and add them; words never as a formula.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: Cell,
    book: &Book,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet.write_blank(row, column, &formats.cell)?,
        Cell::Text(text) => sheet.write_string_with_format(row, column, text, &formats.cell)?,
        Cell::Yes(so) => {
            sheet.write_string_with_format(row, column, yes(so, book.lang), &formats.cell)?
        }
        Cell::Time(at) => {
            let at = ExcelDateTime::from_timestamp(book.zone.wall_seconds(at))?;
            sheet.write_datetime_with_format(row, column, at, &formats.time)?
        }
        Cell::Hours(seconds) => {
            let tenths = i32::try_from(seconds / 360).unwrap_or(i32::MAX);
            sheet.write_number_with_format(row, column, f64::from(tenths) / 10.0, &formats.hours)?
        }
        Cell::Number(number) => {
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            sheet.write_number_with_format(row, column, number, &formats.cell)?
        }
        Cell::Points(points) => {
            let points = f64::from(points.in_hundredths()) / 100.0;
            sheet.write_number_with_format(row, column, points, &formats.cell)?
        }
        Cell::Picture(jpeg) => {
            let picture = Image::new_from_buffer(&jpeg)?;
            sheet
                .write_blank(row, column, &formats.cell)?
                .insert_image_fit_to_cell_centered(row, column, &picture)?
        }
    };
    Ok(())
}

struct Formats {
    title: Format,
    head: Format,
    cell: Format,
    time: Format,
    hours: Format,
    foot: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = Format::new()
            .set_font_size(FONT_POINTS)
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Top)
            .set_text_wrap();
        Self {
            title: Format::new().set_bold().set_font_size(14.0),
            foot: Format::new().set_font_size(FONT_POINTS).set_bold(),
            head: cell.clone().set_bold().set_background_color(0x00E7_ECF3),
            time: cell.clone().set_num_format("yyyy-mm-dd hh:mm"),
            hours: cell.clone().set_num_format("0.0"),
            cell,
        }
    }
}
