DROP INDEX accounts_inspectors_idx;
