DROP TABLE findings;
DROP TABLE report_amendments;
DROP TABLE reports;
