/**
 * What holds data: how it is encrypted, that it is reached over TLS only, how long it is kept, and
 * the shape of tables and queues that the program relies on.
 */
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { environments } from '../lib/config/environments';
import { maxReceiveCount } from '../lib/config/attempts';
import {
  everyEnvironment,
  everyTemplate,
  type Resource,
  resources,
  stackNames,
  template,
} from './support/synthesise';

/** What CloudFormation does when something is deleted, and when it is replaced. */
function policies({ DeletionPolicy, UpdateReplacePolicy }: Resource): (string | undefined)[] {
  return [DeletionPolicy, UpdateReplacePolicy];
}

/** A first deployment that fails takes all with it: at the next try no fixed name is taken. */
function removed(keepData: boolean): string[] {
  return keepData ? ['RetainExceptOnCreate', 'Retain'] : ['Delete', 'Delete'];
}

const ourKey = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };

describe.each(everyEnvironment)('tables of $where', (environment) => {
  const shared = template(environment, 'shared');
  const { keepData } = environments[environment.name];
  const index = (name: string, partition: string) => ({
    IndexName: name,
    KeySchema: [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: 'number', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' },
  });

  it.each(['task_id', 'record_id'])('by %s', (partitionKey) => {
    shared.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: keepData ? 'Retain' : 'Delete',
      Properties: {
        KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
        AttributeDefinitions: [
          { AttributeName: partitionKey, AttributeType: 'S' },
          { AttributeName: 'shelf', AttributeType: 'S' },
          { AttributeName: 'number', AttributeType: 'N' },
          { AttributeName: 'lot', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [index('by_number', 'shelf'), index('by_lot', 'lot')],
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
        SSESpecification: { SSEEnabled: true },
        DeletionProtectionEnabled: keepData,
      },
    });
  });
});

describe.each(everyEnvironment)('queues of $where', (environment) => {
  const shared = template(environment, 'shared');
  const config = environments[environment.name];
  const fifo = {
    FifoQueue: true,
    ContentBasedDeduplication: false,
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    KmsMasterKeyId: ourKey,
    MessageRetentionPeriod: 1_209_600,
  };

  it('are a FIFO queue and its dead-letter queue for each that is configured', () => {
    const names = Object.keys(config.queues).length;
    shared.resourcePropertiesCountIs('AWS::SQS::Queue', fifo, 2 * names);
    shared.resourcePropertiesCountIs(
      'AWS::SQS::Queue',
      {
        ...fifo,
        VisibilityTimeout: 6 * config.functions.processor.timeoutSeconds,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] },
          maxReceiveCount,
        },
      },
      names,
    );
  });

  it('have dead-letter queues that take from their own queue alone', () => {
    const fifos = resources(shared, 'AWS::SQS::Queue').filter(([, { Properties }]) => Properties.FifoQueue);
    const dead = fifos.filter(([, { Properties }]) => !Properties.RedrivePolicy);
    expect(dead.length).toBe(Object.keys(config.queues).length);
    for (const [id, { Properties }] of dead) {
      const sources = fifos.filter(([, queue]) =>
        JSON.stringify(queue.Properties.RedrivePolicy ?? {}).includes(`"${id}"`),
      );
      expect(sources, id).toHaveLength(1);
      const queueName = sources[0]![1].Properties.QueueName as string;
      const account = [{ Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }];
      expect(Properties.RedriveAllowPolicy, id).toEqual({
        redrivePermission: 'byQueue',
        sourceQueueArns: [
          {
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, ':sqs:', ...account, `:${queueName}`],
            ],
          },
        ],
      });
    }
  });

  it('have names that SQS takes, of an environment each', () => {
    const names = resources(shared, 'AWS::SQS::Queue').map(([, { Properties }]) => Properties.QueueName);
    expect(names.filter(Boolean)).toEqual([`ordo-${environment.name}-shared-tasks.fifo`]);
    // The longest name of the application and of a queue.
    expect(`${'a'.repeat(20)}-prod-shared-${'q'.repeat(40)}.fifo`.length).toBeLessThanOrEqual(80);
  });

  it('stay where the data is kept', () => {
    const fifos = resources(shared, 'AWS::SQS::Queue').filter(
      ([, { Properties }]) => Properties.FifoQueue,
    );
    expect(fifos.length).toBe(2 * Object.keys(config.queues).length);
    for (const [id, queue] of fifos) expect(policies(queue), id).toEqual(removed(config.keepData));
  });
});

