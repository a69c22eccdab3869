/**
 * Who may do what, as statements that name each action and each resource. The grants of the
 * library are not used: they give whole families of actions (`kms:GenerateDataKey*`, `s3:List*`).
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { IndexName } from './record-table';

function allow(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources });
}

export function readItem(table: dynamodb.ITable): iam.PolicyStatement[] {
  return [allow(['dynamodb:GetItem'], [table.tableArn])];
}

export function readItems(table: dynamodb.ITable): iam.PolicyStatement[] {
  return [allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem'], [table.tableArn])];
}

/** Alone and in transactions, which have no action of their own. Nothing is ever deleted. */
export function putItems(table: dynamodb.ITable): iam.PolicyStatement[] {
  return [allow(['dynamodb:PutItem'], [table.tableArn])];
}

/** Sequences of tasks, numbers of orders: counters are all that is updated in place. */
export function drawNumbers(table: dynamodb.ITable): iam.PolicyStatement[] {
  return [allow(['dynamodb:UpdateItem'], [table.tableArn])];
}

export function query(table: dynamodb.ITable, indexes: IndexName[]): iam.PolicyStatement[] {
  return [
    allow(
      ['dynamodb:Query'],
      indexes.map((name) => `${table.tableArn}/index/${name}`),
    ),
  ];
}

const arns = (queues: readonly sqs.IQueue[]) => queues.map((queue) => queue.queueArn);

export function sendTo(queues: readonly sqs.IQueue[]): iam.PolicyStatement[] {
  return [allow(['sqs:SendMessage'], arns(queues))];
}

/** What Lambda does with a queue on behalf of a function, and the function with its messages. */
export function workOn(queues: readonly sqs.IQueue[]): iam.PolicyStatement[] {
  return [
    allow(
      [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ChangeMessageVisibility',
      ],
      arns(queues),
    ),
  ];
}

/** Look at messages and leave them where they are. */
export function peekInto(queues: readonly sqs.IQueue[]): iam.PolicyStatement[] {
  return [allow(['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'], arns(queues))];
}

export function publishTo(topic: sns.ITopic): iam.PolicyStatement[] {
  return [allow(['sns:Publish'], [topic.topicArn])];
}

/** Why what reads or writes objects has a wildcard. */
export const namesOfObjects =
  'Objects are named after orders, which nobody knows beforehand; it is only this one bucket.';

/** Whoever may not list a bucket is told 403, not 404, of an object that is not there. */
export function readObjects(bucket: s3.IBucket): iam.PolicyStatement[] {
  return [
    allow(['s3:GetObject'], [bucket.arnForObjects('*')]),
    allow(['s3:ListBucket'], [bucket.bucketArn]),
  ];
}

export function writeObjects(bucket: s3.IBucket): iam.PolicyStatement[] {
  return [allow(['s3:PutObject'], [bucket.arnForObjects('*')])];
}

/** For what reads data that the key protects. */
export function decryptWith(key: kms.IKey): iam.PolicyStatement[] {
  return [allow(['kms:Decrypt'], [key.keyArn])];
}

/** For what writes it: SQS, SNS and S3 ask for both. */
export function encryptWith(key: kms.IKey): iam.PolicyStatement[] {
  return [allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn])];
}

export function invoke(functionArns: readonly string[]): iam.PolicyStatement[] {
  return functionArns.length === 0 ? [] : [allow(['lambda:InvokeFunction'], [...functionArns])];
}

/** The ARN of what a queue's `lambda:` function names; undefined for one that is built in. */
export function userFunctionArn(scope: Construct, name: string): string | undefined {
  const [, target] = /^lambda:(.+)$/.exec(name) ?? [];
  if (!target) return undefined;
  if (target.startsWith('arn:')) return target;
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: target,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
