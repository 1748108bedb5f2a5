//! Words that people read, in both languages of the product. Whoever writes a message writes it twice, here and now;
//! which one is shown is decided at the edge by `Accept-Language`.

use std::borrow::Cow;

/// One message in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// 简体中文.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A message from its two versions.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The version for a reader.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A language that Xuncha speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// zh-CN.
    Zh,
    /// en.
    En,
}

impl Lang {
    /// The first language of an `Accept-Language` value (RFC 9110 §12.5.4) that Xuncha speaks, by weight; Chinese
    /// for a reader who names none: the product's home.
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let mut best = (0.0_f32, Self::Zh);
        for part in accept_language.unwrap_or_default().split(',') {
            let mut fields = part.split(';').map(str::trim);
            let tag = fields.next().unwrap_or_default().to_ascii_lowercase();
            let weight = fields
                .find_map(|f| f.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let lang = match tag.split('-').next() {
                Some("zh") => Self::Zh,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, lang);
            }
        }
        best.1
    }
}
