DROP TABLE ownership_rulings;
