/**
 * The HTTP side: the function `api` behind a REST API that asks for a token and a key, counts and
 * limits calls, writes each one down, and in production stands behind a firewall.
 */
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { Authorizer } from '../api/authorizer';
import { addGatewayResponses } from '../api/gateway-responses';
import { models, type ModelName, routes } from '../api/routes';
import { TokenIssuer } from '../api/token-issuer';
import { WebFirewall } from '../api/web-firewall';
import type { IssuerSettings } from '../config/settings';
import { acknowledge, acknowledgeManagedPolicy, acknowledgeResource } from '../constructs/acknowledge';
import { addLog, destinationArn } from '../constructs/log';
import { OrdoFunction } from '../constructs/ordo-function';
import * as permissions from '../constructs/permissions';
import { Rollout } from '../constructs/rollout';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import type { SharedResources } from './shared-stack';

export interface ApiStackProps extends EnvironmentStackProps {
  readonly shared: SharedResources;
}

const stageName = 'v1';

/** Headers that a page of an allowed origin may send. */
const corsHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-Api-Key',
  'X-Request-Id',
  'traceparent',
];

export class ApiStack extends EnvironmentStack {
  readonly handler: OrdoFunction;
  readonly restApi: apigateway.RestApi;

  constructor(scope: Construct, id: string, private readonly props: ApiStackProps) {
    super(scope, id, 'ordo: the HTTP API', props);
    this.handler = this.addHandler();
    this.restApi = this.addRestApi();
    this.addRoutes(this.issuer());
    addGatewayResponses(this.restApi, props.settings.corsOrigins);
    this.addUsagePlan();
    this.addFirewall();
    new CfnOutput(this, 'ApiUrl', { value: this.restApi.url });
    new CfnOutput(this, 'ApiFunction', { value: this.handler.function.functionName });
  }

  private addHandler(): OrdoFunction {
    const { shared, settings } = this.props;
    const queues = [...shared.queues.values()].map(({ queue }) => queue);
    const handler = new OrdoFunction(this, 'Api', {
      ...this.props,
      handler: 'api',
      description: 'ordo: answers the HTTP API',
      rollout: new Rollout(this, 'Rollout', this.props),
      failures: [
        {
          id: 'Failures',
          // The function answers 5xx, and has not failed by Lambda's books. By the API's name, for
          // the API is made of the function.
          metric: new cloudwatch.Metric({
            namespace: 'AWS/ApiGateway',
            metricName: '5XXError',
            dimensionsMap: { ApiName: this.stackName },
            statistic: cloudwatch.Stats.SUM,
            period: Duration.minutes(1),
          }),
          description: 'it answers that it fails',
        },
      ],
      permissions: [
        ...[shared.tasks, shared.orders].flatMap((table) => [
          ...permissions.readItems(table),
          ...permissions.putItems(table),
          ...permissions.drawNumbers(table),
        ]),
        ...permissions.query(shared.tasks, ['by_number', 'by_lot']),
        ...permissions.query(shared.orders, ['by_number']),
        ...permissions.sendTo(queues),
        ...permissions.readObjects(shared.results),
        ...permissions.encryptWith(shared.key),
      ],
      environment:
        settings.corsOrigins.length > 0
          ? { ORDO_CORS_ORIGINS: settings.corsOrigins.join(',') }
          : {},
    });
    acknowledgeResource(
      handler,
      `${shared.exportName(shared.results.bucketArn)}/*`,
      permissions.namesOfObjects,
    );
    return handler;
  }

