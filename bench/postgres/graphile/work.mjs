// The same work on graphile-worker, in the schema that it is told: jobs are added in batches, and
// run by a task that does nothing. Prints one line of JSON.
import pg from "pg";
import { EventEmitter } from "node:events";
import { Logger, makeWorkerUtils, run } from "graphile-worker";

const { url, schema, tasks, batch, lanes, window, concurrency, localQueue, named } = JSON.parse(
  process.argv[2],
);
const logger = new Logger(() => () => {});
// A thousandth of a second apart: jobs of one lane begin by the time that they are to run at, and
// those of one call have the same unless it is given.
const epoch = Date.parse("2020-01-01");
const addJobs = `SELECT count(*) FROM ${schema}.add_jobs(ARRAY(
  SELECT json_populate_record(NULL::${schema}.job_spec, o) FROM json_array_elements($1::json) o))`;

function specsOf(first, count) {
  const specs = [];
  for (let number = first; number < first + count; ++number) {
    const lane = number % lanes;
    specs.push({
      identifier: "nothing",
      payload: { lane, number, invoice: 123456, amount: 19.99 },
      queue_name: named ? `lane-${lane}` : null,
      run_at: new Date(epoch + number).toISOString(),
      max_attempts: 3,
    });
  }
  return JSON.stringify(specs);
}

// Whether each lane's jobs ran one after the other, in their order.
const running = new Set();
const last = new Map();
let disorder = 0;
let done = 0;
const listeners = [];
const events = new EventEmitter();
events.on("job:start", ({ job }) => {
  const { lane, number } = job.payload;
  if (running.has(lane) || (last.get(lane) ?? -1) >= number) ++disorder;
  running.add(lane);
  last.set(lane, number);
});
// It is complete in the database, too, unless that is done in batches.
events.on("job:complete", ({ job }) => {
  running.delete(job.payload.lane);
  ++done;
  for (const hear of listeners.splice(0)) hear();
});
const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => listeners.push(resolve));
};

const pool = new pg.Pool({ connectionString: url, max: concurrency + 6 });
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", () => {}));
const utils = await makeWorkerUtils({ pgPool: pool, schema, logger });
await utils.migrate();

async function accept(first, count) {
  for (let sent = 0; sent < count; sent += batch) {
    await pool.query(addJobs, [specsOf(first + sent, Math.min(batch, count - sent))]);
  }
}

async function live(first, count) {
  const before = done;
  for (let sent = 0; sent < count; ) {
    const some = Math.min(batch, count - sent);
    await until(() => sent + some <= window + done - before);
    await pool.query(addJobs, [specsOf(first + sent, some)]);
    sent += some;
  }
  await until(() => done - before >= count);
}

async function rate(count, work) {
  const began = performance.now();
  await work();
  return count / ((performance.now() - began) / 1000);
}

const few = Math.ceil(tasks / 20);
const result = {};
await accept(0, few);
result.accepts = await rate(tasks, () => accept(few, tasks));
await pool.query(`TRUNCATE ${schema}._private_jobs`);
const runner = await run({
  pgPool: pool,
  events,
  logger,
  noHandleSignals: true,
  preset: {
    worker: {
      schema,
      concurrentJobs: concurrency,
      pollInterval: 1000,
      ...(localQueue > 0 ? { localQueue: { size: localQueue }, completeJobBatchDelay: 0 } : {}),
    },
  },
  taskList: { nothing: async () => {} },
});
const next = tasks + few;
await live(next, few);
result.lives = await rate(tasks, () => live(next + few, tasks));
result.disorder = disorder;
await runner.stop();
await utils.release();
await pool.end();
console.log(JSON.stringify(result));
process.exit(0);
