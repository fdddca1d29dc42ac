-- Every statement of the run store. "-- name" opens one; the line below says what it is for.

-- name: fence
-- Count a commit, if this epoch may still write.
UPDATE store SET commits = commits + 1 WHERE epoch = :epoch;

-- name: identity
-- The one row about the store itself.
SELECT id, inode, epoch, commits FROM store;

-- name: create_store
-- The first row of a fresh store.
INSERT INTO store (only, id, inode, epoch, commits) VALUES (1, :id, :inode, 0, 0);

-- name: take_epoch
-- From now on only the controller of this epoch writes.
UPDATE store SET epoch = :epoch, commits = commits + 1;

-- name: become_own
-- This file is a store of its own and no copy.
UPDATE store SET id = :id, inode = :inode;

-- name: add_notice
-- Something happened to the store as a whole.
INSERT INTO notices (at, message) VALUES (:at, :message);

-- name: notices
-- What happened to the store as a whole, oldest first.
SELECT at, message FROM notices ORDER BY number;

-- name: insert_run
-- A run was submitted; a known id or key changes nothing.
INSERT OR IGNORE INTO runs (id, key, name, target, state, submitted, notebook, code, count, open)
VALUES (:id, :key, :name, :target, 'queued', :submitted, :notebook, :code, :count, :open);

-- name: insert_submission
-- The whole run as it was submitted.
INSERT INTO submissions (run, body, checksum) VALUES (:run, :body, :checksum);

-- name: insert_blob_refs
-- Blobs that this run needs.
INSERT OR IGNORE INTO blob_refs (run, digest, size) VALUES (?, ?, ?);

