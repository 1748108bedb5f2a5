-- Duties are kept in memory like the rest of the city: every ticket that was shown asked all of them.
INSERT INTO reference_stamps (topic, version) VALUES ('duties', 0);
