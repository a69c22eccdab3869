-- Tasks, attempts, idempotency keys, notices, paused queues.

-- Numbers and short texts first, and what can be large last. Texts are compared byte by byte: a
-- change of the system's collations does no harm to an index. What a handler said is kept as bytes,
-- for it may hold what a text must not (U+0000).
CREATE TABLE tasks (
  seq             bigint PRIMARY KEY,
  id              text COLLATE "C" NOT NULL UNIQUE,
  queue           text COLLATE "C" NOT NULL,
  lane            text COLLATE "C" NOT NULL,
  shard           smallint NOT NULL,
  status          smallint NOT NULL,
  priority        smallint NOT NULL,
  attempts        integer NOT NULL,
  max_attempts    integer NOT NULL,
  version         bigint NOT NULL,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  due_date        timestamptz,
  started_at      timestamptz,
  finished_at     timestamptz,
  next_attempt_at timestamptz,
  fingerprint     bytea,
  traceparent     text NOT NULL,
  title           text NOT NULL,
  last_error      bytea,
  description     text NOT NULL,
  payload         text NOT NULL,
  result          text
);
CREATE INDEX tasks_pending ON tasks (seq) INCLUDE (shard, queue, lane, priority) WHERE status <= 1;
CREATE INDEX tasks_finished ON tasks (finished_at) WHERE status >= 2;
CREATE INDEX tasks_dead ON tasks (seq) INCLUDE (queue) WHERE status = 3;

-- The last place that was given to a task.
CREATE SEQUENCE tasks_seq MINVALUE 0 START 0;

-- Whoever draws numbers keeps all others from it until the commit, so that numbers grow in the order
-- of commits: who has read all up to one of them has not missed any. The lock is "ordq" in ASCII, and
-- which schema's it is.
CREATE FUNCTION hold_order() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(x'6f726471'::integer,
                               ('tasks_seq'::regclass::oid::bigint & 2147483647)::integer)
$$;

-- The last place that was given. The next ones are ours, until the commit.
CREATE FUNCTION hold_places() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hold_order();
  RETURN (SELECT last_value FROM tasks_seq);
END
$$;

-- An attempt under way touches only a small row beside the task: nothing of the task itself, and
-- no index of it, is written until it has ended.
CREATE TABLE active (
  seq             bigint PRIMARY KEY,
  state           smallint NOT NULL,
  attempts        integer NOT NULL,
  version         bigint NOT NULL,
  updated_at      timestamptz NOT NULL,
  started_at      timestamptz,
  next_attempt_at timestamptz,
  lease_until     timestamptz,
  lease_ms        bigint,
  lease           text,
  last_error      bytea
);
CREATE TABLE attempts (
  seq         bigint NOT NULL,
  number      integer NOT NULL,
  outcome     smallint NOT NULL,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  error       bytea,
  PRIMARY KEY (seq, number)
);

CREATE TABLE idempotency_keys (
  key         text COLLATE "C" PRIMARY KEY,
  task_id     text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (recorded_at);

-- How many tasks of each queue are in each status, as changes to be summed up: each commit adds its
-- own, so that no row is everybody's. What one store has added is put together by it now and then.
CREATE TABLE tallies (
  store     text COLLATE "C" NOT NULL,
  turn      bigint NOT NULL,
  queue     text COLLATE "C" NOT NULL,
  queued    bigint NOT NULL,
  running   bigint NOT NULL,
  succeeded bigint NOT NULL,
  dead      bigint NOT NULL,
  cancelled bigint NOT NULL,
  PRIMARY KEY (store, turn, queue)
);
-- What was done, for who lost the connection before it was answered: only one can be the first to
-- write the row of a turn, he who does it or he who gives it up.
CREATE TABLE commits (
  store        text COLLATE "C" NOT NULL,
  turn         bigint NOT NULL,
  done         boolean NOT NULL,
  tasks_before bigint,
  PRIMARY KEY (store, turn)
);

CREATE TABLE paused_queues (queue text COLLATE "C" PRIMARY KEY);
CREATE TABLE notices (
  n    bigint PRIMARY KEY,
  at   timestamptz NOT NULL,
  kind text NOT NULL,
  data text NOT NULL
);
CREATE TABLE last_notice (n bigint NOT NULL);
INSERT INTO last_notice VALUES (0);
CREATE TABLE channels (name text COLLATE "C" PRIMARY KEY, told bigint NOT NULL);