-- name: insert_outcomes
-- How tasks ended; the first outcome of a task and generation stands.
INSERT OR IGNORE INTO outcomes (run, idx, generation, kind, facts, value, failure, checksum, outputs)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_spans
-- Neighbours that ended alike.
INSERT INTO spans (run, first, stop, generation, kind, facts, failure, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_part
-- Tasks were added to a run; a known key or first task changes nothing.
INSERT OR IGNORE INTO parts (run, start, count, key, view, given, checksum)
VALUES (:run, :start, :count, :key, :view, :given, :checksum);

-- name: insert_kept
-- Successes that may be found by their keys.
INSERT OR REPLACE INTO kept (key, run, idx, at) VALUES (?, ?, ?, ?);

-- name: delete_kept
-- A task is run again: what it gave before is not found any more.
DELETE FROM kept WHERE run = ? AND idx = ?;

-- name: has_kept
-- Whether anything that a run gave is found by its key.
SELECT EXISTS (SELECT 1 FROM kept WHERE run = ?);

-- name: insert_attempt
-- An attempt ended and its task goes on.
INSERT OR IGNORE INTO attempts (run, idx, generation, attempt, worker, loss, message, at)
VALUES (:run, :idx, :generation, :attempt, :worker, :loss, :message, :at);

-- name: set_generations
-- Tasks are run again.
INSERT INTO generations (run, idx, generation, at) VALUES (?, ?, ?, ?)
ON CONFLICT (run, idx) DO UPDATE SET generation = excluded.generation, at = excluded.at;

-- name: insert_lease
-- A worker was given tasks.
INSERT INTO leases (run, attempt, worker, at, indices) VALUES (:run, :attempt, :worker, :at, :indices);

-- name: shrink_lease
-- Some of its tasks are no longer the worker's.
UPDATE leases SET indices = :indices WHERE number = :number;

-- name: delete_lease
-- None of its tasks is the worker's any more.
DELETE FROM leases WHERE number = :number;

-- name: put_machine
-- A machine of a run is as told now.
INSERT INTO machines (run, name, live, price, billed, ended, body, checksum)
VALUES (:run, :name, :live, :price, :billed, :ended, :body, :checksum)
ON CONFLICT (run, name) DO UPDATE SET live = excluded.live, price = excluded.price, billed = excluded.billed,
    ended = excluded.ended, body = excluded.body, checksum = excluded.checksum;

-- name: machines
-- Every machine of a run.
SELECT body, checksum FROM machines WHERE run = :run;

-- name: has_machines
-- Whether a run ever had machines of its own.
SELECT 1 FROM machines WHERE run = ? LIMIT 1;

-- name: live_machines
-- Machines of all runs that may still cost something.
SELECT body, checksum FROM machines WHERE live;

-- name: meters
-- What the machines of each of these runs cost: base + rate * now / 3600 dollars, and those in their first minute.
SELECT runs.id,
    SUM(price / 3600 * CASE WHEN machines.ended IS NULL THEN -billed ELSE MAX(60, machines.ended - billed) END) AS base,
    SUM(CASE WHEN machines.ended IS NULL THEN price ELSE 0 END) AS rate,
    group_concat(CASE WHEN machines.ended IS NULL AND billed > :now - 60 THEN (billed + 60) || ' ' || price END) AS fresh
FROM machines JOIN runs ON runs.number = machines.run
WHERE billed IS NOT NULL AND runs.id IN (SELECT value FROM json_each(:runs)) GROUP BY runs.id;

-- name: all_meters
-- The same of every run that has had machines.
SELECT runs.id,
    SUM(price / 3600 * CASE WHEN machines.ended IS NULL THEN -billed ELSE MAX(60, machines.ended - billed) END) AS base,
    SUM(CASE WHEN machines.ended IS NULL THEN price ELSE 0 END) AS rate,
    group_concat(CASE WHEN machines.ended IS NULL AND billed > :now - 60 THEN (billed + 60) || ' ' || price END) AS fresh,
    SUM(checksum & 4294967295) AS mark
FROM machines JOIN runs ON runs.number = machines.run GROUP BY runs.id;

-- name: insert_line
-- A line of the timeline; the same line twice is one.
INSERT OR IGNORE INTO timeline (run, at, kind, idx, message) VALUES (:run, :at, :kind, :idx, :message);

-- name: update_run
-- Where a run is now.
UPDATE runs SET name = :name, state = :state, reason = :reason, started = :started, ended = :ended,
    open = :open, search = :search, count = :count, running = :running, succeeded = :succeeded, failed = :failed,
    cancelled = :cancelled, unknown = :unknown, pruned = :pruned
WHERE number = :number;

-- name: delete_run
-- A run and everything about it.
DELETE FROM runs WHERE number = :number;

-- name: run_row
-- A run by its id, as a list shows it.
SELECT number, id, name, target, state, reason, submitted, started, ended, notebook, code, count,
    running, succeeded, failed, cancelled, unknown, pruned, open, search
FROM runs WHERE id = :id;

-- name: run_rows
-- Runs, newest first.
SELECT number, id, name, target, state, reason, submitted, started, ended, notebook, code, count,
    running, succeeded, failed, cancelled, unknown, pruned, open
FROM runs ORDER BY submitted DESC, id DESC LIMIT :limit OFFSET :offset;

-- name: standings
-- Where every run is, without what never changes.
SELECT id, name, state, reason, started, ended, count, running, succeeded, failed, cancelled, unknown, pruned, open
FROM runs;

-- name: run_page
-- Runs before a moment and id, newest first, with what a list shows of their code.
SELECT number, id, name, target, state, reason, submitted, started, ended, notebook, substr(code, 1, 2000) AS code,
    count, running, succeeded, failed, cancelled, unknown, pruned
FROM runs
WHERE (submitted, id) < (:submitted, :id)
    AND (:states = '' OR instr(:states, ',' || state || ',') > 0)
    AND (:target = '' OR target = :target)
    AND (:text = '' OR instr(lower(id || char(10) || name || char(10) || notebook || char(10) || code), :text) > 0)
ORDER BY submitted DESC, id DESC LIMIT :limit;

-- name: live_counts
-- How much is going on.
SELECT COUNT(*) AS runs, COALESCE(SUM(count), 0) AS count, COALESCE(SUM(running), 0) AS running,
    COALESCE(SUM(succeeded), 0) AS succeeded, COALESCE(SUM(failed), 0) AS failed,
    COALESCE(SUM(cancelled), 0) AS cancelled, COALESCE(SUM(unknown), 0) AS unknown,
    COALESCE(SUM(pruned), 0) AS pruned
FROM runs WHERE state IN ('queued', 'running', 'cancelling');

-- name: run_version
-- What differs whenever the state of one of its tasks does: counts, and what moves tasks without changing a count.
SELECT state, started, ended, open, count, running, succeeded, failed, cancelled, unknown, pruned,
    (SELECT MAX(sequence) FROM timeline WHERE run = number),
    (SELECT COUNT(*) FROM leases WHERE run = number), (SELECT MAX(at) FROM leases WHERE run = number)
FROM runs WHERE id = :id;

-- name: never_again
-- Whether no task of a run was run again: "plain" below.
SELECT NOT EXISTS (SELECT 1 FROM generations WHERE run = :run);

-- name: ended_in_blocks
-- How many tasks of each 256 have ended.
SELECT idx / 256 AS block, COUNT(*) FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
GROUP BY block;

-- name: ended_between
-- Tasks that have ended.
SELECT idx FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
    AND idx >= :start AND idx < :stop;

-- name: ended_otherwise
-- Tasks that have ended and did not succeed.
SELECT idx, kind FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
    AND kind <> 'succeeded';

-- name: ended_with_text
-- Ended tasks in whose facts these bytes occur, ASCII letters in lower case; "says" then looks at the facts themselves.
SELECT idx FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
    AND instr(lower(CAST(facts AS TEXT)), :text) > 0 AND says(facts);

-- name: ended_facts
-- What is shown of tasks that have ended.
SELECT idx, facts FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1));

