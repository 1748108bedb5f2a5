//! Observations of a report are read against the criteria in force and judged. Every lost point hangs on a fault of the same report, so
//! that it has a ticket (失分项逐项整改).

use uuid::Uuid;

use crate::domain::check_point::CheckPoint;
use crate::domain::criterion::{Criterion, Misjudged, NewObservation, Observation, Verdict};
use crate::domain::report::NewReport;
use crate::domain::text::Text;
use crate::services::error::{Error, FieldError, Result};
use crate::services::reference::cache::Reference;

type Read<T> = std::result::Result<T, FieldError>;

/// What the report says of criteria, judged.
///
/// # Errors
/// `invalid`, with every observation that cannot be.
pub(super) fn read(
    reference: &Reference,
    report: &NewReport,
    check_point: Option<&CheckPoint>,
) -> Result<Vec<Observation>> {
    let (mut observed, mut faults) = (Vec::new(), Vec::new());
    for (index, seen) in report.observations.iter().enumerate() {
        let at = format!("/data/observations/{index}");
        let judged = criterion(reference, check_point, seen, &at)
            .and_then(|criterion| judge(report, criterion, seen, &at));
        match judged {
            Ok(observation) => observed.push(observation),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(observed)
    } else {
        Err(Error::invalid(faults))
    }
}

fn criterion<'a>(
    reference: &'a Reference,
    check_point: Option<&CheckPoint>,
    seen: &NewObservation,
    at: &str,
) -> Read<&'a Criterion> {
    let Some(point) = check_point else {
        return Err(FieldError::new(
            "/data/point",
            "point_required",
            Text::new(
                "按标准测评须指明点位",
                "criteria are judged at a check point",
            ),
        ));
    };
    let code = &seen.criterion;
    let criterion = reference.catalogue.criterion(code).ok_or_else(|| {
        FieldError::new(
            format!("{at}/criterion"),
            "criterion_unknown",
            Text::new(
                format!("现行目录中没有测评标准 {code}"),
                format!("the active catalogue has no criterion {code}"),
            ),
        )
    })?;
    if criterion.applies_to(&point.kind) {
        return Ok(criterion);
    }
    let kind = &point.kind;
    Err(FieldError::new(
        format!("{at}/criterion"),
        "does_not_apply",
        Text::new(
            format!("标准 {code} 不适用于点位类型 {kind}"),
            format!("criterion {code} is not judged at points of kind {kind}"),
        ),
    ))
}

fn judge(
    report: &NewReport,
    criterion: &Criterion,
    seen: &NewObservation,
    at: &str,
) -> Read<Observation> {
    let verdict = criterion.judge(seen).map_err(|why| misjudged(why, at))?;
    let finding_id = match verdict {
        Verdict::NotMet => Some(fault_of(report, criterion, seen, at)?),
        Verdict::Met | Verdict::Excluded => None,
    };
    Ok(Observation {
        criterion_id: criterion.id,
        criterion: criterion.key.code.clone(),
        verdict,
        exclusion: seen.exclusion.clone(),
        measure: seen.measure,
        finding_id,
    })
}

/// The fault that shows a lost point: the one named, else the only one of the criterion's item, else the only one there is.
fn fault_of(
    report: &NewReport,
    criterion: &Criterion,
    seen: &NewObservation,
    at: &str,
) -> Read<Uuid> {
    let findings = &report.findings;
    let of_item: Vec<Uuid> = findings
        .iter()
        .filter(|finding| Some(&finding.item) == criterion.item.as_ref())
        .map(|finding| finding.id)
        .collect();
    let found = match (seen.finding, of_item.as_slice(), findings.as_slice()) {
        (Some(named), ..) => findings.iter().find(|it| it.id == named).map(|it| it.id),
        (None, [only], _) => Some(*only),
        (None, [], [only]) => Some(only.id),
        _ => None,
    };
    found.ok_or_else(|| {
        FieldError::new(
            format!("{at}/finding"),
            "finding_required",
            Text::new(
                "失分须指明本报告中的一个问题",
                "a lost point names the fault of this report that shows it",
            ),
        )
    })
}

fn misjudged(why: Misjudged, at: &str) -> FieldError {
    let (member, code, text) = match why {
        Misjudged::NothingSaid => (
            "verdict",
            "required",
            Text::new(
                "须给出结论；数量、比例、等候类标准须给出数值",
                "neither a verdict nor, where the form needs it, a figure",
            ),
        ),
        Misjudged::Figure => (
            "amount",
            "does_not_fit",
            Text::new(
                "数值与该标准的形式不符",
                "the figure is of another form than the criterion",
            ),
        ),
        Misjudged::Contradiction => (
            "verdict",
            "contradicts",
            Text::new("结论与数值不符", "the verdict is not what the figure says"),
        ),
        Misjudged::Exclusion => (
            "exclusion",
            "exclusion_unknown",
            Text::new(
                "不测须注明该标准所列的原因，且不带数值；测了则不写原因",
                "what is left out names one of the criterion's reasons and no figure; what is judged names none",
            ),
        ),
    };
    FieldError::new(format!("{at}/{member}"), code, text)
}