describe.each(everyEnvironment)('the outputs of $where', (environment) => {
  it('say where each queue and its dead-letter queue is', () => {
    const shared = template(environment, 'shared');
    const queues = new Map(resources(shared, 'AWS::SQS::Queue'));
    const outputs = shared.findOutputs('*') as Record<string, { Value: { Ref: string } }>;
    const queueOf = (output: string) => queues.get(outputs[output]!.Value.Ref)!.Properties;
    // The Ref of a queue is its URL.
    for (const name of Object.keys(environments[environment.name].queues)) {
      const live = queueOf(`QueueUrl${name}`);
      expect(live.QueueName).toBe(`ordo-${environment.name}-shared-${name}.fifo`);
      const { deadLetterTargetArn } = live.RedrivePolicy as {
        deadLetterTargetArn: { 'Fn::GetAtt': [string, string] };
      };
      const { Ref } = outputs[`DeadLetterQueueUrl${name}`]!.Value;
      expect(deadLetterTargetArn['Fn::GetAtt']).toEqual([Ref, 'Arn']);
    }
    expect(queueOf('ScheduleDeadLetterQueueUrl').RedriveAllowPolicy).toEqual({
      redrivePermission: 'denyAll',
    });
  });
});

describe.each(everyEnvironment)('the dead-letter queue of the schedules of $where', (environment) => {
  it('takes from no queue', () => {
    template(environment, 'shared').hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: Match.absent(),
      RedriveAllowPolicy: { redrivePermission: 'denyAll' },
    });
  });
});

describe.each(everyEnvironment)('the bucket of results of $where', (environment) => {
  const shared = template(environment, 'shared');
  const { keepData } = environments[environment.name];

  it('stays where the data is kept, and so does the log of its accesses', () => {
    const buckets = resources(shared, 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const [id, bucket] of buckets) expect(policies(bucket), id).toEqual(removed(keepData));
  });

  it('is encrypted, versioned, private, and its accesses are written down', () => {
    shared.hasResource('AWS::S3::Bucket', {
      Properties: Match.objectLike({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: { KMSMasterKeyID: ourKey, SSEAlgorithm: 'aws:kms' },
            },
          ],
        },
        LoggingConfiguration: { DestinationBucketName: { Ref: Match.anyValue() } },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    });
  });

  it('is emptied with its stack only where the data is not kept', () => {
    shared.resourceCountIs('Custom::S3AutoDeleteObjects', keepData ? 0 : 2);
  });
});

