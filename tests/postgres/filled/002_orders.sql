-- What a program of schema 2 writes beside that: an order that waits, and two that are settled.
WITH held AS MATERIALIZED (SELECT hold_order_numbers() AS before)
INSERT INTO orders (n, record_id, status, accepted_at, expires_at, settled_by, parameter_2,
                    parameter_1)
SELECT held.before + u.place, '{run}-' || u.id, u.status, timestamptz '2026-01-02 03:04:05.678+00',
       timestamptz '2126-01-02 03:04:05.678+00', u.settled_by, u.parameter_2, u.parameter_1
FROM held, (VALUES
  (1, 'waits', 0, ''::bytea, '4.0', ''),
  (2, 'accepted', 1, '\x00'::bytea || convert_to('{run}', 'UTF8'), '40e-1', 'abc'),
  (3, 'rejected', 2, ''::bytea, '-5', '世界')
) AS u (place, id, status, settled_by, parameter_2, parameter_1);
SELECT setval('orders_seq', last_value + 3) FROM orders_seq;
