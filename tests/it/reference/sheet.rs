use super::{assert_refused_at, import};
use crate::harness::TestApp;

const GOOD: &str = "code,name_zh,name_en,kind,parent,district,subject\nZ,丁,,other,,,\n";

#[tokio::test]
async fn a_byte_order_mark_and_another_order_of_columns_do_not_matter() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let file = "\u{feff}kind,code,name_zh,name_en,parent,district,subject\r\nother,Z,丁,,,,\r\n";
    let answer = import(&admin, "units", file).await.expect(200);
    assert_eq!(answer.at("/inserted"), 1);
}

#[tokio::test]
async fn a_file_that_is_no_such_sheet_is_refused() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let gbk = [
        &b"code,name_zh,name_en,kind,parent,district,subject\nZ,"[..],
        &[0xb6, 0xa1],
        b",,other,,,\n",
    ]
    .concat();
    for (file, place, word) in [
        (Vec::new(), "line 1, column code", "缺少"),
        (
            GOOD.replace("subject", "colour").into_bytes(),
            "line 1",
            "colour",
        ),
        (
            GOOD.replace("name_en,", "").into_bytes(),
            "line 1, column name_en",
            "缺少",
        ),
        (
            GOOD.replace("name_en", "name_zh").into_bytes(),
            "line 1",
            "重复",
        ),
        (
            GOOD.lines().next().expect("a header").into(),
            "file",
            "没有数据",
        ),
        (
            GOOD.replace('丁', "丁\u{0}").into_bytes(),
            "line 2, column name_zh",
            "控制字符",
        ),
        (gbk, "line 2", "UTF-8"),
    ] {
        let answer = import(&admin, "units", file).await;
        let answer = answer
            .expect_problem(422, "import_refused")
            .expect_fault(place);
        assert!(answer.text().contains(word), "{}", answer.text());
    }
}

#[tokio::test]
async fn every_bad_row_is_told_at_once_but_no_more_than_a_hundred() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rows: String = (0..150).map(|n| format!("Z{n},丁,,bureau,,,\n")).collect();
    let file = format!("code,name_zh,name_en,kind,parent,district,subject\n{rows}");
    let answer = import(&admin, "units", file).await;
    let answer = answer.expect_problem(422, "import_refused");
    assert_eq!(answer.list("/errors").len(), 100);
    assert_eq!(answer.at("/errors/99/pointer"), "line 101, column kind");
}

#[tokio::test]
async fn a_row_of_several_lines_is_named_by_its_first() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let file = GOOD.replace('丁', "\"丁\n戊\"");
    assert_refused_at(
        import(&admin, "units", file).await,
        "line 2, column name_zh",
        "控制字符",
    );
}

#[tokio::test]
async fn a_reason_is_told_in_the_readers_language() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let answer = admin
        .post("imports/units")
        .body("text/csv", GOOD.replace("other", "bureau"))
        .header("accept-language", "en")
        .await;
    assert_refused_at(answer, "line 2, column kind", "no kind of unit");
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let file = vec![b'x'; 16 * 1024 * 1024 + 1];
    let answer = import(&admin, "units", file).await;
    let answer = answer.expect_problem(413, "too_large");
    assert_eq!(answer.at("/limit_bytes"), 16 * 1024 * 1024);
}
