/**
 * What rings, when, and that somebody hears it; and that the dashboard shows every part.
 */
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { environments } from '../lib/config/environments';
import { everyEnvironment, resources, stackNames, synthesise, template } from './support/synthesise';

describe.each(everyEnvironment)('alarms of $where', (environment) => {
  const config = environments[environment.name];
  const found = template(environment, 'monitoring');
  const above = { ComparisonOperator: 'GreaterThanThreshold' };

  it('ring for dead letters, by the metric of the monitor', () => {
    found.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...above,
      Namespace: `ordo-${environment.name}`,
      MetricName: 'DeadLetters',
      Dimensions: [{ Name: 'Queue', Value: 'tasks' }],
      Statistic: 'Maximum',
      Threshold: 0,
    });
  });

  it('ring when the monitor falls silent, and not before it has spoken', () => {
    const topic = [{ 'Fn::ImportValue': Match.stringLikeRegexp('RefAlarms') }];
    found.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: `ordo-${environment.name}`,
      MetricName: 'DeadLetters',
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 5,
      // Begins without data and tells of nothing; goes back there when data ends, and tells.
      TreatMissingData: 'missing',
      InsufficientDataActions: topic,
    });
  });

  it('of nothing else ring because there is no data', () => {
    for (const stack of stackNames) {
      const all = resources(template(environment, stack), 'AWS::CloudWatch::Alarm');
      for (const [id, { Properties }] of all) {
        expect(Properties.TreatMissingData, id).not.toBe('breaching');
        const silent = id.startsWith('MonitorSilent');
        expect(Properties.InsufficientDataActions !== undefined, id).toBe(silent);
      }
    }
  });

  it('ring when tasks wait too long', () => {
    found.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...above,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: config.queues.tasks!.oldestTaskAlarmSeconds,
    });
  });

  it.each([
    ['5XXError', 'Statistic', 'Sum', 0],
    ['Latency', 'ExtendedStatistic', 'p99', config.api.latencyAlarmMs],
  ])('ring for the API: %s', (metric, kind, statistic, threshold) => {
    found.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...above,
      Namespace: 'AWS/ApiGateway',
      MetricName: metric,
      Dimensions: [{ Name: 'ApiName', Value: `ordo-${environment.name}-api` }],
      [kind]: statistic,
      Threshold: threshold,
    });
  });

  it.each(['ExecutionsFailed', 'ExecutionsTimedOut'])('ring for the pipeline: %s', (metric) => {
    found.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...above,
      Namespace: 'AWS/States',
      MetricName: metric,
    });
  });

  it('ring when a schedule could not start something', () => {
    found.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...above,
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::ImportValue': Match.stringLikeRegexp('ScheduleDeadLetters') },
        },
      ],
    });
  });

  it('tell the topic when they ring and when they stop, and say what is wrong', () => {
    for (const stack of stackNames) {
      for (const [id, { Properties }] of resources(template(environment, stack), 'AWS::CloudWatch::Alarm')) {
        expect(JSON.stringify(Properties.AlarmActions), id).toMatch(/RefAlarms/);
        expect(Properties.OKActions, id).toEqual(Properties.AlarmActions);
        expect(Properties.AlarmDescription, id).toMatch(/^.{20,}$/);
      }
    }
  });
});

describe.each(everyEnvironment)('the topic of alarms of $where', (environment) => {
  it('takes alarms of this account', () => {
    template(environment, 'shared').hasResourceProperties('AWS::SNS::TopicPolicy', {
      Topics: [{ Ref: Match.stringLikeRegexp('^Alarms') }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });
});

describe.each(everyEnvironment)('the dashboard of $where', (environment) => {
  const [board] = resources(template(environment, 'monitoring'), 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(board![1].Properties.DashboardBody);

  it.each(['API: latency', 'Queue tasks: dead letters', 'Functions: errors', 'Pipeline of orders'])(
    'shows %s',
    (title) => {
      expect(body).toContain(title);
    },
  );

  it('shows all six functions', () => {
    for (const id of ['Api', 'Processor', 'Announce', 'DeadLetters', 'CollectResults', 'StoreResult']) {
      expect(body).toContain(`\\"label\\":\\"${id}\\"`);
    }
  });
});

describe('an e-mail address of the context', () => {
  it('hears the alarms', () => {
    const { templates } = synthesise({ alarmEmail: 'people@example.org' });
    templates.get('shared')!.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'people@example.org',
      TopicArn: { Ref: Match.stringLikeRegexp('^Alarms') },
    });
  });
});
