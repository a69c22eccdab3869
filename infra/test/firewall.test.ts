/**
 * The firewall before the API: where it stands, what it refuses, what it only counts, and its log.
 */
import { describe, expect, it } from 'vitest';
import { environments } from '../lib/config/environments';
import { logArn } from './support/log-arn';
import { everyEnvironment, resources, template } from './support/synthesise';

describe('the firewall', () => {
  it.each(everyEnvironment)('of $where', (environment) => {
    const found = template(environment, 'api');
    const wanted = environment.name === 'prod' ? 1 : 0;
    found.resourceCountIs('AWS::WAFv2::WebACL', wanted);
    found.resourceCountIs('AWS::WAFv2::WebACLAssociation', wanted);
    found.resourceCountIs('AWS::WAFv2::LoggingConfiguration', wanted);
    if (wanted === 0) return;
    found.hasResourceProperties('AWS::WAFv2::WebACL', {
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
    });
    found.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      LogDestinationConfigs: [logArn('FirewallLog')],
      RedactedFields: [
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'x-api-key' } },
      ],
    });
  });

  const found = template(everyEnvironment.find(({ name }) => name === 'prod')!, 'api');
  const [acl] = resources(found, 'AWS::WAFv2::WebACL');
  const rules = acl![1].Properties.Rules as Record<string, unknown>[];
  const ruleOf = (name: string) => rules.find(({ Name }) => Name === name)!;

  it('has its rules in this order, and shows each in the metrics', () => {
    expect(rules.map(({ Priority, Name }) => [Priority, Name])).toEqual([
      [0, 'RatePerAddress'],
      [1, 'AWSManagedRulesAmazonIpReputationList'],
      [2, 'AWSManagedRulesCommonRuleSet'],
      [3, 'AWSManagedRulesKnownBadInputsRuleSet'],
    ]);
    for (const { Name, VisibilityConfig } of rules) {
      expect(VisibilityConfig).toEqual({
        MetricName: Name,
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: true,
      });
    }
  });

  it('refuses an address with 429 beyond the limit of the configuration', () => {
    const { api } = environments.prod;
    expect(ruleOf('RatePerAddress')).toMatchObject({
      Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
      Statement: {
        RateBasedStatement: { AggregateKeyType: 'IP', Limit: api.firewallRequestsPerAddress },
      },
    });
    // WAF counts over five minutes; one address may not be all that the API takes.
    expect(api.firewallRequestsPerAddress).toBeLessThan(5 * 60 * api.ratePerSecond);
  });

  it.each([
    ['AWSManagedRulesAmazonIpReputationList', []],
    [
      'AWSManagedRulesCommonRuleSet',
      [
        'SizeRestrictions_BODY',
        'CrossSiteScripting_BODY',
        'GenericLFI_BODY',
        'GenericRFI_BODY',
        'EC2MetaDataSSRF_BODY',
        'RestrictedExtensions_URIPATH',
        'NoUserAgent_HEADER',
      ],
    ],
    ['AWSManagedRulesKnownBadInputsRuleSet', ['Log4JRCE_BODY', 'JavaDeserializationRCE_BODY']],
  ])('blocks by %s, but for what is data', (name, counted) => {
    const rule = ruleOf(name);
    // "None" overrides nothing: the rules of the group block.
    expect(rule.OverrideAction).toEqual({ None: {} });
    expect(rule.Statement).toEqual({
      ManagedRuleGroupStatement: {
        VendorName: 'AWS',
        Name: name,
        RuleActionOverrides: counted.map((one) => ({ Name: one, ActionToUse: { Count: {} } })),
      },
    });
  });

  it('stands before the stage of this API', () => {
    const [stage] = resources(found, 'AWS::ApiGateway::Stage');
    const [association] = resources(found, 'AWS::WAFv2::WebACLAssociation');
    const { Properties } = association![1];
    expect(Properties.WebACLArn).toEqual({ 'Fn::GetAtt': [acl![0], 'Arn'] });
    const { 'Fn::Join': join } = Properties.ResourceArn as { 'Fn::Join': [string, unknown[]] };
    const arn = join[1].slice(-4);
    expect(arn).toEqual([
      expect.stringMatching(/::\/restapis\/$/),
      stage![1].Properties.RestApiId,
      '/stages/',
      { Ref: stage![0] },
    ]);
  });

  it('has a log whose name WAF takes', () => {
    const names = resources(found, 'AWS::Logs::LogGroup').map(([, { Properties }]) =>
      JSON.stringify(Properties.LogGroupName),
    );
    expect(names.join()).toContain('aws-waf-logs-');
  });
});
