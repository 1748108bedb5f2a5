use xuncha::domain::geo::{Datum, Point, PointError, distance_m};

use super::point;

#[test]
fn numbers_that_are_no_position_are_refused() {
    assert_eq!(Point::new(90.1, 0.0), Err(PointError::Latitude(90.1)));
    assert_eq!(Point::new(0.0, -180.1), Err(PointError::Longitude(-180.1)));
    assert_eq!(
        Point::new(0.0, f64::INFINITY),
        Err(PointError::Longitude(f64::INFINITY))
    );
    assert!(matches!(
        Point::new(f64::NAN, 0.0),
        Err(PointError::Latitude(_))
    ));
    assert_eq!(
        Point::from_datum(Datum::Gcj02, 118.0, 37.4),
        Err(PointError::Latitude(118.0))
    );
    assert!(Point::new(-90.0, 180.0).is_ok());
}

#[test]
fn distance_is_that_of_the_ellipsoid() {
    let one_degree_north = distance_m(point(0.0, 0.0), point(1.0, 0.0));
    let one_degree_east = distance_m(point(0.0, 0.0), point(0.0, 1.0));
    assert!(
        (one_degree_north - 110_574.4).abs() < 0.1,
        "{one_degree_north}"
    );
    assert!(
        (one_degree_east - 111_319.5).abs() < 0.1,
        "{one_degree_east}"
    );
}
