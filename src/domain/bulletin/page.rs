//! The page: one self-contained HTML file that a person reads on a screen and prints on A4. No script, no font and no picture from
//! anywhere else. Chinese first, English beside it in small.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::map::{CLASSES, NO_COLOUR};
use super::{Case, Content, chart, map, table};

const STYLE: &str = include_str!("page.css");

/// Text for HTML, inside elements and quoted attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Draws the page. `data_hash` is the digest of the data that it is made of, in hexadecimal; none for the preview of a draft.
pub fn draw(content: &Content, data_hash: Option<&str>) -> String {
    let title = escape(&content.title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head><body><main>"
    );
    html.push_str(&head(content, &title));
    for paragraph in content
        .foreword
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        let _ = write!(html, "<p class=\"foreword\">{}</p>", escape(paragraph));
    }
    let mut sections = vec![
        ("总体情况", "Overview", table::city(content)),
        ("各县区情况", "Districts", districts(content)),
    ];
    if !content.boards.is_empty() {
        sections.push(("红黑榜", "Honour board", boards(content)));
    }
    if !content.cases.is_empty() {
        sections.push(("整改前后", "Before and after", cases(content)));
    }
    if !(content.errata.is_empty() && content.board_errata.is_empty()) {
        sections.push(("勘误", "Errata", table::errata(content)));
    }
    sections.push(("说明", "Notes", notes(content)));
    for ((zh, en, body), number) in sections.into_iter().zip(NUMERALS) {
        let _ = write!(
            html,
            "<section><h2>{number}、{zh} <span lang=\"en\">{en}</span></h2>{body}</section>"
        );
    }
    if let Some(hash) = data_hash {
        let _ = write!(
            html,
            "<footer>数据摘要 <span lang=\"en\">Digest of the data</span> SHA-256 <code>{hash}</code></footer>"
        );
    }
    html + "</main></body></html>\n"
}

const NUMERALS: [&str; 6] = ["一", "二", "三", "四", "五", "六"];

fn head(content: &Content, title: &str) -> String {
    let number = match content.number.as_str() {
        "" => "<span class=\"draft\">草稿 Draft</span>".to_owned(),
        number => format!("第 {} 号", escape(number)),
    };
    format!(
        "<header><p class=\"office\">城市文明创建督查通报</p><p class=\"office-en\" lang=\"en\">Bulletin of the Supervision Office</p>\
         <div class=\"line\"></div><p class=\"number\"><span>{number}</span><span>{} 至 {}</span></p><h1>{title}</h1>\
         <p class=\"as-of\">数据截至 {} <span lang=\"en\">as known then</span></p></header>",
        day(content.from),
        day(content.to),
        escape(&content.as_of_local),
    )
}

fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

fn districts(content: &Content) -> String {
    let mut legend = String::new();
    let classes = CLASSES.map(|(_, colour, name)| (colour, name));
    for (colour, name) in classes.into_iter().chain([(NO_COLOUR, "无应结案")]) {
        let _ = write!(
            legend,
            "<span><i style=\"background:{colour}\"></i>{name}</span>"
        );
    }
    format!(
        "{}<div class=\"districts\"><figure>{}<figcaption>按期结案率 <span lang=\"en\">On-time closure rate</span><br>\
         <span class=\"legend\">{legend}</span></figcaption></figure><figure>{}</figure></div>",
        table::districts(content),
        map::draw(&content.outlines, &content.districts, "on_time"),
        chart::bars(&content.districts),
    )
}

fn boards(content: &Content) -> String {
    let name = |code: &str| {
        let found = content.definitions.iter().find(|it| it.indicator == code);
        found.map_or_else(|| code.to_owned(), |it| it.name.zh.clone())
    };
    let boards = content.boards.iter();
    let boards = boards.map(|board| table::board(board, &name(&board.indicator)));
    boards.collect()
}

fn cases(content: &Content) -> String {
    let cases: String = content.cases.iter().map(case).collect();
    format!("<div class=\"cases\">{cases}</div>")
}

fn case(case: &Case) -> String {
    let picture = |picture: &Option<String>, zh: &str, en: &str| {
        let shown = match picture {
            Some(uri) => format!("<img src=\"{}\" alt=\"{zh}\">", escape(uri)),
            None => "<div class=\"no-picture\">无照片</div>".to_owned(),
        };
        format!(
            "<figure>{shown}<figcaption>{zh} <span lang=\"en\">{en}</span></figcaption></figure>"
        )
    };
    let outcome = match (case.closed, case.late) {
        (true, false) => "已按期结案",
        (true, true) => "已结案（超期）",
        (false, _) => "未结案",
    };
    let place = [case.district.as_deref(), case.lead_unit.as_deref()];
    let place: Vec<String> = place.into_iter().flatten().map(escape).collect();
    format!(
        "<article class=\"case\"><p class=\"case-head\"><b>{}</b> {} <span lang=\"en\">{}</span></p><div class=\"pair\">{}{}</div>\
         <p>{}</p><p class=\"small\">{} · {outcome}</p></article>",
        escape(&case.number),
        escape(&case.item.zh),
        escape(&case.item.en),
        picture(&case.before, "整改前", "Before"),
        picture(&case.after, "整改后", "After"),
        escape(&case.text),
        place.join(" · "),
    )
}

fn notes(content: &Content) -> String {
    let mut html = format!(
        "<p class=\"small\">{}。<span lang=\"en\">{}.</span></p>\
         <p class=\"small\">百分比由精确分数四舍五入至两位小数，名次按精确分数排列；分母为零记“—”。\
         <span lang=\"en\">Percentages are rounded half up from exact fractions, by which ranks are given; — stands for an empty denominator.</span></p><ul class=\"small\">",
        escape(&content.due.zh),
        escape(&content.due.en),
    );
    for definition in &content.definitions {
        let _ = write!(
            html,
            "<li>{}（第 {} 版）<span lang=\"en\">{}: {}</span></li>",
            escape(&definition.name.zh),
            definition.version,
            escape(&definition.name.en),
            escape(&definition.text.en),
        );
    }
    html + "</ul>"
}