describe('everything that holds data, in every template', () => {
  const templates = everyTemplate();
  const each = (type: string) =>
    templates.flatMap(([name, found]) =>
      resources(found, type).map(([id, resource]) => ({ where: `${name}: ${id}`, found, id, resource })),
    );

  it('has buckets that are encrypted and that nobody outside can read', () => {
    for (const { where, resource } of each('AWS::S3::Bucket')) {
      expect(resource.Properties.BucketEncryption, where).toBeDefined();
      expect(resource.Properties.PublicAccessBlockConfiguration, where).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
  });

  it('has queues and topics under our key', () => {
    for (const type of ['AWS::SQS::Queue', 'AWS::SNS::Topic']) {
      for (const { where, resource } of each(type)) {
        expect(JSON.stringify(resource.Properties.KmsMasterKeyId), where).toMatch(/"Key[0-9A-F]{8}"/);
      }
    }
  });

  it('has keys that change by themselves every year', () => {
    for (const { where, resource } of each('AWS::KMS::Key')) {
      expect(resource.Properties.EnableKeyRotation, where).toBe(true);
    }
  });

  it('has logs under our key that end some day', () => {
    for (const { where, resource } of each('AWS::Logs::LogGroup')) {
      expect(resource.Properties.KmsKeyId, where).toBeDefined();
      expect(resource.Properties.RetentionInDays, where).toBeGreaterThan(0);
    }
  });

  it('has no log but those: what writes one has it before its service would make it', () => {
    const ofLog = (found: Template, value: unknown): void => {
      const { Ref } = value as { Ref: string };
      expect(resources(found, 'AWS::Logs::LogGroup').map(([id]) => id)).toContain(Ref);
    };
    for (const { where, found, resource } of each('AWS::Lambda::Function')) {
      expect(resource.Properties.LoggingConfig, where).toBeDefined();
      ofLog(found, (resource.Properties.LoggingConfig as { LogGroup: unknown }).LogGroup);
    }
    for (const { where, found, resource } of each('AWS::CodeBuild::Project')) {
      expect(resource.Properties.LogsConfig, where).toMatchObject({
        CloudWatchLogs: { Status: 'ENABLED' },
      });
      const { CloudWatchLogs } = resource.Properties.LogsConfig as {
        CloudWatchLogs: { GroupName: unknown };
      };
      ofLog(found, CloudWatchLogs.GroupName);
    }
    for (const { where, resource } of each('AWS::StepFunctions::StateMachine')) {
      const { Destinations } = resource.Properties.LoggingConfiguration as {
        Destinations: unknown[];
      };
      expect(JSON.stringify(Destinations), where).toMatch(/^\[\{.*"Fn::GetAtt":\["Log\w+","Arn"\]/);
    }
  });

  it.each([
    ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket', 's3:*'],
    ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues', 'sqs:*'],
    ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics', 'sns:'],
  ])('is reached over TLS only: %s', (type, policyType, property, action) => {
    const all = each(type);
    expect(all.length).toBeGreaterThan(0);
    for (const { where, found, id } of all) {
      const denials = resources(found, policyType)
        .filter(([, { Properties }]) => JSON.stringify(Properties[property]).includes(`"${id}"`))
        .map(([, { Properties }]) => Properties.PolicyDocument as { Statement: object[] })
        .flatMap(({ Statement }) => Statement.map((statement) => JSON.stringify(statement)))
        .filter((statement) => statement.includes('"Effect":"Deny"') && statement.includes(action));
      const condition = '"Condition":{"Bool":{"aws:SecureTransport":"false"}}';
      expect(denials.some((denial) => denial.includes(condition)), where).toBe(true);
    }
  });
});

describe.each(everyEnvironment)('the key of $where', (environment) => {
  it('lets alarms and logs of this account use it, and nobody else', () => {
    const [key] = resources(template(environment, 'shared'), 'AWS::KMS::Key');
    const { Statement } = key![1].Properties.KeyPolicy as {
      Statement: { Sid?: string; Condition?: object }[];
    };
    const [root, ...others] = Statement;
    expect(JSON.stringify(root)).toContain(':root');
    expect(others.map(({ Sid }) => Sid)).toEqual(['AlarmsReachTheTopic', 'LogsAreWritten']);
    for (const statement of others) expect(JSON.stringify(statement.Condition)).toContain('AccountId');
  });
});


describe.each(everyEnvironment)('where data is kept in $where', (environment) => {
  const { keepData } = environments[environment.name];
  const ofType = (type: string) =>
    stackNames.flatMap((stack) => resources(template(environment, stack), type));

  it('the key stays, and every log', () => {
    const keys = ofType('AWS::KMS::Key');
    const logs = ofType('AWS::Logs::LogGroup');
    expect(keys).toHaveLength(1);
    // Those of the six functions, the authorizer, the API (two) and the pipeline, at least.
    expect(logs.length).toBeGreaterThanOrEqual(10);
    for (const [id, made] of [...keys, ...logs]) {
      expect(policies(made), id).toEqual(removed(keepData));
    }
  });

  it('what is protected from deletion stays even after a first deployment that failed', () => {
    const tables = ofType('AWS::DynamoDB::Table');
    const pools = ofType('AWS::Cognito::UserPool');
    expect(tables).toHaveLength(2);
    expect(pools).toHaveLength(1);
    for (const [, { Properties }] of tables) {
      expect(Properties.DeletionProtectionEnabled).toBe(keepData);
    }
    for (const [, { Properties }] of pools) {
      expect(Properties.DeletionProtection).toBe(keepData ? 'ACTIVE' : 'INACTIVE');
    }
    for (const [id, made] of [...tables, ...pools]) {
      const kept = keepData ? 'Retain' : 'Delete';
      expect(policies(made), id).toEqual([kept, kept]);
      // The next try makes another one: no name is taken.
      expect(made.Properties, id).not.toHaveProperty('TableName');
      expect(made.Properties, id).not.toHaveProperty('UserPoolName');
    }
  });

  it('what has a fixed name is gone after a first deployment that failed', () => {
    const names = ['QueueName', 'LogGroupName', 'BucketName', 'TopicName'];
    const named = stackNames
      .flatMap((stack) => {
        const { Resources } = template(environment, stack).toJSON();
        return Object.entries(Resources as Record<string, Partial<Resource>>);
      })
      .filter(([, { Properties = {} }]) => names.some((name) => name in Properties));
    const ids = named.map(([id]) => id).join();
    expect(ids).toMatch(/^Queuetasks/);
    expect(ids.includes('FirewallLog')).toBe(environments[environment.name].api.webFirewall);
    for (const [id, { DeletionPolicy }] of named) expect(DeletionPolicy, id).not.toBe('Retain');
  });
});
