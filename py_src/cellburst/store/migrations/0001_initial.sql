-- The tables of a run store. Times are wall seconds since 1970; bodies are MessagePack.
-- A checksum is XXH3-64 shifted right by one, so that it fits a signed integer.

CREATE TABLE store (              -- exactly one row
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id BLOB NOT NULL,             -- 16 random bytes; a copy of the store gets others
    inode INTEGER NOT NULL,       -- of the file when it was made: how a copy is told from its original
    epoch INTEGER NOT NULL,       -- of the controller that may write
    commits INTEGER NOT NULL      -- how many there have been: how a lost log is noticed
);

CREATE TABLE notices (            -- what happened to the store as a whole
    number INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    message TEXT NOT NULL
);

CREATE TABLE runs (               -- what a list of runs shows
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT UNIQUE,              -- NULL if the submitter gave none
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    submitted REAL NOT NULL,
    started REAL,
    ended REAL,
    notebook TEXT NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    running INTEGER NOT NULL DEFAULT 0,
    succeeded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_time ON runs (submitted, id);

CREATE TABLE submissions (        -- the whole run as it was submitted
    run INTEGER PRIMARY KEY REFERENCES runs (number) ON DELETE CASCADE,
    body BLOB NOT NULL,
    checksum INTEGER NOT NULL
);

CREATE TABLE outcomes (           -- one row for each task and generation, never changed
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    facts BLOB NOT NULL,          -- what a table of tasks shows
    value BLOB,
    failure BLOB,
    checksum INTEGER NOT NULL,    -- of facts, value and failure, seeded with idx
    outputs BLOB,                 -- NULL: in files, or there were none
    PRIMARY KEY (run, idx, generation)
) WITHOUT ROWID;

CREATE TABLE generations (        -- only of tasks whose generation is above 1
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (run, idx)
) WITHOUT ROWID;

CREATE TABLE attempts (           -- only those that ended without ending their task
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    loss TEXT,                    -- NULL: the user's own exception
    message TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (run, idx, generation, attempt)
) WITHOUT ROWID;

CREATE TABLE leases (             -- one row for each batch of tasks that a worker was given
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    at REAL NOT NULL,
    indices BLOB NOT NULL         -- those that have an outcome since are not taken out
);
CREATE INDEX leases_by_run ON leases (run);

CREATE TABLE timeline (
    sequence INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    idx INTEGER NOT NULL,         -- -1: the run as a whole
    message TEXT NOT NULL,
    UNIQUE (run, at, kind, idx, message)
);

CREATE TABLE blob_refs (          -- every blob that a run, its values or its exceptions need
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (run, digest)
) WITHOUT ROWID;
