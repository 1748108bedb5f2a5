-- People and what they log in with. A device is the phone; a session is one login on it.
CREATE TABLE accounts (
    id            uuid        CONSTRAINT accounts_pkey PRIMARY KEY,
    username      text        NOT NULL CONSTRAINT accounts_username_key UNIQUE
        CONSTRAINT accounts_username_check CHECK (username = lower(username) AND username <> ''),
    display_name  text        NOT NULL,
    password_hash text        NOT NULL,
    role          text        NOT NULL
        CONSTRAINT accounts_role_check CHECK (role IN ('inspector', 'officer', 'clerk', 'supervisor', 'sponsor', 'auditor', 'admin')),
    unit_id       uuid        CONSTRAINT accounts_unit_id_fkey REFERENCES units (id),
    active        boolean     NOT NULL DEFAULT true,
    demo          boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    CONSTRAINT accounts_unit_check CHECK (role NOT IN ('officer', 'sponsor') OR unit_id IS NOT NULL)
);
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id, PHC string';
COMMENT ON COLUMN accounts.demo IS 'made by --demo: a server without --demo refuses such a login';
CREATE INDEX accounts_unit_id_idx ON accounts (unit_id);

CREATE TABLE devices (
    id           uuid        CONSTRAINT devices_pkey PRIMARY KEY,
    account_id   uuid        NOT NULL CONSTRAINT devices_account_id_fkey REFERENCES accounts (id),
    name         text        NOT NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL
);
COMMENT ON COLUMN devices.id IS 'made by the phone at its first start';
CREATE INDEX devices_account_id_idx ON devices (account_id);

CREATE TABLE sessions (
    id            uuid        CONSTRAINT sessions_pkey PRIMARY KEY,
    account_id    uuid        NOT NULL CONSTRAINT sessions_account_id_fkey REFERENCES accounts (id),
    device_id     uuid        CONSTRAINT sessions_device_id_fkey REFERENCES devices (id),
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    revoke_reason text
        CONSTRAINT sessions_revoke_reason_check CHECK (revoke_reason IN ('logout', 'token_reuse', 'account_changed')),
    CONSTRAINT sessions_revoked_check CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL))
);
COMMENT ON COLUMN sessions.expires_at IS 'slides with every refresh';
CREATE INDEX sessions_account_id_idx ON sessions (account_id);
CREATE INDEX sessions_device_id_idx ON sessions (device_id);

CREATE TABLE refresh_tokens (
    hash        bytea       CONSTRAINT refresh_tokens_pkey PRIMARY KEY,
    session_id  uuid        NOT NULL CONSTRAINT refresh_tokens_session_id_fkey REFERENCES sessions (id) ON DELETE CASCADE,
    parent_hash bytea       CONSTRAINT refresh_tokens_parent_hash_fkey REFERENCES refresh_tokens (hash) ON DELETE CASCADE,
    issued_at   timestamptz NOT NULL,
    used_at     timestamptz
);
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of every refresh token of a session; a token is never stored in clear';
COMMENT ON COLUMN refresh_tokens.used_at IS 'first time it was presented; a parent presented after a child was used is the theft alarm';
CREATE INDEX refresh_tokens_session_id_idx ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_parent_hash_idx ON refresh_tokens (parent_hash);
