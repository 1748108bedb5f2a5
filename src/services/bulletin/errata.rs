//! Errata (勘误): a frozen bulletin never changes, so what appeals that were granted since have made of its figures and boards is said in the
//! next one, once for each change.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::content::{RANKED, board, board_name, tables};
use crate::db::supervision::indicator::Cohort;
use crate::db::{self, Conn};
use crate::domain::bulletin::{
    BoardErratum, BoardTable, Both, Content, DistrictFigures, Erratum, Figure, Standing,
};
use crate::domain::supervision::period::Period;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::supervision::figures::city_zone;

/// What is to be corrected.
#[derive(Default)]
pub(super) struct Errata {
    /// Figures.
    pub figures: Vec<Erratum>,
    /// Places on boards.
    pub standings: Vec<BoardErratum>,
}

/// Everything of every bulletin before that is different by now, since it was told last.
pub(super) async fn errata(
    conn: &mut Conn,
    reference: &Reference,
    now: Timestamp,
) -> Result<Errata> {
    let mut earlier: Vec<Content> = Vec::new();
    for id in db::bulletin::numbered(conn).await? {
        if let Some(frozen) = db::bulletin::content(conn, id).await? {
            earlier.push(serde_json::from_str(&frozen.data).map_err(anyhow::Error::from)?);
        }
    }
    let mut told = Errata::default();
    for bulletin in &earlier {
        told.figures.extend(bulletin.errata.iter().cloned());
        told.standings.extend(bulletin.board_errata.iter().cloned());
    }
    let mut errata = Errata::default();
    for bulletin in &earlier {
        let compare = Compare {
            bulletin,
            told: &told,
        };
        let figures = compare.figures(conn, reference).await?;
        // An appeal takes a ticket out of the city's figures too. Where these stand nobody's place has changed by one: nothing else, such
        // as units that were moved since, corrects a board.
        if figures.iter().any(|erratum| erratum.district.is_none()) {
            let standings = compare.standings(conn, reference, now).await?;
            errata.standings.extend(standings);
        }
        errata.figures.extend(figures);
    }
    Ok(errata)
}

struct Compare<'a> {
    bulletin: &'a Content,
    /// What errata have said before, first said first.
    told: &'a Errata,
}

impl Compare<'_> {
    fn period(&self) -> Period {
        Period {
            from: self.bulletin.from,
            to: self.bulletin.to,
        }
    }

    /// The city's figures and those of every district.
    async fn figures(&self, conn: &mut Conn, reference: &Reference) -> Result<Vec<Erratum>> {
        let (from, until) = self.period().instants(&city_zone()?);
        let cohort = Cohort {
            from,
            until,
            as_of: self.bulletin.as_of,
            later_appeals: true,
            units: None,
            district: None,
            item: None,
            round: None,
        };
        let (city, districts) = tables(conn, reference, &cohort).await?;
        let mut errata = self.changed(None, "全市", &self.bulletin.city, &city);
        for was in &self.bulletin.districts {
            let is = districts.iter().find(|district| district.code == was.code);
            let is = is.map_or(&was.figures, |district: &DistrictFigures| &district.figures);
            errata.extend(self.changed(Some(&was.code), &was.name, &was.figures, is));
        }
        Ok(errata)
    }

    fn changed(
        &self,
        district: Option<&str>,
        name: &str,
        printed: &[Figure],
        now: &[Figure],
    ) -> Vec<Erratum> {
        let erratum = |is: &Figure| {
            let same = |figure: &&Figure| figure.indicator == is.indicator;
            let about = |it: &&Erratum| {
                it.bulletin == self.bulletin.number
                    && it.district.as_deref() == district
                    && it.is.indicator == is.indicator
            };
            let told = self.told.figures.iter();
            let corrected = told.rev().find(about).map(|told| &told.is);
            let was = corrected.or_else(|| printed.iter().find(same))?;
            (was != is).then(|| Erratum {
                bulletin: self.bulletin.number.clone(),
                district: district.map(str::to_owned),
                name: name.to_owned(),
                was: was.clone(),
                is: is.clone(),
            })
        };
        now.iter().filter_map(erratum).collect()
    }

    /// Every board's lines.
    async fn standings(
        &self,
        conn: &mut Conn,
        reference: &Reference,
        now: Timestamp,
    ) -> Result<Vec<BoardErratum>> {
        let mut errata = Vec::new();
        for kind in RANKED {
            let name = board_name(kind);
            let printed = self.bulletin.boards.iter().find(|board| board.name == name);
            let span = (self.period(), Some(self.bulletin.as_of));
            let is = board(conn, reference, span, kind, now).await?;
            errata.extend(self.moved(&name, printed, is.as_ref()));
        }
        Ok(errata)
    }

    /// Units whose place is another one, in the order of their codes.
    fn moved(
        &self,
        name: &Both,
        printed: Option<&BoardTable>,
        now: Option<&BoardTable>,
    ) -> Vec<BoardErratum> {
        let boards = || [printed, now].into_iter().flatten();
        let lines = boards().flat_map(|board| &board.rows);
        let units: BTreeMap<&str, &str> = lines.map(|it| (&*it.code, &*it.name)).collect();
        let standing = |board: Option<&BoardTable>, code: &str| {
            let line = board.and_then(|board| board.line(code));
            line.map(Standing::from).unwrap_or_default()
        };
        let erratum = |(code, unit): (&str, &str)| {
            let about = |it: &&BoardErratum| {
                it.bulletin == self.bulletin.number && it.board == *name && it.code == code
            };
            let told = self.told.standings.iter();
            let corrected = told.rev().find(about).map(|told| told.is.clone());
            let was = corrected.unwrap_or_else(|| standing(printed, code));
            let is = standing(now, code);
            (was != is).then(|| BoardErratum {
                bulletin: self.bulletin.number.clone(),
                board: name.clone(),
                code: code.to_owned(),
                name: unit.to_owned(),
                was,
                is,
            })
        };
        units.into_iter().filter_map(erratum).collect()
    }
}
