/**
 * A finding of cdk-nag that stays, and why: one rule, one place, one reason.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** `id` as cdk-nag prints it, such as `AwsSolutions-S1`. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

type Resolved = string | { readonly [intrinsic: string]: unknown };

/** An ARN as cdk-nag prints it: references in angle brackets. */
function printed(value: Resolved): string {
  if (typeof value === 'string') return value;
  const [intrinsic, argument] = Object.entries(value)[0]!;
  if (intrinsic === 'Fn::Join') {
    const [separator, parts] = argument as [string, Resolved[]];
    return parts.map(printed).join(separator);
  }
  if (intrinsic === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (intrinsic === 'Ref') return `<${argument as string}>`;
  throw new Error(`cdk-nag's form of ${JSON.stringify(value)} is not known here`);
}

/** That a policy under `scope` has a wildcard in a resource. */
export function acknowledgeResource(scope: IConstruct, arn: string, reason: string): void {
  const resource = printed(Stack.of(scope).resolve(arn) as Resolved);
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
}

/** That a role under `scope` has a policy which AWS manages, by its name. */
export function acknowledgeManagedPolicy(scope: IConstruct, name: string, reason: string): void {
  const { managedPolicyArn } = ManagedPolicy.fromAwsManagedPolicyName(name);
  const policy = printed(Stack.of(scope).resolve(managedPolicyArn) as Resolved);
  acknowledge(scope, `AwsSolutions-IAM4[Policy::${policy}]`, reason);
}
