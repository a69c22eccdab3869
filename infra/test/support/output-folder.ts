/**
 * A folder for what tests synthesise, gone when they are done.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

export default function setup(): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'ordo-infra-'));
  process.env.ORDO_INFRA_TEST_FOLDER = folder;
  return () => {
    rmSync(folder, { recursive: true });
  };
}
