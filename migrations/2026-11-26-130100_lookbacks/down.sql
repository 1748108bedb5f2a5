DROP TABLE lookback_candidates;
DROP TABLE lookback_draws;
