-- What processes leave behind that have ended.

-- When it was written: nobody asks for it any more after an hour.
ALTER TABLE commits ADD COLUMN at timestamptz NOT NULL DEFAULT now();

-- On which connection the node writes: one that was stopped in the middle of what it sends keeps its
-- locks, and so its lanes, until whoever misses it ends that connection.
ALTER TABLE nodes ADD COLUMN writer_pid integer;
ALTER TABLE nodes ADD COLUMN writer_since timestamptz;
