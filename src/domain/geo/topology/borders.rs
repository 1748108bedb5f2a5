//! The edges of all districts, to be asked which of them a gap runs along. Coordinates are metres on the city's plane.

use std::collections::BTreeSet;

use geo::{Centroid, Distance, Euclidean, Length, Line, LinesIter, MultiPolygon, Polygon};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, RTreeObject};

use super::super::index::TOUCH_M;

/// Edges with the code of their district.
pub(super) struct Borders<'a>(RTree<GeomWithData<Line<f64>, &'a str>>);

impl<'a> Borders<'a> {
    pub fn new<'b>(districts: impl Iterator<Item = (&'a str, &'b MultiPolygon<f64>)>) -> Self {
        let edges = districts.flat_map(|(code, outline)| {
            outline
                .lines_iter()
                .map(move |edge| GeomWithData::new(edge, code))
        });
        Self(RTree::bulk_load(edges.collect()))
    }

    /// Codes of the districts that come within [`TOUCH_M`] of the gap's outline.
    pub fn neighbours(&self, gap: &Polygon<f64>) -> Vec<&'a str> {
        let codes: BTreeSet<_> = gap
            .lines_iter()
            .flat_map(|edge| self.touching(edge))
            .collect();
        codes.into_iter().collect()
    }

    /// Share of the gap's exterior that runs along districts.
    pub fn share_along(&self, gap: &Polygon<f64>) -> f64 {
        let along = gap.exterior().lines().filter(|edge| {
            let middle = edge.centroid();
            self.0
                .locate_within_distance(middle, TOUCH_M * TOUCH_M)
                .next()
                .is_some()
        });
        along.map(|edge| Euclidean.length(&edge)).sum::<f64>() / Euclidean.length(gap.exterior())
    }

    fn touching(&self, edge: Line<f64>) -> impl Iterator<Item = &'a str> {
        let (lower, upper) = (edge.envelope().lower(), edge.envelope().upper());
        let reach = geo::Point::new(TOUCH_M, TOUCH_M);
        self.0
            .locate_in_envelope_intersecting(&AABB::from_corners(lower - reach, upper + reach))
            .filter(move |border| Euclidean.distance(border.geom(), &edge) <= TOUCH_M)
            .map(|border| border.data)
    }
}