  private addRestApi(): apigateway.RestApi {
    const { config, settings, shared } = this.props;
    const accessLog = addLog(this, 'AccessLog', config, shared.key);
    const restApi = new apigateway.RestApi(this, 'RestApi', {
      // Its metrics go by this name, not by an id.
      restApiName: this.stackName,
      description: `ordo ${config.name}`,
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      cloudWatchRole: true,
      // One role of a region's API Gateway serves all its APIs.
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName,
        tracingEnabled: true,
        metricsEnabled: true,
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        // Bodies stay out of the log.
        dataTraceEnabled: false,
        throttlingRateLimit: config.api.ratePerSecond,
        throttlingBurstLimit: config.api.burst,
        accessLogDestination: { bind: () => ({ destinationArn: destinationArn(accessLog) }) },
        accessLogFormat: apigateway.AccessLogFormat.jsonWithStandardFields({
          caller: false,
          httpMethod: true,
          ip: true,
          protocol: true,
          requestTime: true,
          resourcePath: true,
          responseLength: true,
          status: true,
          user: true,
        }),
      },
      defaultCorsPreflightOptions:
        settings.corsOrigins.length > 0
          ? {
              allowOrigins: [...settings.corsOrigins],
              allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
              allowHeaders: corsHeaders,
              maxAge: Duration.hours(1),
            }
          : undefined,
    });
    // API Gateway would make it itself, without our key and for ever.
    const executionLog = addLog(
      this,
      'ExecutionLog',
      config,
      shared.key,
      `API-Gateway-Execution-Logs_${restApi.restApiId}/${stageName}`,
    );
    restApi.deploymentStage.node.addDependency(executionLog);
    return restApi;
  }

  private issuer(): IssuerSettings {
    const { config, settings } = this.props;
    if (settings.issuer) return settings.issuer;
    const issuer = new TokenIssuer(this, 'Issuer', config);
    new CfnOutput(this, 'TokenUrl', { value: issuer.tokenUrl });
    new CfnOutput(this, 'TokenClientId', { value: issuer.clientId });
    new CfnOutput(this, 'TokenUserPoolId', { value: issuer.poolId });
    return issuer.settings;
  }

  private addRoutes(issuer: IssuerSettings): void {
    const { authorizer } = new Authorizer(this, 'Authorizer', { ...this.props, issuer });
    const requestValidator = this.restApi.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    const modelOf = Object.fromEntries(
      Object.entries(models).map(([name, schema]) => [
        name,
        this.restApi.addModel(`${name}Model`, { schema, contentType: 'application/json' }),
      ]),
    ) as unknown as Record<ModelName, apigateway.Model>;
    const integration = new apigateway.LambdaIntegration(this.handler.alias, {
      // One permission for the whole API: its calls are all for this function.
      scopePermissionToMethod: false,
      timeout: Duration.seconds(29),
    });
    for (const { method, path, body } of routes) {
      this.restApi.root.resourceForPath(path).addMethod(method, integration, {
        authorizer,
        authorizationType: apigateway.AuthorizationType.CUSTOM,
        apiKeyRequired: true,
        requestValidator,
        requestModels: body ? { 'application/json': modelOf[body] } : undefined,
        requestParameters: Object.fromEntries(
          [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => [`method.request.path.${name}`, true]),
        ),
      });
    }
    this.explainFindings();
  }

  private explainFindings(): void {
    acknowledgeManagedPolicy(
      this.restApi,
      'service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      'API Gateway takes this policy, or one equal to it, for the role by which it writes logs.',
    );
    acknowledge(
      this.restApi,
      'AwsSolutions-COG4',
      'Tokens are checked by our own authorizer, which takes those of any issuer, Cognito included.',
    );
  }

  private addUsagePlan(): void {
    const { api } = this.props.config;
    const plan = this.restApi.addUsagePlan('Plan', {
      description: 'All callers together',
      apiStages: [{ api: this.restApi, stage: this.restApi.deploymentStage }],
      throttle: { rateLimit: api.ratePerSecond, burstLimit: api.burst },
      quota: { limit: api.requestsPerDay, period: apigateway.Period.DAY },
    });
    const key = this.restApi.addApiKey('Key');
    plan.addApiKey(key);
    new CfnOutput(this, 'ApiKeyId', { value: key.keyId });
  }

  private addFirewall(): void {
    const { config, shared } = this.props;
    const stage = this.restApi.deploymentStage;
    if (config.api.webFirewall) {
      new WebFirewall(this, 'Firewall', {
        config,
        encryptionKey: shared.key,
        stageArn: stage.stageArn,
      });
      return;
    }
    acknowledge(
      stage,
      'AwsSolutions-APIG3',
      'The firewall costs by the month and stands in production; this environment has no real users.',
    );
  }
}
