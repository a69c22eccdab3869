-- What a program of schema 3 writes beside that: a node that lives and has a lane.
INSERT INTO nodes (id, name, expires_at)
VALUES ('node-{run}', 'machine', clock_timestamp() + interval '1 hour');
UPDATE lane_leases l SET owner = 'node-{run}', epoch = l.epoch + 1
FROM (SELECT shard FROM lane_leases WHERE owner IS NULL
      AND EXISTS (SELECT FROM nodes WHERE id = 'node-{run}')
      ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED) f WHERE l.shard = f.shard;
