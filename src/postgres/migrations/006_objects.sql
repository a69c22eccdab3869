-- Objects.

-- A key is kept as bytes, for lists go by them and may begin with any; for people it is
-- convert_from(key, 'UTF8'). A bucket is there as long as anything is in it. The version grows with
-- every put: one that was sent twice takes effect once, however late the first of the two arrives.
CREATE TABLE objects (
  bucket       text COLLATE "C" NOT NULL,
  key          bytea NOT NULL,
  version      bigint NOT NULL,
  modified_at  timestamptz NOT NULL,
  etag         text NOT NULL,
  content_type text NOT NULL,
  body         bytea NOT NULL,
  PRIMARY KEY (bucket, key)
);
