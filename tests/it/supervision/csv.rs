//! The overdue list as a spreadsheet file.

use std::collections::BTreeSet;

use csv::{ReaderBuilder, StringRecord};

use super::{city, copies, four_hours};
use crate::harness::{Client, Response, story};

const HEADER_ZH: [&str; 17] = [
    "台账编号",
    "状态",
    "项目代码",
    "问题小类",
    "问题描述",
    "区县",
    "牵头部门",
    "配合单位",
    "派遣时间",
    "整改时限",
    "时限暂定",
    "提交时间",
    "超期工作时（小时）",
    "超期（小时）",
    "超期工作日",
    "超期天数",
    "督办级别",
];

async fn pull(client: &Client, query: &str) -> Response {
    client
        .get(&format!("supervision/overdue.csv{query}"))
        .await
        .expect(200)
}

/// The header and the rows of a file that spreadsheets take for UTF-8.
fn records(file: &Response) -> Vec<StringRecord> {
    let mut records = with_footer(file);
    records.pop().expect("a footer");
    records
}

/// The same, with the record below the last row.
fn with_footer(file: &Response) -> Vec<StringRecord> {
    let text = file.text();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader
        .records()
        .collect::<Result<_, _>>()
        .expect("well-formed CSV")
}

#[tokio::test]
async fn the_file_opens_in_chinese_with_the_rows_of_the_list() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    app.clock.set("2026-11-20 10:30");
    story::report("371603").item("E0506").post(&inspector).await;
    app.clock.set("2026-11-23 09:30");
    let file = pull(&supervisor, "").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"overdue-2026-11-23-0930.csv\"")
    );
    let text = file.text();
    assert_eq!(text.matches("\r\n").count(), 4);
    assert_eq!(text.matches('\n').count(), 4);
    let records = records(&file);
    let [header, first, second] = records.as_slice() else {
        panic!("{text}")
    };
    assert_eq!(header, HEADER_ZH.as_slice());
    assert_eq!(
        first,
        [
            "2026-000001",
            "已派遣",
            "E0102",
            "暴露垃圾成堆成片",
            "路边垃圾成堆",
            "滨城区",
            "滨城区环境卫生服务中心",
            "",
            "2026-11-20 10:00",
            "2026-11-20 16:00",
            "",
            "",
            "3.5",
            "65.5",
            "0",
            "2",
            "0",
        ]
        .as_slice()
    );
    assert_eq!(second.get(7), Some("operator"));

    let list = supervisor.get("supervision/overdue").await.expect(200);
    let numbers: Vec<&str> = list
        .list("/items")
        .iter()
        .filter_map(|row| row["number"].as_str())
        .collect();
    assert_eq!(
        numbers,
        [
            first.get(0).unwrap_or_default(),
            second.get(0).unwrap_or_default()
        ]
    );
    app.finish().await;
}

#[tokio::test]
async fn the_last_record_counts_the_rows_and_names_the_instant() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    four_hours(&inspector).await;
    app.clock.set("2026-11-23 09:30:01.25");
    let footer = |file: &Response| with_footer(file).pop().expect("a footer");
    let now = footer(&pull(&supervisor, "").await);
    assert_eq!(now.len(), HEADER_ZH.len());
    let said: Vec<&str> = now.iter().take(5).collect();
    assert_eq!(
        said,
        ["合计", "2", "截至", "2026-11-23T09:30:01.25+08:00", ""]
    );
    let empty = footer(&pull(&supervisor, "?as_of=2026-11-20T02:00:00Z").await);
    assert_eq!(empty.get(1), Some("0"));
    let forecast = footer(&pull(&supervisor, "?as_of=2026-11-27T00:00:00Z").await);
    let said: Vec<&str> = forecast.iter().take(5).collect();
    assert_eq!(
        said,
        ["合计", "2", "截至", "2026-11-27T08:00:00+08:00", "预测"]
    );
    app.finish().await;
}

#[tokio::test]
async fn an_english_reader_gets_english_columns_and_names() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    app.clock.set("2026-11-23 09:30");
    let file = supervisor
        .get("supervision/overdue.csv")
        .header("accept-language", "en-GB,en;q=0.9")
        .await;
    let records = records(&file.expect(200));
    let [header, row] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(header.get(0), Some("number"));
    assert_eq!(header.get(12), Some("late_work_hours"));
    assert_eq!(row.get(1), Some("dispatched"));
    assert_eq!(row.get(3), Some("Exposed garbage in heaps"));
    app.finish().await;
}

#[tokio::test]
async fn text_that_a_spreadsheet_would_run_is_neutralised_and_the_rest_left_alone() {
    let (app, inspector, supervisor) = city().await;
    let texts = [
        (
            "=HYPERLINK(\"http://evil\",\"点我\")",
            "'=HYPERLINK(\"http://evil\",\"点我\")",
        ),
        ("+8613800000000", "'+8613800000000"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        ("\n=1+1", "'\n=1+1"),
        ("＝1+1", "'＝1+1"),
        ("三堆, \"两堆\"\n一堆", "三堆, \"两堆\"\n一堆"),
    ];
    for (text, _) in texts {
        story::report("371602").text(text).post(&inspector).await;
    }
    app.clock.set("2026-11-23 09:30");
    let records = records(&pull(&supervisor, "").await);
    let shown: BTreeSet<&str> = records
        .iter()
        .skip(1)
        .filter_map(|row| row.get(4))
        .collect();
    assert_eq!(shown, texts.iter().map(|(_, shown)| *shown).collect());
    app.finish().await;
}

#[tokio::test]
async fn a_list_of_any_length_comes_whole() {
    let (app, inspector, supervisor) = city().await;
    let sent = four_hours(&inspector).await;
    copies(&app, &sent.ticket, 1_204).await;
    app.clock.set("2026-11-23 09:30");
    let records = records(&pull(&supervisor, "?limit=3").await);
    let numbers: BTreeSet<&str> = records
        .iter()
        .skip(1)
        .filter_map(|row| row.get(0))
        .collect();
    assert_eq!((records.len(), numbers.len()), (1_206, 1_205));
    app.finish().await;
}

#[tokio::test]
async fn the_filters_of_the_list_hold_for_the_file() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    story::report("371603").post(&inspector).await;
    app.clock.set("2026-11-23 09:30");
    for (query, rows) in [
        ("", 2),
        ("?district=371603", 1),
        ("?unit=371602", 1),
        ("?item=E0106", 0),
    ] {
        assert_eq!(
            records(&pull(&supervisor, query).await).len(),
            rows + 1,
            "{query}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_forecast_says_so_in_its_name() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    let file = pull(&supervisor, "?as_of=2026-11-27T00:00:00Z").await;
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"overdue-forecast-2026-11-27-0800.csv\"")
    );
    assert_eq!(records(&file).len(), 2);
    app.finish().await;
}
