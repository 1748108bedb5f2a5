//! Bars in SVG, drawn from exact fractions: their lengths are reckoned in whole numbers, so that the same data is the same page.

use std::fmt::Write as _;

use super::DistrictFigures;
use super::page::escape;
use crate::domain::supervision::fraction::Fraction;

const ROW: u64 = 46;
const BAR: u64 = 14;
const LEFT: u64 = 60;
/// Length of 100 %.
const FULL: u64 = 200;
const WIDTH: u64 = 420;

/// Two bars for each district: what was closed, and what was closed in time.
pub fn bars(districts: &[DistrictFigures]) -> String {
    let rows = u64::try_from(districts.len()).unwrap_or_default();
    let height = rows * ROW + 34;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"各县区结案率与按期结案率\">\
         <rect x=\"{LEFT}\" y=\"2\" width=\"12\" height=\"12\" class=\"closed\"/><text x=\"{}\" y=\"13\" class=\"key\">结案率 Closure</text>\
         <rect x=\"{}\" y=\"2\" width=\"12\" height=\"12\" class=\"timely\"/><text x=\"{}\" y=\"13\" class=\"key\">按期结案率 On time</text>",
        LEFT + 18,
        LEFT + 140,
        LEFT + 158
    );
    for tenth in [0, 25, 50, 75, 100] {
        let x = LEFT + FULL * tenth / 100;
        let _ = write!(
            svg,
            "<line x1=\"{x}\" x2=\"{x}\" y1=\"24\" y2=\"{}\" class=\"grid\"/>",
            height - 8
        );
    }
    for (district, nth) in districts.iter().zip(0_u64..) {
        let top = 32 + nth * ROW;
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" class=\"name\">{}</text>",
            LEFT - 8,
            top + 19,
            escape(&district.name)
        );
        bar(&mut svg, top, district.of("closure"), "closed");
        bar(&mut svg, top + BAR + 2, district.of("on_time"), "timely");
    }
    svg.push_str("</svg>");
    svg
}

fn bar(svg: &mut String, top: u64, fraction: Fraction, class: &str) {
    let length = match fraction.denominator {
        0 => 0,
        denominator => fraction.numerator * FULL / denominator,
    };
    let figure = match fraction.denominator {
        0 => fraction.text(),
        denominator => format!(
            "{}（{}/{denominator}）",
            fraction.text(),
            fraction.numerator
        ),
    };
    let _ = write!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{length}\" height=\"{BAR}\" class=\"{class}\"/>\
         <text x=\"{}\" y=\"{}\" class=\"value\">{figure}</text>",
        LEFT + length + 6,
        top + 12
    );
}
