/**
 * The firewall before the API in production: rules that AWS keeps up to date, and a limit for each
 * address.
 */
import { Aws } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/types';
import { addLog, destinationArn } from '../constructs/log';

export interface WebFirewallProps {
  readonly config: EnvironmentConfig;
  readonly encryptionKey: kms.IKey;
  /** The stage that it stands before. */
  readonly stageArn: string;
}

/**
 * Rules that only count here: a body is a task of any shape, and what looks like an attack on a web
 * page is data in it; an id may end like a file's name; a client need not name itself. The program
 * validates everything itself.
 */
const countedOnly = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
  'RestrictedExtensions_URIPATH',
  'NoUserAgent_HEADER',
];
const countedBadInputs = ['Log4JRCE_BODY', 'JavaDeserializationRCE_BODY'];

function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

function managedRules(
  name: string,
  priority: number,
  counted: readonly string[] = [],
): wafv2.CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(name),
  };
}

export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id);
    const acl = new wafv2.CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('WebFirewall'),
      rules: [
        {
          name: 'RatePerAddress',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: props.config.api.firewallRequestsPerAddress,
            },
          },
          visibilityConfig: visibility('RatePerAddress'),
        },
        managedRules('AWSManagedRulesAmazonIpReputationList', 1),
        managedRules('AWSManagedRulesCommonRuleSet', 2, countedOnly),
        managedRules('AWSManagedRulesKnownBadInputsRuleSet', 3, countedBadInputs),
      ],
    });
    new wafv2.CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.stageArn,
      webAclArn: acl.attrArn,
    });
    // WAF takes only log groups whose names begin so.
    const log = addLog(
      this,
      'Log',
      props.config,
      props.encryptionKey,
      `aws-waf-logs-${Aws.STACK_NAME}`,
    );
    new wafv2.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [destinationArn(log)],
      // Tokens and keys stay out of the log.
      redactedFields: [
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'x-api-key' } },
      ],
    });
  }
}
