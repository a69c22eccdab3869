/**
 * A table as both of ordo's are: a partition key alone, and two indexes that list records by
 * number, over all of them (in shelves) and within one lot.
 */
import type { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

export const ttlAttribute = 'expires_at';

const indexes = [
  { indexName: 'by_number', partition: 'shelf' },
  { indexName: 'by_lot', partition: 'lot' },
] as const;
export type IndexName = (typeof indexes)[number]['indexName'];

export interface RecordTableProps {
  readonly partitionKey: string;
  readonly keepData: boolean;
  readonly removalPolicy: RemovalPolicy;
}

export class RecordTable extends Construct {
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string, props: RecordTableProps) {
    super(scope, id);
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: props.partitionKey, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: ttlAttribute,
      // The account's own key for DynamoDB: one of ours would have to be granted to every caller
      // with kms:CreateGrant, which is more than it protects.
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      deletionProtection: props.keepData,
      removalPolicy: props.removalPolicy,
    });
    for (const { indexName, partition } of indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: partition, type: dynamodb.AttributeType.STRING },
        sortKey: { name: 'number', type: dynamodb.AttributeType.NUMBER },
        projectionType: dynamodb.ProjectionType.KEYS_ONLY,
      });
    }
  }
}
