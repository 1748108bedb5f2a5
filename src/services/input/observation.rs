//! What a report says of criteria (测评标准): by eye, or a figure by which the criterion's form decides.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::Faults;
use crate::domain::criterion::{Measure, NewObservation};

/// What was judged of one criterion.
#[derive(Deserialize, ToSchema)]
pub struct ObservationIn {
    /// Code of the criterion in the active version of the catalogue.
    #[schema(example = "C0101")]
    criterion: String,
    /// `met`, `not_met` or `excluded`; needless where a figure decides, and of no effect beside one but that it must say the same.
    #[serde(default)]
    verdict: Option<String>,
    /// Why it is left out: one of the criterion's own reasons.
    #[serde(default)]
    exclusion: Option<String>,
    /// What was counted; of a wait seconds.
    #[serde(default)]
    #[schema(example = 3)]
    amount: Option<u32>,
    /// Of how many (ratio), or over how many metres (count).
    #[serde(default)]
    #[schema(example = 120)]
    out_of: Option<u32>,
    /// Of a lost point: the fault of this report that shows it. Needless where one fault has the criterion's item, or the report has one.
    #[serde(default)]
    finding: Option<Uuid>,
}

/// Reads what was judged.
pub(super) fn read(observations: Vec<ObservationIn>, faults: &mut Faults) -> Vec<NewObservation> {
    let mut read: Vec<NewObservation> = Vec::with_capacity(observations.len());
    for (index, it) in observations.into_iter().enumerate() {
        let at = format!("/data/observations/{index}");
        if read.iter().any(|earlier| earlier.criterion == it.criterion) {
            faults.add(
                format!("{at}/criterion"),
                "repeated",
                "同一标准重复",
                "this criterion is judged twice",
            );
        }
        let stated = it.verdict.as_deref().map(str::parse);
        let stated = stated.transpose().unwrap_or_else(|_unknown| {
            faults.add(
                format!("{at}/verdict"),
                "unknown_word",
                "应为 met、not_met 或 excluded",
                "one of: met, not_met, excluded",
            );
            None
        });
        if it.amount.is_none() && it.out_of.is_some() {
            faults.add(format!("{at}/amount"), "required", "必填", "must be given");
        }
        let out_of = it.out_of;
        read.push(NewObservation {
            criterion: it.criterion,
            stated,
            exclusion: it.exclusion,
            measure: it.amount.map(|amount| Measure { amount, out_of }),
            finding: it.finding,
        });
    }
    read
}
