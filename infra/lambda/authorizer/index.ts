/**
 * What Lambda starts.
 */
import { makeHandler } from './handler';

export const handler = makeHandler({
  env: process.env,
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  log: (line) => {
    console.log(line);
  },
});
