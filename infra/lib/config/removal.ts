/**
 * What becomes of data when its stack is deleted.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { EnvironmentConfig } from './types';

export function removalPolicy(config: EnvironmentConfig): RemovalPolicy {
  return config.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
