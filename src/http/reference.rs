//! Reference data over HTTP: reading it, for everybody who is logged in, and importing it, for administrators.

mod dto;
pub mod get_point;
pub mod get_unit;
pub mod import;
pub mod list_areas;
pub mod list_calendars;
pub mod list_criteria;
pub mod list_items;
pub mod list_point_kinds;
pub mod list_points;
pub mod list_units;
pub mod own_defect;
pub mod read_current_calendar;
pub mod read_topology;
pub mod switch_off_unit;
