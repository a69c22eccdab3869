-- What a program of schema 1 writes: two tasks that wait, one under way, one that is to be tried
-- again, and one of each way to end. Places are drawn as it draws them.
WITH held AS MATERIALIZED (SELECT hold_places() AS before)
INSERT INTO tasks (seq, id, queue, lane, shard, status, priority, attempts, max_attempts, version,
                   created_at, updated_at, due_date, fingerprint, traceparent, title, description,
                   payload)
SELECT held.before + u.place, '{run}-' || u.id, u.queue, u.lane, u.shard, 0, u.priority, 0, 3, 1,
       u.created_at, u.created_at, u.due_date, u.fingerprint, u.traceparent, u.title,
       'for {run}', u.payload
FROM held, (VALUES
  (1, 'waits', 'tasks', 'main', 189, 1, timestamptz '2026-01-02 03:04:05.678+00', NULL::timestamptz,
   '\x000102030405060708090a0b0c0d0eff'::bytea, '', 'waits', '{"n":1}'),
  (2, 'waits-elsewhere', 'mail', 'ä', 232, 2, '2026-01-02 03:04:06+00', '2030-01-01 00:00:00+00',
   NULL, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'Ünïcode 世界', '{}'),
  (3, 'runs', 'tasks', 'main', 189, 1, '2026-01-02 03:04:07+00', NULL, NULL, '', 'runs', '{}'),
  (4, 'tries-again', 'tasks', 'main', 189, 0, '2026-01-02 03:04:08+00', NULL, NULL, '', 'again',
   '{}'),
  (5, 'succeeded', 'tasks', 'main', 189, 1, '2026-01-02 03:04:09+00', NULL, NULL, '', 'done', '{}'),
  (6, 'died', 'tasks', 'main', 189, 1, '2026-01-02 03:04:10+00', NULL, NULL, '', 'dead', '{}'),
  (7, 'cancelled', 'tasks', 'main', 189, 1, '2026-01-02 03:04:11+00', NULL, NULL, '', 'no more',
   '{}')
) AS u (place, id, queue, lane, shard, priority, created_at, due_date, fingerprint, traceparent,
        title, payload);
SELECT setval('tasks_seq', last_value + 7) FROM tasks_seq;

INSERT INTO active (seq, state, attempts, version, updated_at, started_at, next_attempt_at,
                    lease_until, lease_ms, lease, last_error)
SELECT seq, 1, 1, 2, timestamptz '2026-01-02 04:00:00+00', timestamptz '2026-01-02 04:00:00+00',
       NULL::timestamptz, timestamptz '2026-01-02 04:01:00+00', 60000, 'lease-{run}', NULL::bytea
FROM tasks WHERE id = '{run}-runs'
UNION ALL
SELECT seq, 0, 1, 3, '2026-01-02 04:00:01+00', '2026-01-02 04:00:00+00', '2026-01-02 05:00:00+00',
       NULL, NULL, NULL, '\x453a2000ff'::bytea
FROM tasks WHERE id = '{run}-tries-again';
UPDATE tasks t SET status = u.status, attempts = u.attempts, version = 3, updated_at = u.at,
                   started_at = u.started_at, finished_at = u.at, last_error = u.last_error,
                   result = u.result
FROM (VALUES
  ('succeeded', 2, 1, timestamptz '2026-01-02 04:00:02+00', timestamptz '2026-01-02 04:00:00+00',
   NULL::bytea, '{"ok":true}'),
  ('died', 3, 1, '2026-01-02 04:00:03+00', '2026-01-02 04:00:00+00', '\x453a2000'::bytea, NULL),
  ('cancelled', 4, 0, '2026-01-02 04:00:04+00', NULL, NULL, NULL)
) AS u (id, status, attempts, at, started_at, last_error, result)
WHERE t.id = '{run}-' || u.id;
INSERT INTO attempts (seq, number, outcome, started_at, finished_at, error)
SELECT t.seq, 1, u.outcome, timestamptz '2026-01-02 04:00:00+00', u.finished_at, u.error
FROM tasks t JOIN (VALUES
  ('tries-again', 2, timestamptz '2026-01-02 04:00:01+00', '\x453a2000ff'::bytea),
  ('succeeded', 1, '2026-01-02 04:00:02+00', NULL),
  ('died', 2, '2026-01-02 04:00:03+00', '\x453a2000')
) AS u (id, outcome, finished_at, error) ON t.id = '{run}-' || u.id;

INSERT INTO idempotency_keys (key, task_id, fingerprint, recorded_at)
VALUES ('key-{run}', '{run}-waits', '\x000102030405060708090a0b0c0d0eff', '2026-01-02 03:04:05+00');
INSERT INTO tallies (store, turn, queue, queued, running, succeeded, dead, cancelled)
VALUES ('{run}', 1, 'tasks', 2, 1, 1, 1, 1), ('{run}', 1, 'mail', 1, 0, 0, 0, 0);
INSERT INTO commits (store, turn, done, tasks_before)
SELECT '{run}', 1, true, last_value - 7 FROM tasks_seq;
INSERT INTO paused_queues (queue) VALUES ('paused-{run}') ON CONFLICT DO NOTHING;
WITH drawn AS (UPDATE last_notice SET n = n + 1 RETURNING n)
INSERT INTO notices (n, at, kind, data)
SELECT n, '2026-01-02 04:00:03+00', 'task.dead', '{"task":"{run}-died"}' FROM drawn;
INSERT INTO channels (name, told) VALUES ('channel-{run}', 1)
ON CONFLICT (name) DO UPDATE SET told = greatest(channels.told, 1);
