//! What is wrong with a body.

use crate::domain::text::Text;
use crate::services::Error;
use crate::services::error::FieldError;

/// Collects what is wrong with a body, so that a phone learns of everything at once.
#[derive(Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, zh: &str, en: &str) {
        let text = Text::new(zh.to_owned(), en.to_owned());
        self.0.push(FieldError::new(pointer, code, text));
    }

    /// Notes a text that is longer than allowed.
    pub fn check_length(&mut self, pointer: impl Into<String>, text: &str, max_chars: usize) {
        if text.chars().count() > max_chars {
            let zh = format!("不得超过 {max_chars} 字");
            let en = format!("at most {max_chars} characters");
            self.add(pointer, "too_long", &zh, &en);
        }
    }

    /// Refuses for what is wrong.
    pub fn refuse<T>(self) -> Result<T, Error> {
        Err(Error::invalid(self.0))
    }

    /// The value, unless anything is wrong.
    pub fn refuse_or<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Error::invalid(self.0))
        }
    }
}
