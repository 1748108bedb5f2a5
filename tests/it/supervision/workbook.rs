//! Lists as workbooks: what a spreadsheet program finds in the file.

use std::io::{Cursor, Read as _};

use serde_json::json;
use zip::ZipArchive;

use super::{city, copies, four_hours};
use crate::harness::{Client, Response, story};

/// A workbook, unpacked.
pub struct Workbook {
    files: ZipArchive<Cursor<Vec<u8>>>,
}

impl Workbook {
    pub fn of(file: &Response) -> Self {
        let files = ZipArchive::new(Cursor::new(file.body.clone()));
        Self {
            files: files.expect("a ZIP"),
        }
    }

    pub fn xml(&mut self, name: &str) -> String {
        let mut text = String::new();
        let mut file = self.files.by_name(name).expect(name);
        file.read_to_string(&mut text).expect("UTF-8");
        text
    }

    /// Cells of a sheet as text: words, or the number as it lies there.
    pub fn rows(&mut self, sheet: u32) -> Vec<Vec<String>> {
        let xml = self.xml(&format!("xl/worksheets/sheet{sheet}.xml"));
        let rows = xml.split("<row ").skip(1);
        let between = |cell: &str, from: &str, to: &str| {
            let (_, rest) = cell.split_once(from)?;
            rest.split_once(to).map(|(text, _)| text.to_owned())
        };
        let text = |cell: &str| {
            let words = between(cell, "<t>", "</t>");
            words
                .or_else(|| between(cell, "<v>", "</v>"))
                .unwrap_or_default()
        };
        rows.map(|row| row.split("<c ").skip(1).map(text).collect())
            .collect()
    }

    pub fn pictures(&self) -> usize {
        let names = self.files.file_names();
        names
            .flatten()
            .filter(|name| name.starts_with("xl/media/"))
            .count()
    }
}

async fn pull(client: &Client, query: &str) -> Response {
    let file = client
        .get(&format!("supervision/overdue.xlsx{query}"))
        .await;
    file.expect(200)
}

#[tokio::test]
async fn the_list_is_laid_out_as_an_office_prints_it() {
    let (app, inspector, supervisor) = city().await;
    story::report("371602").text("=1+1").post(&inspector).await;
    app.clock.set("2026-11-23 09:30");
    let file = pull(&supervisor, "").await;
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"overdue-2026-11-23-0930.xlsx\"")
    );
    let mut workbook = Workbook::of(&file);
    let rows = workbook.rows(1);
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], ["超期未结清单（截至 2026-11-23 09:30）"]);
    assert_eq!(rows[1][0], "台账编号");
    assert_eq!(rows[2][0], "2026-000001");
    assert_eq!(
        rows[2][4], "=1+1",
        "words, which no program takes for a formula"
    );
    assert!(
        rows[2][9].starts_with("46346.6666"),
        "2026-11-20 16:00: {rows:?}"
    );
    assert_eq!(rows[2][12], "3.5");
    assert_eq!(rows[3], ["合计", "1", "截至", "2026-11-23T09:30:00+08:00"]);
    let sheet = workbook.xml("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "{sheet}");
    for part in [
        "paperSize=\"9\"",
        "orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "ySplit=\"2\"",
        "state=\"frozen\"",
        "第 &amp;P 页",
        "&amp;14超期未结清单（截至 2026-11-23 09:30）",
    ] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let book = workbook.xml("xl/workbook.xml");
    for name in ["_xlnm.Print_Titles", "$A$2:$Q$4</definedName>"] {
        assert!(book.contains(name), "{book}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_workbook_of_any_length_comes_whole() {
    let (app, inspector, supervisor) = city().await;
    let sent = four_hours(&inspector).await;
    copies(&app, &sent.ticket, 4_321).await;
    app.clock.set("2026-11-23 09:30");
    let rows = Workbook::of(&pull(&supervisor, "?limit=3").await).rows(1);
    assert_eq!(rows.len(), 2 + 4_322 + 1);
    assert_eq!(rows.last().expect("a footer")[1], "4322");
    app.finish().await;
}

#[tokio::test]
async fn the_ledger_has_its_columns_and_pictures_when_they_are_asked_for() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let sent = story::report("371602").send(&inspector).await;
    story::rectify(&officer, &sent.ticket).await;
    app.run_jobs().await;
    let file = async |query: &str| {
        let file = supervisor
            .get(&format!("supervision/ledger.xlsx{query}"))
            .await;
        Workbook::of(&file.expect(200))
    };
    let mut plain = file("").await;
    assert_eq!(plain.pictures(), 0);
    let rows = plain.rows(1);
    assert_eq!(rows[1].len(), 33);
    assert_eq!(
        (rows[2][0].as_str(), rows[2][1].as_str()),
        ("1", "2026-000001")
    );
    assert_eq!((rows[2][14].as_str(), rows[2][24].as_str()), ("1", "1"));
    assert_eq!(
        (rows[2][4].as_str(), rows[2][11].as_str()),
        ("市级督查", "市容环境")
    );
    assert_eq!(rows[2][30], "0.3", "a number, which can be added up");
    let mut pictured = file("?photos=true").await;
    assert_eq!(pictured.pictures(), 2);
    // Two pages wide, with the numbers on both; a picture has room in its row, and no row is there twice.
    let book = pictured.xml("xl/workbook.xml");
    assert!(
        book.contains("!$A:$B,") && book.contains("!$2:$2<"),
        "{book}"
    );
    let sheet = pictured.xml("xl/worksheets/sheet1.xml");
    assert!(sheet.contains("fitToWidth=\"2\""), "{sheet}");
    assert!(sheet.contains("<row r=\"3\" ht=\"63.75\""), "{sheet}");
    assert_eq!(sheet.matches("<row ").count(), 2 + 1 + 1);
    copies(&app, &sent.ticket, 500).await;
    supervisor
        .get("supervision/ledger.xlsx?photos=true")
        .await
        .expect_problem(422, "invalid_query");
    let answer = supervisor
        .get("supervision/ledger?limit=1")
        .await
        .expect(200);
    assert_eq!(answer.at("/items/0/ticket_no"), &json!("2026-000001"));
    app.finish().await;
}
