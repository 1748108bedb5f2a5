//! Areas file: a `GeoJSON` `FeatureCollection` in a stated datum. Here the faults that `geo` finds get their words in
//! both languages.

use super::{FilePlace, MAX_FAULTS, RowError};
use crate::domain::geo::{AreaError, AreaFault, Datum, ParsedArea, parse_areas};
use crate::domain::text::Text;

/// Reads an areas file; the answer is in the order of its features.
///
/// # Errors
/// Every faulty feature, at most [`MAX_FAULTS`].
pub fn parse_area_file(bytes: &[u8], datum: Datum) -> Result<Vec<ParsedArea>, Vec<RowError>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        let text = Text::new("不是 UTF-8 编码", "is not UTF-8");
        return Err(vec![RowError::file(text)]);
    };
    let areas = parse_areas(text, datum).map_err(|errors| {
        let faults = errors.iter().take(MAX_FAULTS).map(row_error);
        faults.collect::<Vec<_>>()
    })?;
    let faults: Vec<_> = (1..)
        .zip(&areas)
        .filter(|(_, area)| has_control_character(area))
        .map(|(number, _)| RowError {
            place: FilePlace::Feature(number),
            column: None,
            text: Text::new(
                "属性含有控制字符",
                "a property contains a control character",
            ),
        })
        .collect();
    if faults.is_empty() {
        Ok(areas)
    } else {
        Err(faults)
    }
}

/// PostgreSQL's text cannot hold U+0000, and no name needs the others.
fn has_control_character(area: &ParsedArea) -> bool {
    let texts = [Some(&area.shape.code), Some(&area.shape.name)];
    texts
        .into_iter()
        .chain([area.owner.as_ref(), area.name_en.as_ref()])
        .flatten()
        .any(|text| text.chars().any(char::is_control))
}

fn row_error(error: &AreaError) -> RowError {
    RowError {
        place: error.feature.map_or(FilePlace::File, FilePlace::Feature),
        column: None,
        text: Text::new(in_chinese(&error.fault), error.fault.to_string()),
    }
}

fn in_chinese(fault: &AreaFault) -> String {
    match fault {
        AreaFault::Document(reason) => format!("不是 GeoJSON FeatureCollection：{reason}"),
        AreaFault::NoFeatures => "没有任何要素".to_owned(),
        AreaFault::Missing(property) => format!("缺少属性“{property}”"),
        AreaFault::UnknownKind(kind) => format!("未知类型 {kind}，应为 district 或 zone"),
        AreaFault::DuplicateCode { code, first } => format!("代码 {code} 与第 {first} 个要素重复"),
        AreaFault::NotPolygonal(found) => format!("应为 Polygon 或 MultiPolygon，实为 {found}"),
        AreaFault::Empty => "边界为空".to_owned(),
        AreaFault::Vertex(reason) => format!("坐标超出范围：{reason}"),
        AreaFault::Invalid(reason) => format!("边界无效：{reason}"),
    }
}
