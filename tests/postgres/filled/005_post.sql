-- What a program of schema 5 writes beside that: a letter, and who runs the pipelines.
INSERT INTO post (receiver, sender, kind, question, code, body)
VALUES ('node-{run}', 'another', 1, 7, 0, '\x00ff');
UPDATE lane_leases SET owner = 'node-{run}', epoch = epoch + 1 WHERE shard = 256 AND owner IS NULL;
