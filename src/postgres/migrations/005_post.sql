-- What nodes ask and tell each other, and who runs the pipelines.

-- A letter lies here until its receiver has taken it. Nobody relies on one: whoever asked gives up in
-- time. So nothing of this goes to the write-ahead log and no commit waits for the disk; after a
-- crash of the server the table is empty, and what was taken before it never comes back. Letters to
-- nodes that are no more are swept: a foreign key would lock the receiver's row, through the log, and
-- keep others from removing a node that has died for as long as somebody asks it.
CREATE UNLOGGED TABLE post (
  n        bigint GENERATED ALWAYS AS IDENTITY,
  receiver text COLLATE "C" NOT NULL,
  sender   text COLLATE "C" NOT NULL,
  kind     smallint NOT NULL,
  question bigint,
  code     smallint NOT NULL,
  body     bytea NOT NULL,
  PRIMARY KEY (receiver, n)
);
-- Too short a life to be worth compressing.
ALTER TABLE post ALTER COLUMN body SET STORAGE EXTERNAL;

-- Who has this runs the pipelines: a lease as those of lanes are.
INSERT INTO lane_leases VALUES (256, NULL, 0);
