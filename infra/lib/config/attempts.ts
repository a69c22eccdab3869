/**
 * How often a task may be tried, and how often SQS may hand out its message.
 */

/** The most that SQS gives of a FIFO queue at once. */
export const batchSize = 10;

/**
 * Not the number of attempts: SQS counts each return of what waits behind a failed head as well.
 * Attempts are counted in the table; this is for a processor that cannot even start.
 */
export const maxReceiveCount = 1000;

/**
 * The last of a batch is received with each attempt of those before it, and then with its own: so
 * often at most, or SQS takes away tasks that nobody has tried. Less ten, which leaves a hundred
 * receives for processors that are cut off. src/lambda/settings.cc has the same limit.
 */
export const mostAttempts = maxReceiveCount / batchSize - 10;
