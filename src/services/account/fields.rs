//! What a user's fields must be. Each parser adds what is wrong to the list of faults.

use crate::domain::account::Username;
use crate::domain::text::Text;
use crate::services::error::FieldError;

/// Length of a new password, in characters.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=128;
/// Length of a name to be shown, in characters.
const DISPLAY_NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=100;

/// A user name.
pub(super) fn username(text: &str, faults: &mut Vec<FieldError>) -> Option<Username> {
    let name = text.parse().ok();
    if name.is_none() {
        faults.push(FieldError::new(
            "/username",
            "username",
            Text::new(
                "用户名应为 1 到 64 个字母、数字、汉字或 . _ - @",
                "1 to 64 letters, digits, dots, hyphens, underscores and at signs",
            ),
        ));
    }
    name
}

/// A name to be shown, without blanks around it.
pub(super) fn display_name(text: &str, faults: &mut Vec<FieldError>) -> Option<String> {
    let name = text.trim();
    if DISPLAY_NAME_CHARS.contains(&name.chars().count()) {
        return Some(name.to_owned());
    }
    faults.push(FieldError::new(
        "/display_name",
        "length",
        Text::new("姓名应为 1 到 100 个字", "1 to 100 characters"),
    ));
    None
}

/// A password that is to be set.
pub(super) fn password(text: &str, faults: &mut Vec<FieldError>) {
    if !PASSWORD_CHARS.contains(&text.chars().count()) {
        faults.push(FieldError::new(
            "/password",
            "length",
            Text::new("密码应为 10 到 128 个字符", "10 to 128 characters"),
        ));
    }
}