-- name: succeeded_facts
-- What is shown of tasks that have succeeded, in their order.
SELECT facts FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
    AND kind = 'succeeded'
ORDER BY idx;

-- name: ended_ascending
-- Chosen tasks that have ended, by what "sort_key" finds in their facts.
SELECT sort_key(facts) AS found, idx FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
    AND (:every OR chosen(idx))
ORDER BY found, idx LIMIT :limit OFFSET :offset;

-- name: ended_descending
-- The same from the other end; the index decides among equals as before.
SELECT sort_key(facts) AS found, idx FROM outcomes AS o
WHERE run = :run AND (:plain OR generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1))
    AND (:every OR chosen(idx))
ORDER BY found DESC, idx LIMIT :limit OFFSET :offset;

-- name: attempts_of_task
-- Attempts of a task that ended without ending it.
SELECT generation, attempt, worker, loss, message, at FROM attempts WHERE run = :run AND idx = :idx;

-- name: endings_of_task
-- How each generation of a task ended.
SELECT generation, kind, facts FROM outcomes WHERE run = :run AND idx = :idx;

-- name: run_by_key
-- The run of a submission.
SELECT id FROM runs WHERE key = :key;

-- name: runs_between
-- Ids from one text to another, newest first.
SELECT id FROM runs WHERE id >= :first AND id < :last ORDER BY submitted DESC, id DESC LIMIT 10;

-- name: live_ids
-- Runs that have not ended, oldest first.
SELECT id FROM runs WHERE state IN ('queued', 'running', 'cancelling') ORDER BY submitted, id;

-- name: submission
-- The whole run as it was submitted.
SELECT body, checksum FROM submissions WHERE run = :run;

-- name: part_views
-- What was added to a run behind a task, in order.
SELECT start, count, view, given, checksum FROM parts WHERE run = :run AND start >= :after ORDER BY start;

-- name: first_added
-- The first task that was added to a run.
SELECT min(start) FROM parts WHERE run = ?;

-- name: part_of_task
-- What was added to a run and has this task, if any has.
SELECT start, count, view, given, checksum FROM parts WHERE run = :run AND start <= :idx ORDER BY start DESC LIMIT 1;

-- name: part_by_key
-- What was added to a run under a key.
SELECT p.start FROM parts AS p JOIN runs AS r ON r.number = p.run WHERE r.id = :id AND p.key = :key;

-- name: kept_by_key
-- The successes of a key, newest first.
SELECT k.run, k.idx, r.id FROM kept AS k JOIN runs AS r ON r.number = k.run
WHERE k.key = ? ORDER BY k.at DESC, r.number DESC, k.idx DESC;

-- name: newest_outcome
-- The outcome of a task's newest generation with its outputs, if it has ended.
SELECT idx, generation, kind, facts, value, failure, checksum, outputs FROM outcomes AS o
WHERE run = :run AND idx = :idx AND generation = COALESCE((SELECT g.generation FROM generations AS g
        WHERE g.run = o.run AND g.idx = o.idx), 1);

-- name: outcome_states
-- Which tasks have ended, in every generation.
SELECT idx, generation, kind FROM outcomes WHERE run = :run;

