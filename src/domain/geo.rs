//! Pure geography of the city: datums, points, the outlines of districts and zones, which of them a position lies in,
//! and whether they leave gaps or overlap. It knows outlines by their codes only; it may not know units, tickets or
//! where outlines are stored.

mod area;
mod datum;
mod index;
mod outline;
mod plane;
mod point;
mod topology;

pub use area::{AreaError, AreaFault, AreaKind, AreaShape, ParsedArea, parse_areas};
pub use datum::{Datum, UnknownDatum};
pub use index::{AreaIndex, Location, Nearby, TOUCH_M};
pub use outline::{OutlineError, outline_from_geojson, outline_to_geojson};
pub use point::{BoundingBox, Point, PointError, distance_m};
pub use topology::{Defect, NOISE_M2, OPEN_GAP_WIDTH_M, Topology, topology};
