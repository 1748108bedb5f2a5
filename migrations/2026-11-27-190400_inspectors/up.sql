-- Who may judge a ticket is asked of the inspectors, who are few among the accounts of a city.
CREATE INDEX accounts_inspectors_idx ON accounts (id) WHERE role = 'inspector';
