/**
 * The pipeline from order to result: two functions, the state machine of pipelines/orders.asl.json,
 * and the schedule that starts it every hour.
 */
import { ArnFormat, CfnOutput, SecretValue } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledgeResource } from '../constructs/acknowledge';
import { addLog } from '../constructs/log';
import { ordersDefinition } from '../constructs/orders-definition';
import { OrdoFunction } from '../constructs/ordo-function';
import * as permissions from '../constructs/permissions';
import { Rollout } from '../constructs/rollout';
import { ScheduledCall } from '../constructs/scheduled-call';
import { removalPolicy } from '../config/removal';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import type { SharedResources } from './shared-stack';

export interface PipelineStackProps extends EnvironmentStackProps {
  readonly shared: SharedResources;
}

const oneHourSeconds = 3600;

export class PipelineStack extends EnvironmentStack {
  readonly collectResults: OrdoFunction;
  readonly storeResult: OrdoFunction;
  readonly stateMachine: sfn.StateMachine;
  private readonly stateMachineRole: iam.Role;

  constructor(scope: Construct, id: string, private readonly props: PipelineStackProps) {
    super(scope, id, 'ordo: from order to result', props);
    const rollout = new Rollout(this, 'Rollout', props);
    this.collectResults = this.addCollectResults(rollout);
    this.storeResult = this.addStoreResult(rollout);
    this.stateMachineRole = new iam.Role(this, 'StateMachineRole', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    this.stateMachine = this.addStateMachine();
    this.letItRunItsMap();
    new ScheduledCall(this, 'Hourly', {
      schedule: 'rate(1 hour)',
      description: 'ordo: asks the auction about pending orders',
      targetArn: this.stateMachine.stateMachineArn,
      permission: [
        new iam.PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [this.stateMachine.stateMachineArn],
        }),
      ],
      maximumAgeSeconds: oneHourSeconds,
      shared: props.shared,
    });
    new CfnOutput(this, 'CollectResultsFunction', {
      value: this.collectResults.function.functionName,
    });
    new CfnOutput(this, 'StoreResultFunction', { value: this.storeResult.function.functionName });
    new CfnOutput(this, 'StateMachineArn', { value: this.stateMachine.stateMachineArn });
  }

  private addCollectResults(rollout: Rollout): OrdoFunction {
    const { shared } = this.props;
    return new OrdoFunction(this, 'CollectResults', {
      ...this.props,
      handler: 'collect_results',
      description: 'ordo: asks the auction what became of pending orders',
      rollout,
      permissions: [
        ...permissions.readItems(shared.orders),
        ...permissions.putItems(shared.orders),
        ...permissions.query(shared.orders, ['by_number', 'by_lot']),
      ],
      environment: this.auctionEnvironment(),
    });
  }

  private auctionEnvironment(): Record<string, string> {
    const { auction } = this.props.settings;
    if (auction) {
      return {
        ORDO_AUCTION_URL: auction.url,
        // Stays in Secrets Manager until CloudFormation sets the variable; no template has it.
        ORDO_AUCTION_SECRET: SecretValue.secretsManager(auction.secretName).unsafeUnwrap(),
      };
    }
    const { notReadyRate, rejectRate, seed } = this.props.config.orders.simulator;
    return {
      ORDO_AUCTION_NOT_READY_RATE: String(notReadyRate),
      ORDO_AUCTION_REJECT_RATE: String(rejectRate),
      ORDO_AUCTION_SEED: String(seed),
    };
  }

  private addStoreResult(rollout: Rollout): OrdoFunction {
    const { shared } = this.props;
    const storeResult = new OrdoFunction(this, 'StoreResult', {
      ...this.props,
      handler: 'store_result',
      description: 'ordo: stores the result of an order',
      rollout,
      permissions: [
        // It looks first whether the result is there already.
        ...permissions.readObjects(shared.results),
        ...permissions.writeObjects(shared.results),
        ...permissions.readItem(shared.orders),
        ...permissions.encryptWith(shared.key),
      ],
    });
    acknowledgeResource(
      storeResult,
      `${shared.exportName(shared.results.bucketArn)}/*`,
      permissions.namesOfObjects,
    );
    return storeResult;
  }

  private addStateMachine(): sfn.StateMachine {
    const { config, shared } = this.props;
    const role = this.stateMachineRole;
    for (const statement of [
      ...permissions.invoke([
        this.collectResults.alias.functionArn,
        this.storeResult.alias.functionArn,
      ]),
      ...permissions.publishTo(shared.notifications),
      ...permissions.encryptWith(shared.key),
    ]) {
      role.addToPolicy(statement);
    }
    const definition = ordersDefinition({
      functions: {
        collect_results: this.collectResults.alias.functionArn,
        store_result: this.storeResult.alias.functionArn,
      },
      topics: { orders: shared.notifications.topicArn },
    });
    const stateMachine = new sfn.StateMachine(this, 'Orders', {
      definitionBody: sfn.DefinitionBody.fromString(this.toJsonString(definition)),
      role,
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ALL,
        // What is in orders stays out of the log.
        includeExecutionData: false,
        destination: addLog(this, 'Log', config, shared.key),
      },
      removalPolicy: removalPolicy(config),
    });
    acknowledgeResource(
      role,
      '*',
      'Traces (xray:*Trace*, sampling rules) and the delivery of logs (logs:*LogDelivery*, resource ' +
        'policies) know no resources; no other action of this role has a wildcard resource ' +
        '(test/permissions.test.ts).',
    );
    return stateMachine;
  }

  /** A distributed Map starts an execution of its own machine for each item, and watches it. */
  private letItRunItsMap(): void {
    const { stateMachine } = this;
    // Those of the machine itself, and those of its Map, whose names begin with the Map's label.
    const executions = [':*', '/*'].map(
      (names) =>
        this.formatArn({
          service: 'states',
          resource: 'execution',
          resourceName: stateMachine.stateMachineName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }) + names,
    );
    // A policy of its own: it names the machine, and the machine's role must be there before that.
    const policy = new iam.Policy(this, 'MapPolicy', {
      roles: [this.stateMachineRole],
      statements: [
        new iam.PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [stateMachine.stateMachineArn],
        }),
        new iam.PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
          resources: executions,
        }),
      ],
    });
    for (const arn of executions) {
      acknowledgeResource(
        policy,
        arn,
        'Executions get their names when they start; it is only those of this one state machine.',
      );
    }
  }
}
