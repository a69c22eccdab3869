import { Match } from 'aws-cdk-lib/assertions';

/** Of a log group, without the `:*` that is at the end of what CloudFormation says. */
export function logArn(id: string): object {
  const named = { Ref: Match.stringLikeRegexp(`^${id}`) };
  const [partition, region, account] = ['Partition', 'Region', 'AccountId'].map((what) => ({
    Ref: `AWS::${what}`,
  }));
  return {
    'Fn::Join': ['', ['arn:', partition, ':logs:', region, ':', account, ':log-group:', named]],
  };
}
