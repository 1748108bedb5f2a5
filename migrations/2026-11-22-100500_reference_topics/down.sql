DELETE FROM reference_stamps WHERE topic IN ('catalogue', 'check_points', 'policies', 'rulings', 'units');
