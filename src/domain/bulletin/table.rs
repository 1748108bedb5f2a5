//! Tables of the page: the city's indicators, the districts, boards and errata.

use std::fmt::Write as _;

use super::page::escape;
use super::{BoardErratum, BoardLine, BoardTable, Content, Erratum, Figure, Standing, find};
use crate::domain::supervision::fraction::Fraction;

/// Every indicator of the city with what it means.
pub fn city(content: &Content) -> String {
    let mut html = "<table><thead><tr><th>指标 <span lang=\"en\">Indicator</span></th><th class=\"n\">数值</th>\
                    <th class=\"n\">分子 / 分母</th><th>口径 <span lang=\"en\">Definition</span></th></tr></thead><tbody>"
        .to_owned();
    for definition in &content.definitions {
        let fraction = find(&content.city, &definition.indicator);
        let _ = write!(
            html,
            "<tr><td>{} <span lang=\"en\">{}</span></td><td class=\"n strong\">{}</td><td class=\"n\">{} / {}</td>\
             <td class=\"small\">{}</td></tr>",
            escape(&definition.name.zh),
            escape(&definition.name.en),
            fraction.text(),
            fraction.numerator,
            fraction.denominator,
            escape(&definition.text.zh),
        );
    }
    html + "</tbody></table>"
}

/// The districts by the indicators that people ask for.
pub fn districts(content: &Content) -> String {
    const SHOWN: [(&str, &str); 6] = [
        ("closure", "结案率"),
        ("on_time", "按期结案率"),
        ("rework", "返工率"),
        ("return", "退件率"),
        ("recurrence", "反弹率"),
        ("first_recheck_pass", "一次核查合格率"),
    ];
    let mut html = "<table><thead><tr><th>县区 <span lang=\"en\">District</span></th>".to_owned();
    for (_, name) in SHOWN {
        let _ = write!(html, "<th class=\"n\">{name}</th>");
    }
    html.push_str("</tr></thead><tbody>");
    for district in &content.districts {
        let _ = write!(html, "<tr><td>{}</td>", escape(&district.name));
        for (code, _) in SHOWN {
            let _ = write!(html, "<td class=\"n\">{}</td>", cell(district.of(code)));
        }
        html.push_str("</tr>");
    }
    html + "</tbody></table>"
}

fn cell(fraction: Fraction) -> String {
    match fraction.denominator {
        0 => fraction.text(),
        denominator => format!(
            "{}<br><span class=\"frac\">{}/{denominator}</span>",
            fraction.text(),
            fraction.numerator
        ),
    }
}

/// A board.
pub fn board(board: &BoardTable, indicator: &str) -> String {
    let mut html = format!(
        "<h3>{} <span lang=\"en\">{}</span></h3>\
         <table class=\"board\"><thead><tr><th class=\"n\">名次</th><th>单位 <span lang=\"en\">Unit</span></th><th class=\"n\">{}</th>\
         <th class=\"n\">较上期</th><th class=\"n\">退件</th><th class=\"n\">并案</th><th class=\"n\">强制结案</th><th class=\"n\">临期延期</th>\
         <th>处理 <span lang=\"en\">Consequence</span></th></tr></thead><tbody>",
        escape(&board.name.zh),
        escape(&board.name.en),
        escape(indicator),
    );
    for line in &board.rows {
        html.push_str(&board_line(line, board.last_rank));
    }
    html.push_str("</tbody></table>");
    if !board.uninvolved.is_empty() {
        let names: Vec<String> = board.uninvolved.iter().map(|name| escape(name)).collect();
        let _ = write!(
            html,
            "<p class=\"small\">本次未测评 <span lang=\"en\">Not measured</span>：{}</p>",
            names.join("、")
        );
    }
    html
}

fn board_line(line: &BoardLine, last_rank: Option<u32>) -> String {
    let tag = match line.rank {
        rank if Some(rank) == last_rank => "<span class=\"tag black\">黑榜</span>",
        1 => "<span class=\"tag red\">红榜</span>",
        _ => "",
    };
    let change = match line.rank_before.map(|before| before.cmp(&line.rank)) {
        None => "—".to_owned(),
        Some(std::cmp::Ordering::Equal) => "持平".to_owned(),
        Some(std::cmp::Ordering::Greater) => {
            format!("↑ {}", line.rank_before.unwrap_or_default() - line.rank)
        }
        Some(std::cmp::Ordering::Less) => {
            format!("↓ {}", line.rank - line.rank_before.unwrap_or_default())
        }
    };
    let consequence = consequence(&Standing::from(line)).unwrap_or_default();
    let fraction = Fraction {
        numerator: line.numerator,
        denominator: line.denominator,
    };
    format!(
        "<tr><td class=\"n strong\">{}</td><td>{}{tag}</td><td class=\"n\">{}</td><td class=\"n\">{change}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{consequence}</td></tr>",
        line.rank,
        escape(&line.name),
        cell(fraction),
        line.returns,
        line.merges,
        line.forced,
        line.last_hour_extensions,
    )
}

/// What follows from a place.
fn consequence(standing: &Standing) -> Option<String> {
    let periods = standing.periods_last;
    Some(match standing.consequence.as_deref()? {
        "interview" => "约谈".to_owned(),
        "organisation" => format!("抄告组织部（连续 {periods} 期末位）"),
        _ => format!("问责（连续 {periods} 期以上末位）"),
    })
}

/// What earlier bulletins said that is different now.
pub fn errata(content: &Content) -> String {
    let name = |code: &str| {
        let found = content.definitions.iter().find(|it| it.indicator == code);
        found.map_or_else(|| code.to_owned(), |it| escape(&it.name.zh))
    };
    let figure = |figure: &Figure| {
        format!(
            "{}（{}/{}）",
            figure.fraction().text(),
            figure.numerator,
            figure.denominator
        )
    };
    let item = |erratum: &Erratum| {
        format!(
            "<li>第 {} 号通报，{}{}：原为 {}，更正为 <b>{}</b>。</li>",
            escape(&erratum.bulletin),
            escape(&erratum.name),
            name(&erratum.is.indicator),
            figure(&erratum.was),
            figure(&erratum.is),
        )
    };
    let items: String = content.errata.iter().map(item).collect();
    let standings: String = content.board_errata.iter().map(board_erratum).collect();
    format!("<ul class=\"errata\">{items}{standings}</ul>")
}

fn board_erratum(erratum: &BoardErratum) -> String {
    let place = |standing: &Standing| match standing.rank {
        Some(rank) => format!(
            "第 {rank} 名（{}/{}）",
            standing.numerator, standing.denominator
        ),
        None => "本次未测评".to_owned(),
    };
    let (was, is) = (consequence(&erratum.was), consequence(&erratum.is));
    let consequence = match was == is {
        true => String::new(),
        false => {
            let word = |it: Option<String>| it.unwrap_or_else(|| "无".to_owned());
            format!("；处理原为 {}，更正为 <b>{}</b>", word(was), word(is))
        }
    };
    format!(
        "<li>第 {} 号通报，{}榜，{}：原为 {}，更正为 <b>{}</b>{consequence}。</li>",
        escape(&erratum.bulletin),
        escape(&erratum.board.zh),
        escape(&erratum.name),
        place(&erratum.was),
        place(&erratum.is),
    )
}
