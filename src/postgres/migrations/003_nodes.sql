-- Nodes, and which lanes are whose.

-- A node is a process from its start to its end, or until it is given up: it must say in time that
-- it lives. Time is the database's. Whoever removes a node waits for the transaction that it has
-- under way, and after that none of its attempts counts.
CREATE TABLE nodes (
  id         text COLLATE "C" PRIMARY KEY,
  name       text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  draining   boolean NOT NULL DEFAULT false
);

-- Lanes in groups (see src/domain/lane_shard.h), each with its owner. The epoch grows with every
-- owner: what an earlier one says of its attempts is refused. A lease lasts as long as its owner.
CREATE TABLE lane_leases (
  shard smallint PRIMARY KEY,
  owner text COLLATE "C",
  epoch bigint NOT NULL
);
INSERT INTO lane_leases SELECT shard, NULL, 0 FROM generate_series(0, 255) AS shard;

-- For people.
CREATE VIEW lanes_held AS
  SELECT l.shard, l.epoch, n.id AS owner, n.name, n.expires_at
  FROM lane_leases l JOIN nodes n ON n.id = l.owner;
