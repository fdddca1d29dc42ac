-- Machines that exist for one run only.

CREATE TABLE machines (
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    name TEXT NOT NULL,           -- its own within the run
    live INTEGER NOT NULL,        -- 1: it may still cost something
    price REAL NOT NULL,          -- dollars an hour
    billed REAL,                  -- NULL: it has cost nothing yet
    ended REAL,
    body BLOB NOT NULL,
    checksum INTEGER NOT NULL,    -- of body
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE INDEX live_machines ON machines (run) WHERE live;
