//! Criteria.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::criterion::Criterion;
use crate::domain::reference::CatalogueEdition;

/// The criteria of a version of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CriteriaOut {
    /// Scheme.
    scheme: String,
    /// Version.
    #[schema(example = "2026")]
    version: String,
    /// Whether new reports are judged by it.
    active: bool,
    /// In the order of their codes.
    items: Vec<CriterionOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

/// A criterion (测评标准).
#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionOut {
    /// Code; observations name it.
    #[schema(example = "C0101")]
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English.
    name_en: String,
    /// `absence`, `presence`, `count`, `ratio`, `wait`, `behaviour` or `content`.
    #[schema(example = "count")]
    form: &'static str,
    /// `at_most` or `at_least`, of a count or a ratio; the limit itself is met.
    bound: Option<&'static str>,
    /// Things or cases; of a ratio percent, of a wait minutes.
    limit: Option<u32>,
    /// Of a count: for each so many metres.
    per_m: Option<u32>,
    /// Code of the catalogue item that a fault against it is filed as.
    item: Option<String>,
    /// Kinds of check points that it is judged at; empty: all.
    kinds: Vec<String>,
    /// Reasons for which it may be left out of the score.
    exclusions: Vec<String>,
}

impl From<(CatalogueEdition, Vec<Criterion>)> for CriteriaOut {
    fn from((edition, criteria): (CatalogueEdition, Vec<Criterion>)) -> Self {
        Self {
            scheme: edition.scheme,
            version: edition.version,
            active: edition.active,
            items: criteria.into_iter().map(CriterionOut::from).collect(),
            next_cursor: None,
        }
    }
}

impl From<Criterion> for CriterionOut {
    fn from(it: Criterion) -> Self {
        let (bound, limit, per_m) = it.standard.parts();
        Self {
            code: it.key.code,
            name: it.name_zh,
            name_en: it.name_en,
            form: it.standard.form().as_str(),
            bound: bound.map(|bound| bound.as_str()),
            limit,
            per_m,
            item: it.item,
            kinds: it.kinds,
            exclusions: it.exclusions,
        }
    }
}
