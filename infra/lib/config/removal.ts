/**
 * What becomes of what holds data when its stack is deleted.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { EnvironmentConfig } from './types';

/**
 * Kept, but not after a first deployment that failed: it holds nothing yet, and a fixed name that
 * is taken (of a queue, of the firewall's log) would fail the next try.
 */
export function removalPolicy(config: EnvironmentConfig): RemovalPolicy {
  return config.keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}

/**
 * Of what its own service protects from deletion where data is kept: it would refuse to go, and
 * the rollback of a first deployment would fail as well. CloudFormation makes the names of these:
 * the next try meets none of them.
 */
export function protectedRemovalPolicy(config: EnvironmentConfig): RemovalPolicy {
  return config.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
