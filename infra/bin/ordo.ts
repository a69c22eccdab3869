/**
 * What the `cdk` command starts.
 */
import { App } from 'aws-cdk-lib';
import { ConfigurationError } from '../lib/config/configuration-error';
import { addOrdo } from '../lib/app';

try {
  addOrdo(new App());
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  // It says itself what is wrong; a stack trace would hide it.
  console.error(error.message);
  process.exit(1);
}
