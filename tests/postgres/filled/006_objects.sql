-- What a program of schema 6 writes beside that: an object.
INSERT INTO objects AS o (bucket, key, version, modified_at, etag, content_type, body)
VALUES ('results', convert_to('{run}/ä.bin', 'UTF8'), 1, '2026-01-02 03:04:05.678+00',
        md5('\x00ff'::bytea), 'application/octet-stream', '\x00ff')
ON CONFLICT (bucket, key) DO UPDATE SET version = excluded.version,
  modified_at = excluded.modified_at, etag = excluded.etag, content_type = excluded.content_type,
  body = excluded.body WHERE o.version = 0;
