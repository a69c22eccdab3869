-- Executions of pipelines.

-- Kept once, however many executions have it.
CREATE TABLE definitions (
  digest bytea PRIMARY KEY,
  text   text NOT NULL
);

-- An execution's row is written when it begins and when it ends; what changes meanwhile is in
-- `running`, in its frames and in the history, a row a step. How one failed is kept as bytes, for a
-- handler's words may hold what a text must not (U+0000).
CREATE TABLE executions (
  n           bigint PRIMARY KEY,
  id          text COLLATE "C" NOT NULL UNIQUE,
  pipeline    text COLLATE "C" NOT NULL,
  name        text COLLATE "C" NOT NULL,
  status      smallint NOT NULL,
  redrives    integer NOT NULL,
  started_at  timestamptz NOT NULL,
  stopped_at  timestamptz,
  redriven_at timestamptz,
  last_event  bigint NOT NULL,
  definition  bytea NOT NULL,
  parent      text,
  error       bytea,
  cause       bytea,
  input       text NOT NULL,
  output      text,
  UNIQUE (pipeline, name)
);
CREATE INDEX executions_ended ON executions (stopped_at, n) WHERE status >= 1;
CREATE INDEX executions_failed ON executions (n) INCLUDE (pipeline, status) WHERE status >= 2;

CREATE TABLE running (
  n          bigint PRIMARY KEY,
  next_event bigint NOT NULL,
  deadline   timestamptz,
  wake_at    timestamptz,
  idle       boolean NOT NULL
);
CREATE TABLE frames (
  n    bigint NOT NULL,
  id   integer NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (n, id)
);
-- `first` is the id of the first of its events.
CREATE TABLE history (
  n      bigint NOT NULL,
  first  bigint NOT NULL,
  events text NOT NULL,
  PRIMARY KEY (n, first)
);
-- Whose row is gone, and who may have frames and events left: these go by and by.
CREATE TABLE forgotten (n bigint PRIMARY KEY);

CREATE TABLE firings (
  pipeline text COLLATE "C" PRIMARY KEY,
  at       timestamptz NOT NULL,
  schedule text NOT NULL
);
CREATE TABLE paused_pipelines (pipeline text COLLATE "C" PRIMARY KEY);

-- The last number that was given to an execution.
CREATE SEQUENCE executions_seq MINVALUE 0 START 0;

-- As hold_places().
CREATE FUNCTION hold_execution_numbers() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hold_order();
  RETURN (SELECT last_value FROM executions_seq);
END
$$;

ALTER TABLE commits ADD COLUMN executions_before bigint;
