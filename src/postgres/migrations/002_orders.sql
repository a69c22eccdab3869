-- Orders.

-- Who settled an order is kept as bytes, for a call's name may hold what a text must not (U+0000).
CREATE TABLE orders (
  n           bigint PRIMARY KEY,
  record_id   text COLLATE "C" NOT NULL UNIQUE,
  status      smallint NOT NULL,
  accepted_at timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  settled_by  bytea NOT NULL,
  parameter_2 text NOT NULL,
  parameter_1 text NOT NULL
);
CREATE INDEX orders_expiry ON orders (expires_at, n);
CREATE INDEX orders_pending ON orders (n, expires_at) WHERE status = 0;
CREATE INDEX orders_settled ON orders (settled_by) WHERE settled_by <> '';

-- The last number that was given to an order.
CREATE SEQUENCE orders_seq MINVALUE 0 START 0;

-- As hold_places().
CREATE FUNCTION hold_order_numbers() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hold_order();
  RETURN (SELECT last_value FROM orders_seq);
END
$$;
