-- The official calendar (法定节假日与调休), whole, as imported; the newest row is in force.
CREATE TABLE calendars (
    id          uuid        CONSTRAINT calendars_pkey PRIMARY KEY,
    known_until date        NOT NULL,
    source      text        NOT NULL,
    data        jsonb       NOT NULL,
    imported_at timestamptz NOT NULL
);
CREATE INDEX calendars_imported_at_idx ON calendars (imported_at DESC);
