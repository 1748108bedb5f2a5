//! Reference data: areas, units, catalogue, check points and calendars; read by everybody, imported by administrators,
//! and held in memory where routing and deadlines need it.

mod areas;
pub mod cache;
mod calendars;
mod criteria;
pub mod import;
mod items;
mod points;
mod switch_off;
mod units;

pub use areas::{
    AreaView, DefectOwner, DefectView, TopologyView, list_areas, own_defect, read_topology,
};
pub use calendars::{list_calendars, read_current_calendar};
pub use criteria::list_criteria;
pub use items::{ItemsQuery, list_items};
pub use points::{PointView, PointsQuery, get_point, list_point_kinds, list_points};
pub use switch_off::switch_off_unit;
pub use units::{UnitsQuery, get_unit, list_units};

/// The city's civil time: 北京时间.
pub const CITY_ZONE: &str = "Asia/Shanghai";
