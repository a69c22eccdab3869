-- What a program of schema 4 writes beside that: an execution that runs, and one that failed.
INSERT INTO definitions (digest, text) VALUES ('\x00ff', '{"StartAt":"A"}') ON CONFLICT DO NOTHING;
WITH held AS MATERIALIZED (SELECT hold_execution_numbers() AS before)
INSERT INTO executions (n, id, pipeline, name, status, redrives, started_at, stopped_at,
                        redriven_at, last_event, definition, parent, error, cause, input, output)
SELECT held.before + u.place, 'p/{run}-' || u.name, 'p', '{run}-' || u.name, u.status, 0,
       timestamptz '2026-01-02 03:04:05.678+00', u.stopped_at, NULL, u.last_event, '\x00ff'::bytea,
       NULL, u.error, u.cause, '{"for":"{run}"}', NULL
FROM held, (VALUES
  (1, 'runs', 0, NULL::timestamptz, 0, NULL::bytea, NULL::bytea),
  (2, 'failed', 2, '2026-01-02 04:00:00+00', 2, '\x4500'::bytea, '\x7768790aff'::bytea)
) AS u (place, name, status, stopped_at, last_event, error, cause);
INSERT INTO running (n, next_event, deadline, wake_at, idle)
SELECT last_value + 1, 3, timestamptz '2126-01-01 00:00:00+00',
       timestamptz '2126-01-01 00:00:00+00', false FROM executions_seq;
INSERT INTO frames (n, id, text) SELECT last_value + 1, 0, '{"frame":"{run}"}' FROM executions_seq;
INSERT INTO history (n, first, events)
SELECT last_value + u.n, 1, '{"id":1,"type":"ExecutionStarted"},{"id":2,"of":"{run}"}'
FROM executions_seq, (VALUES (1), (2)) AS u (n);
SELECT setval('executions_seq', last_value + 2) FROM executions_seq;
INSERT INTO firings (pipeline, at, schedule)
VALUES ('p-{run}', '2026-01-02 03:04:05.678+00', 'rate(5 minutes)');
INSERT INTO paused_pipelines (pipeline) VALUES ('p-{run}') ON CONFLICT DO NOTHING;
INSERT INTO commits (store, turn, done, tasks_before, executions_before)
SELECT '{run}', 2, true, t.last_value, e.last_value FROM tasks_seq t, executions_seq e;
