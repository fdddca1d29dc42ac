-- Runs that grow while they go on, tasks that end early, and results that are found again by a key.

ALTER TABLE runs ADD COLUMN open INTEGER NOT NULL DEFAULT 0;     -- 1: more tasks will be added
ALTER TABLE runs ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN search BLOB;                         -- what a search that was taken up again decides by, and since when

CREATE TABLE parts (              -- tasks that a run was given after it was submitted; never changed
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    start INTEGER NOT NULL,       -- the index of its first task
    count INTEGER NOT NULL,
    key TEXT,                     -- NULL if whoever added it gave none
    view BLOB NOT NULL,
    given BLOB,                   -- a pickle for each task; NULL if they have none
    checksum INTEGER NOT NULL,    -- of view and given, seeded with start
    UNIQUE (run, start),
    UNIQUE (run, key)
);

CREATE TABLE kept (               -- the successes that have a key, of the newest generation of each task
    key BLOB NOT NULL,            -- 16 bytes
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (key, run, idx)
) WITHOUT ROWID;
CREATE INDEX kept_by_run ON kept (run, idx);
