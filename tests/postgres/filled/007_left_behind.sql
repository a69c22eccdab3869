-- What a program of schema 7 writes beside that: on which connection a node writes.
UPDATE nodes SET writer_pid = pg_backend_pid(),
  writer_since = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid());
