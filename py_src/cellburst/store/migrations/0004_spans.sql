-- Tasks that ended alike, many in one row: code that does not know it would run those of a live run again.

CREATE TABLE spans (              -- neighbours that ended in the same way; never changed, and none of them has a row of outcomes
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    first INTEGER NOT NULL,
    stop INTEGER NOT NULL,        -- the one behind the last
    generation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    facts BLOB NOT NULL,          -- of each, as in outcomes
    failure BLOB,
    checksum INTEGER NOT NULL,    -- as of the first one's outcome, XOR stop
    PRIMARY KEY (run, first, generation)
) WITHOUT ROWID;