-- name: generations
-- Tasks that were run again.
SELECT idx, generation, at FROM generations WHERE run = :run AND idx >= :start AND idx < :stop;

-- name: attempts
-- Attempts that ended without ending their task.
SELECT idx, generation, attempt, loss, worker FROM attempts WHERE run = :run AND idx >= :start AND idx < :stop;

-- name: leases
-- What workers were given, oldest first.
SELECT number, attempt, worker, at, indices FROM leases WHERE run = :run ORDER BY number;

-- name: spans
-- Tasks that ended alike, in every generation.
SELECT first, stop, generation, kind, facts, failure, checksum FROM spans
WHERE run = :run AND stop > :start AND first < :stop ORDER BY first, generation;

-- name: task_rows
-- What a table of tasks shows.
SELECT idx, generation, kind, facts FROM outcomes WHERE run = :run AND idx >= :start AND idx < :stop ORDER BY idx;

-- name: outcome_rows
-- Outcomes with their values, without their outputs.
SELECT idx, generation, kind, facts, value, failure, checksum FROM outcomes
WHERE run = :run AND idx >= :start AND idx < :stop ORDER BY idx, generation;

-- name: outcome_outputs
-- The attempt that ended a task, and its outputs if they are in the row.
SELECT facts, outputs FROM outcomes WHERE run = :run AND idx = :idx AND generation = :generation;

-- name: timeline
-- A run's timeline.
SELECT sequence, at, kind, message, idx FROM timeline WHERE run = :run AND sequence > :after ORDER BY sequence;

-- name: blob_digests
-- Every blob that any run needs.
SELECT DISTINCT digest FROM blob_refs;

-- name: blob_bytes
-- Bytes of all blobs that runs of this store need.
SELECT COALESCE(SUM(size), 0) FROM (SELECT DISTINCT digest, size FROM blob_refs);

-- name: ended_runs
-- Runs that retention may delete, oldest first.
SELECT number, id, ended FROM runs WHERE state IN ('succeeded', 'failed', 'cancelled') AND ended IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM machines WHERE run = number AND live)
ORDER BY ended, id;

-- name: run_blobs
-- The blobs that one run needs.
SELECT digest, size FROM blob_refs WHERE run = :run;

-- name: blob_users
-- How many runs need each blob that more than one run needs.
SELECT digest, COUNT(*) FROM blob_refs GROUP BY digest HAVING COUNT(*) > 1;

-- name: run_row_bytes
-- About how many bytes of rows one run has.
SELECT COALESCE(SUM(LENGTH(facts) + COALESCE(LENGTH(value), 0) + COALESCE(LENGTH(failure), 0)
    + COALESCE(LENGTH(outputs), 0) + 40), 0) + (SELECT LENGTH(body) FROM submissions WHERE run = :run)
    + (SELECT COALESCE(SUM(LENGTH(facts) + COALESCE(LENGTH(failure), 0) + 40), 0) FROM spans WHERE run = :run)
    + (SELECT COALESCE(SUM(LENGTH(view) + COALESCE(LENGTH(given), 0) + 40), 0) FROM parts WHERE run = :run)
FROM outcomes WHERE run = :run;

-- name: salvage_runs
-- What can still be read of the runs of a damaged store.
SELECT number, id, name, state, reason, started, ended FROM runs WHERE number > :after ORDER BY number;

-- name: salvage_submission
-- The same of a submission.
SELECT body, checksum FROM submissions WHERE run = :run;

-- name: salvage_outcomes
-- The same of outcomes.
SELECT idx, generation, kind, facts, value, failure, checksum, outputs FROM outcomes
WHERE run = :run AND idx > :after ORDER BY idx, generation;

-- name: salvage_spans
-- The same of tasks that ended alike.
SELECT first, stop, generation, kind, facts, failure, checksum FROM spans
WHERE run = :run AND first > :after ORDER BY first, generation;

-- name: salvage_open
-- Whether more tasks were to be added, and what a search decides by; older stores do not have these columns.
SELECT open, search FROM runs WHERE number = :run;

-- name: salvage_parts
-- The same of what was added to a run.
SELECT start, count, view, given, checksum, key FROM parts WHERE run = :run AND start > :after ORDER BY start;
