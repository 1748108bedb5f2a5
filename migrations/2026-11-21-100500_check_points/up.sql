-- Check points (点位) and their kinds (点位类型).
CREATE TABLE check_point_kinds (
    code    text CONSTRAINT check_point_kinds_pkey PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO check_point_kinds (code, name_zh, name_en) VALUES
    ('K01', '政务大厅', 'government service hall'),
    ('K02', '医院', 'hospital'),
    ('K03', '宾馆饭店', 'hotel or restaurant'),
    ('K04', '商场超市', 'mall or supermarket'),
    ('K05', '长途汽车站', 'coach station'),
    ('K06', '火车站', 'railway station'),
    ('K07', '公交站台', 'bus stop'),
    ('K08', '影剧院', 'cinema or theatre'),
    ('K09', '营业厅', 'utility service hall'),
    ('K10', '中小学校', 'school'),
    ('K11', '校园周边', 'surroundings of a school'),
    ('K12', '网吧', 'internet café'),
    ('K13', '主次干道', 'main or secondary road'),
    ('K14', '商业大街', 'shopping street'),
    ('K15', '主要交通路口', 'major crossing'),
    ('K16', '背街小巷', 'back street or lane'),
    ('K17', '街道办', 'street office'),
    ('K18', '社区居委会', 'community committee'),
    ('K19', '老旧小区', 'old residential compound'),
    ('K20', '小区', 'residential compound'),
    ('K21', '集贸市场', 'market'),
    ('K22', '公园', 'park'),
    ('K23', '公共广场', 'public square'),
    ('K24', '景区', 'scenic area'),
    ('K25', '公厕', 'public toilet'),
    ('K26', '建筑工地', 'construction site'),
    ('K27', '环卫中转站', 'waste transfer station'),
    ('K28', '文明实践中心', 'civilisation practice centre'),
    ('K29', '城乡接合部', 'urban-rural fringe'),
    ('K30', '乡镇主街', 'township main street');

CREATE TABLE check_points (
    id            uuid             CONSTRAINT check_points_pkey PRIMARY KEY,
    code          text             NOT NULL CONSTRAINT check_points_code_key UNIQUE,
    name_zh       text             NOT NULL,
    name_en       text             NOT NULL DEFAULT '',
    kind          text             NOT NULL CONSTRAINT check_points_kind_fkey REFERENCES check_point_kinds (code),
    address       text             NOT NULL DEFAULT '',
    raw_lat       double precision NOT NULL,
    raw_lon       double precision NOT NULL,
    datum         text             NOT NULL CONSTRAINT check_points_datum_check CHECK (datum IN ('wgs84', 'gcj02', 'bd09')),
    lat           double precision NOT NULL,
    lon           double precision NOT NULL,
    owner_unit_id uuid             CONSTRAINT check_points_owner_unit_id_fkey REFERENCES units (id),
    valid_from    timestamptz      NOT NULL,
    valid_until   timestamptz
);
COMMENT ON COLUMN check_points.lat IS 'canonical WGS-84, converted once from (raw_lat, raw_lon, datum)';
CREATE INDEX check_points_kind_idx ON check_points (kind);
CREATE INDEX check_points_owner_unit_id_idx ON check_points (owner_unit_id);
