//! Errata (勘误): a frozen bulletin never changes, so what appeals that were granted since have made of its figures is said in the next one,
//! once for each change.

use crate::db::supervision::indicator::Cohort;
use crate::db::{self, Conn};
use crate::domain::bulletin::{Content, DistrictFigures, Erratum, Figure};
use crate::domain::supervision::period::Period;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::supervision::figures::city_zone;

use super::content::tables;

/// Every figure of every bulletin before that is another one by now, since it was told last.
pub(super) async fn errata(conn: &mut Conn, reference: &Reference) -> Result<Vec<Erratum>> {
    let mut earlier: Vec<Content> = Vec::new();
    for id in db::bulletin::numbered(conn).await? {
        if let Some(frozen) = db::bulletin::content(conn, id).await? {
            earlier.push(serde_json::from_str(&frozen.data).map_err(anyhow::Error::from)?);
        }
    }
    let told: Vec<Erratum> = earlier.iter().flat_map(|it| it.errata.clone()).collect();
    let mut errata = Vec::new();
    for bulletin in &earlier {
        let (from, until) = Period {
            from: bulletin.from,
            to: bulletin.to,
        }
        .instants(&city_zone()?);
        let cohort = Cohort {
            from,
            until,
            as_of: bulletin.as_of,
            later_appeals: true,
            units: None,
            district: None,
            item: None,
            round: None,
        };
        let (city, districts) = tables(conn, reference, &cohort).await?;
        let compare = Compare {
            bulletin: &bulletin.number,
            told: &told,
        };
        errata.extend(compare.figures(None, "全市", &bulletin.city, &city));
        for was in &bulletin.districts {
            let is = districts.iter().find(|district| district.code == was.code);
            let is = is.map_or(&was.figures, |district: &DistrictFigures| &district.figures);
            errata.extend(compare.figures(Some(&was.code), &was.name, &was.figures, is));
        }
    }
    Ok(errata)
}

struct Compare<'a> {
    bulletin: &'a str,
    /// What errata have said before, first said first.
    told: &'a [Erratum],
}

impl Compare<'_> {
    fn figures(
        &self,
        district: Option<&str>,
        name: &str,
        printed: &[Figure],
        now: &[Figure],
    ) -> Vec<Erratum> {
        let erratum = |is: &Figure| {
            let same = |figure: &&Figure| figure.indicator == is.indicator;
            let about = |it: &&Erratum| {
                it.bulletin == self.bulletin
                    && it.district.as_deref() == district
                    && it.is.indicator == is.indicator
            };
            let corrected = self.told.iter().rfind(about).map(|told| &told.is);
            let was = corrected.or_else(|| printed.iter().find(same))?;
            (was != is).then(|| Erratum {
                bulletin: self.bulletin.to_owned(),
                district: district.map(str::to_owned),
                name: name.to_owned(),
                was: was.clone(),
                is: is.clone(),
            })
        };
        now.iter().filter_map(erratum).collect()
    }
}
