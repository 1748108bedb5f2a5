DROP TABLE filing_conditions;
DROP TABLE catalogue_items;
DROP TABLE catalogue_versions;
