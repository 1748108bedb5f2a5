//! Finds the area a position lies in and how far the others are. Built once from the areas of one kind (districts, or
//! zones); it holds no owners and takes no routing decision.

use geo::{BoundingRect, Coord, CoordsIter, Intersects, LinesIter};
use rstar::primitives::{GeomWithData, Line, Rectangle};
use rstar::{PointDistance, RTree};

use super::area::AreaShape;
use super::plane::Plane;
use super::point::Point;

/// A position this close to an area counts as in it, in metres: outlines have seven decimals, so that a border point of
/// one neighbour may leave a slit of a centimetre along a straight edge of the other.
pub const TOUCH_M: f64 = 0.05;

/// Where a position lies among the areas of an [`AreaIndex`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// The area that holds the position; none outside them all. Where several do (on a shared edge, in an overlap),
    /// the lowest code.
    pub area: Option<usize>,
    /// Metres to the outline of that area, or outside to the nearest outline; infinite without areas.
    pub border_m: f64,
    /// The nearest other area, or outside the nearest area.
    pub rival: Option<Nearby>,
}

/// An area and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby {
    /// Place of the area in the list the index was built from.
    pub idx: usize,
    /// Metres to the area, 0 inside it and on its edge.
    pub metres: f64,
}

type Edges = RTree<Line<[f64; 2]>>;

/// Areas under two levels of R-trees: boxes of areas, and the edges of each area.
#[derive(Debug, Clone)]
pub struct AreaIndex {
    areas: Vec<AreaShape>,
    edges: Vec<Edges>,
    plane: Plane,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

/// A position on the index's plane, and how that plane is stretched against the true one there.
struct Probe {
    coord: Coord<f64>,
    at: [f64; 2],
    stretch: [f64; 2],
}

impl Probe {
    /// Metres that a distance on the index's plane amounts to at least.
    fn at_least(&self, flat_2: f64) -> f64 {
        let [x, y] = self.stretch;
        flat_2.sqrt() * x.min(y)
    }

    fn metres(&self, edge: &Line<[f64; 2]>) -> f64 {
        let local = |[x, y]: [f64; 2]| {
            let ([at_x, at_y], [stretch_x, stretch_y]) = (self.at, self.stretch);
            [(x - at_x) * stretch_x, (y - at_y) * stretch_y]
        };
        Line::new(local(edge.from), local(edge.to))
            .distance_2(&[0.0, 0.0])
            .sqrt()
    }
}

impl AreaIndex {
    /// Indexes the areas; their places in the list are the `idx` of every answer.
    pub fn new(areas: Vec<AreaShape>) -> Self {
        let plane = Plane::at(middle_lat(&areas));
        let flat = |Coord { x, y }: Coord<f64>| [x * plane.east, y * plane.north];
        let edges = areas.iter().map(|area| {
            let lines = area.geometry.lines_iter();
            RTree::bulk_load(
                lines
                    .map(|line| Line::new(flat(line.start), flat(line.end)))
                    .collect(),
            )
        });
        let boxes = areas.iter().enumerate().filter_map(|(idx, area)| {
            let bounds = area.geometry.bounding_rect()?;
            Some(GeomWithData::new(
                Rectangle::from_corners(flat(bounds.min()), flat(bounds.max())),
                idx,
            ))
        });
        let (edges, boxes) = (edges.collect(), RTree::bulk_load(boxes.collect()));
        Self {
            areas,
            edges,
            plane,
            boxes,
        }
    }

    /// The areas in the order they were given.
    pub fn areas(&self) -> &[AreaShape] {
        &self.areas
    }

    /// Finds the area of a position, its border and its nearest rival.
    pub fn locate(&self, point: Point) -> Location {
        let probe = self.probe(point);
        let found = self.nearest(&probe, |found| {
            found.get(1).map_or(f64::INFINITY, |second| second.metres)
        });
        let mut found = found.into_iter().peekable();
        let area = found.next_if(|nearest| nearest.metres <= TOUCH_M);
        let rival = found.next();
        let border_m = match area {
            Some(area) => self.to_edge(&probe, area.idx),
            None => rival.map_or(f64::INFINITY, |rival| rival.metres),
        };
        Location {
            area: area.map(|area| area.idx),
            border_m,
            rival,
        }
    }

    /// Areas that a fix of this accuracy may lie in, nearest first; the one that holds the position has 0 m.
    pub fn candidates_within(&self, point: Point, acc_m: f64) -> Vec<Nearby> {
        let mut found = self.nearest(&self.probe(point), |_| acc_m);
        found.retain(|nearby| nearby.metres <= acc_m);
        found
    }

    fn probe(&self, point: Point) -> Probe {
        let local = Plane::at(point.lat());
        Probe {
            coord: Coord {
                x: point.lon(),
                y: point.lat(),
            },
            at: [
                point.lon() * self.plane.east,
                point.lat() * self.plane.north,
            ],
            stretch: [local.east / self.plane.east, local.north / self.plane.north],
        }
    }

    /// Measures areas by growing distance of their boxes until none left can be within `limit` of those found; sorted
    /// by metres, then code.
    fn nearest(&self, probe: &Probe, limit: impl Fn(&[Nearby]) -> f64) -> Vec<Nearby> {
        let code = |nearby: &Nearby| self.areas.get(nearby.idx).map(|area| &area.code);
        let mut found = Vec::new();
        for (entry, flat_2) in self.boxes.nearest_neighbor_iter_with_distance_2(&probe.at) {
            if probe.at_least(flat_2) > limit(&found) {
                break;
            }
            let idx = entry.data;
            let inside = self
                .areas
                .get(idx)
                .is_some_and(|area| area.geometry.intersects(&probe.coord));
            let metres = if inside {
                0.0
            } else {
                self.to_edge(probe, idx)
            };
            found.push(Nearby { idx, metres });
            found.sort_by(|a, b| {
                a.metres
                    .total_cmp(&b.metres)
                    .then_with(|| code(a).cmp(&code(b)))
            });
        }
        found
    }

    /// Metres to the nearest edge of an area. The tree orders edges on its own plane: those that could still be nearer
    /// in true metres are measured too.
    fn to_edge(&self, probe: &Probe, idx: usize) -> f64 {
        let mut nearest = f64::INFINITY;
        let edges = self.edges.get(idx).into_iter();
        for (edge, flat_2) in
            edges.flat_map(|edges| edges.nearest_neighbor_iter_with_distance_2(&probe.at))
        {
            if probe.at_least(flat_2) > nearest {
                break;
            }
            nearest = nearest.min(probe.metres(edge));
        }
        nearest
    }
}

/// Halfway between the southernmost and the northernmost vertex.
pub(super) fn middle_lat(areas: &[AreaShape]) -> f64 {
    let lats = areas
        .iter()
        .flat_map(|area| area.geometry.coords_iter())
        .map(|coord| coord.y);
    let (south, north) = lats.fold((90.0_f64, -90.0_f64), |(south, north), lat| {
        (south.min(lat), north.max(lat))
    });
    f64::midpoint(south, north)
}
