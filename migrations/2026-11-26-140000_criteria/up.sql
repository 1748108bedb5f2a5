-- What is judged at a check point (测评标准): versioned with the catalogue, and never changed once it is there.
CREATE TABLE criteria (
    id          uuid    CONSTRAINT criteria_pkey PRIMARY KEY,
    scheme      text    NOT NULL,
    version     text    NOT NULL,
    code        text    NOT NULL,
    name_zh     text    NOT NULL,
    name_en     text    NOT NULL,
    form        text    NOT NULL
        CONSTRAINT criteria_form_check CHECK (form IN ('absence', 'presence', 'count', 'ratio', 'wait', 'behaviour', 'content')),
    bound       text    CONSTRAINT criteria_bound_check CHECK (bound IN ('at_most', 'at_least')),
    limit_value integer CONSTRAINT criteria_limit_value_check CHECK (limit_value >= 0),
    per_m       integer CONSTRAINT criteria_per_m_check CHECK (per_m > 0),
    item        text,
    kinds       text[]  NOT NULL,
    exclusions  text[]  NOT NULL,
    CONSTRAINT criteria_code_key UNIQUE (scheme, version, code),
    CONSTRAINT criteria_version_fkey FOREIGN KEY (scheme, version) REFERENCES catalogue_versions (scheme, version),
    CONSTRAINT criteria_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code),
    CONSTRAINT criteria_standard_check CHECK (CASE form
        WHEN 'content' THEN num_nonnulls(bound, limit_value, per_m) = 0
        WHEN 'count' THEN num_nulls(bound, limit_value, per_m) = 0
        WHEN 'ratio' THEN num_nulls(bound, limit_value) = 0 AND per_m IS NULL
        ELSE bound IS NULL AND limit_value IS NOT NULL AND per_m IS NULL END)
);
COMMENT ON COLUMN criteria.limit_value IS 'number of things or cases; of a ratio percent, of a wait minutes';
COMMENT ON COLUMN criteria.per_m IS 'count: so many for each so many metres';
COMMENT ON COLUMN criteria.item IS 'the catalogue item that a fault against it is filed as';
COMMENT ON COLUMN criteria.kinds IS 'kinds of check points that it is judged at; empty: all';
COMMENT ON COLUMN criteria.exclusions IS 'reasons for which it may be left out of the score';
CREATE INDEX criteria_item_idx ON criteria (scheme, version, item);
CREATE TRIGGER criteria_append_only BEFORE UPDATE OR DELETE ON criteria FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What a report says of each criterion: facts, as append-only as the report.
CREATE TABLE observations (
    report_id    uuid    NOT NULL CONSTRAINT observations_report_id_fkey REFERENCES reports (id),
    criterion_id uuid    NOT NULL CONSTRAINT observations_criterion_id_fkey REFERENCES criteria (id),
    ordinal      smallint NOT NULL,
    verdict      text    NOT NULL CONSTRAINT observations_verdict_check CHECK (verdict IN ('met', 'not_met', 'excluded')),
    exclusion    text,
    amount       bigint  CONSTRAINT observations_amount_check CHECK (amount >= 0),
    out_of       bigint  CONSTRAINT observations_out_of_check CHECK (out_of > 0),
    finding_id   uuid    CONSTRAINT observations_finding_id_fkey REFERENCES findings (id),
    CONSTRAINT observations_pkey PRIMARY KEY (report_id, criterion_id),
    CONSTRAINT observations_excluded_check CHECK ((verdict = 'excluded') = (exclusion IS NOT NULL)),
    CONSTRAINT observations_lost_check CHECK ((verdict = 'not_met') = (finding_id IS NOT NULL))
);
COMMENT ON COLUMN observations.amount IS 'what was counted, or the seconds of a wait; null: judged by eye';
COMMENT ON COLUMN observations.out_of IS 'of how many (ratio), or over how many metres (count)';
COMMENT ON COLUMN observations.finding_id IS 'the fault of the same report by which the point was lost';
CREATE INDEX observations_criterion_id_idx ON observations (criterion_id);
CREATE INDEX observations_finding_id_idx ON observations (finding_id) WHERE finding_id IS NOT NULL;
CREATE TRIGGER observations_append_only BEFORE UPDATE OR DELETE ON observations FOR EACH ROW EXECUTE FUNCTION refuse_change();
