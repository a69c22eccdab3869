/**
 * The HTTP side: every call of the interface is there, asks for token and key, is validated,
 * limited, written down, and answered by CORS rules also where API Gateway answers by itself.
 */
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { originOfGatewayResponses } from '../lib/api/gateway-responses';
import { routes } from '../lib/api/routes';
import { environments } from '../lib/config/environments';
import { logArn } from './support/log-arn';
import { everyEnvironment, resources, synthesise, template } from './support/synthesise';

/** `POST /tasks/{id}/cancel` and so on, from the tree of resources. */
function calls(found: Template): { call: string; properties: Record<string, unknown> }[] {
  const parts = new Map(resources(found, 'AWS::ApiGateway::Resource'));
  function pathOf(reference: unknown): string {
    const { Ref } = reference as { Ref?: string };
    const part = Ref === undefined ? undefined : parts.get(Ref);
    if (!part) return '';
    return `${pathOf(part.Properties.ParentId)}/${part.Properties.PathPart as string}`;
  }
  return resources(found, 'AWS::ApiGateway::Method').map(([, { Properties }]) => ({
    call: `${Properties.HttpMethod as string} ${pathOf(Properties.ResourceId)}`,
    properties: Properties,
  }));
}

/** What the program's interface offers: a change there has to come here. */
const offered = [
  'DELETE /dead-letters',
  'DELETE /tasks/{id}',
  'GET /dead-letters',
  'GET /livez',
  'GET /objects/{bucket}',
  'GET /objects/{bucket}/{key+}',
  'GET /openapi.json',
  'GET /orders',
  'GET /orders/{record_id}',
  'GET /tasks',
  'GET /tasks/{id}',
  'GET /tasks/{id}/attempts',
  'PATCH /tasks/{id}',
  'POST /dead-letters/redrive',
  'POST /orders',
  'POST /tasks',
  'POST /tasks/batch',
  'POST /tasks/{id}/cancel',
  'POST /tasks/{id}/retry',
];

describe.each(everyEnvironment)('the API of $where', (environment) => {
  const found = template(environment, 'api');
  const config = environments[environment.name];
  it('goes back to the version before when it answers 5xx', () => {
    const [, group] = resources(found, 'AWS::CodeDeploy::DeploymentGroup')[0]!;
    type Ringing = { Alarms: { Name: { Ref: string } }[] };
    const ringing = group.Properties.AlarmConfiguration as Ringing;
    const rung = ringing.Alarms.map(({ Name }) => Name.Ref);
    const alarms = new Map(resources(found, 'AWS::CloudWatch::Alarm'));
    const metrics = rung.map((name) => alarms.get(name)!.Properties.MetricName);
    expect(metrics).toContain('5XXError');
    expect(metrics).toContain('Errors');
  });

  const own = calls(found).filter(({ call }) => !call.startsWith('OPTIONS'));

  it('has every call, and no other', () => {
    expect(own.map(({ call }) => call).sort()).toEqual(offered);
  });

  it('asks each call for a token and a key, and validates it', () => {
    for (const { call, properties } of own) {
      expect(properties, call).toMatchObject({
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: expect.stringMatching(/^Authorizer/) as string },
        ApiKeyRequired: true,
        RequestValidatorId: { Ref: expect.stringMatching(/Validator/) as string },
      });
    }
    found.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
      ValidateRequestBody: true,
      ValidateRequestParameters: true,
    });
  });

  it('asks for each part of a path', () => {
    for (const { call, properties } of own) {
      const names = [...call.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => [
        `method.request.path.${name!}`,
        true,
      ]);
      expect(properties.RequestParameters ?? {}, call).toEqual(Object.fromEntries(names));
    }
  });

  it('looks at the outline of bodies', () => {
    for (const { method, path, body } of routes) {
      const { properties } = own.find(({ call }) => call === `${method} ${path}`)!;
      const models = JSON.stringify(properties.RequestModels ?? {});
      if (body) expect(models).toMatch(new RegExp(`"application/json":.*"RestApi${body}Model`));
      else expect(models).toBe('{}');
    }
  });

  it('gives each call to the live version of the function', () => {
    for (const { call, properties } of own) {
      const integration = properties.Integration as Record<string, unknown>;
      expect(integration.Type, call).toBe('AWS_PROXY');
      expect(integration.TimeoutInMillis, call).toBe(29_000);
      expect(JSON.stringify(integration.Uri), call).toMatch(/"ApiFunctionAliaslive/);
    }
  });

  it('may call that version, and nobody else may', () => {
    const permissions = resources(found, 'AWS::Lambda::Permission').filter(([, { Properties }]) =>
      JSON.stringify(Properties.FunctionName).includes('"ApiFunction'),
    );
    expect(permissions).toHaveLength(1);
    const { Properties } = permissions[0]![1];
    expect(Properties.Principal).toBe('apigateway.amazonaws.com');
    expect(JSON.stringify(Properties.FunctionName)).toContain('"ApiFunctionAliaslive');
    expect(JSON.stringify(Properties.SourceArn)).toContain('"RestApi');
  });

  it('is limited, traced, measured, and written down without bodies', () => {
    found.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'v1',
      TracingEnabled: true,
      AccessLogSetting: {
        DestinationArn: logArn('AccessLog'),
        Format: Match.stringLikeRegexp('^\\{"requestId":"\\$context.requestId"'),
      },
      MethodSettings: [
        {
          DataTraceEnabled: false,
          HttpMethod: '*',
          LoggingLevel: 'ERROR',
          MetricsEnabled: true,
          ResourcePath: '/*',
          ThrottlingBurstLimit: config.api.burst,
          ThrottlingRateLimit: config.api.ratePerSecond,
        },
      ],
    });
  });

  it('has the log that API Gateway writes errors to before it would make one itself', () => {
    const logs = resources(found, 'AWS::Logs::LogGroup').filter(([, { Properties }]) =>
      JSON.stringify(Properties.LogGroupName ?? '').includes('API-Gateway-Execution-Logs_'),
    );
    expect(logs).toHaveLength(1);
    const [id, { Properties }] = logs[0]!;
    expect(Properties.LogGroupName).toEqual({
      'Fn::Join': [
        '',
        ['API-Gateway-Execution-Logs_', { Ref: expect.stringMatching(/^RestApi/) as string }, '/v1'],
      ],
    });
    found.hasResource('AWS::ApiGateway::Stage', { DependsOn: Match.arrayWith([id]) });
  });

  it('takes and gives bodies as text', () => {
    // With a type here, bodies of that type would come as base64 to the function.
    found.hasResourceProperties('AWS::ApiGateway::RestApi', { BinaryMediaTypes: Match.absent() });
  });

  it('has a usage plan with a key', () => {
    found.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Quota: { Limit: config.api.requestsPerDay, Period: 'DAY' },
      Throttle: { BurstLimit: config.api.burst, RateLimit: config.api.ratePerSecond },
    });
    found.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 1);
    found.hasResourceProperties('AWS::ApiGateway::ApiKey', { Enabled: true });
  });

  it('answers preflights for the configured origin', () => {
    const preflights = calls(found).filter(({ call }) => call.startsWith('OPTIONS'));
    expect(preflights.length).toBeGreaterThan(0);
    for (const { properties } of preflights) {
      const integration = JSON.stringify(properties.Integration);
      expect(integration).toContain(`"'https://app.example.org'"`);
      // Those of the program (src/api/cors.cc), and the two that API Gateway asks for.
      expect(integration).toContain(
        'Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,X-Api-Key,X-Request-Id,traceparent',
      );
      expect(properties.AuthorizationType).toBe('NONE');
    }
  });

  it.each([
    ['DEFAULT_4XX', undefined, {}],
    ['DEFAULT_5XX', undefined, {}],
    ['UNAUTHORIZED', '401', { 'WWW-Authenticate': `'Bearer'` }],
    ['ACCESS_DENIED', '401', { 'WWW-Authenticate': `'Bearer error="invalid_token"'` }],
    ['BAD_REQUEST_BODY', '400', {}],
    ['THROTTLED', '429', { 'Retry-After': `'1'` }],
    ['MISSING_AUTHENTICATION_TOKEN', '404', {}],
  ])('says %s as problem+json, with CORS', (type, status, headers) => {
    const [answer] = resources(found, 'AWS::ApiGateway::GatewayResponse')
      .map(([, { Properties }]) => Properties)
      .filter(({ ResponseType }) => ResponseType === type);
    expect(answer!.StatusCode).toBe(status);
    const wanted = {
      'Content-Type': `'application/problem+json'`,
      'Access-Control-Allow-Origin': `'https://app.example.org'`,
      ...headers,
    };
    expect(answer!.ResponseParameters).toEqual(
      Object.fromEntries(
        Object.entries(wanted).map(([name, value]) => [`gatewayresponse.header.${name}`, value]),
      ),
    );
    // What API Gateway puts in for a variable is a JSON string with its quotes.
    const body = (answer!.ResponseTemplates as Record<string, string>)['application/json']!;
    const said = JSON.parse(
      body.replace('$context.error.messageString', '"m"').replace('$context.error.', ''),
    ) as object;
    expect(said).toMatchObject({ type: 'about:blank', title: expect.any(String) as string });
  });

  it('says what is wrong with a body, in JSON', () => {
    const [answer] = resources(found, 'AWS::ApiGateway::GatewayResponse')
      .map(([, { Properties }]) => Properties)
      .filter(({ ResponseType }) => ResponseType === 'BAD_REQUEST_BODY');
    const body = (answer!.ResponseTemplates as Record<string, string>)['application/json']!;
    const fault = '[object has missing required properties (["record_id"])]';
    const said = body
      .replace('$context.error.messageString', '"Invalid request body"')
      // As API Gateway puts it in: the quotes escaped, and none around it.
      .replace('$context.error.validationErrorString', JSON.stringify(fault).slice(1, -1));
    expect(JSON.parse(said)).toEqual({
      type: 'about:blank',
      title: 'Invalid request body',
      detail: fault,
    });
  });

  it('shows its address in the outputs', () => {
    expect(JSON.stringify(found.findOutputs('ApiUrl'))).toContain('execute-api');
  });
});

describe.each(everyEnvironment)('the authorizer of $where', (environment) => {
  const found = template(environment, 'api');

  it('is ours, and looks at bearer tokens alone', () => {
    found.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      IdentityValidationExpression: Match.stringLikeRegexp('^\\^Bearer '),
      AuthorizerResultTtlInSeconds: 300,
    });
  });

  it('knows whose tokens it takes', () => {
    const [authorizer] = resources(found, 'AWS::Lambda::Function').filter(([id]) =>
      id.startsWith('Authorizer'),
    );
    const { Variables } = authorizer![1].Properties.Environment as {
      Variables: Record<string, unknown>;
    };
    expect(Object.keys(Variables).sort()).toEqual(['AUDIENCE', 'ISSUER', 'SCOPE']);
    expect(Variables.SCOPE).toBe('ordo/use');
    expect(JSON.stringify(Variables.ISSUER)).toContain('cognito-idp');
  });

  it('has a user pool that nobody can sign up to, for programs', () => {
    found.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
    found.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
    });
  });
});

describe('an issuer of the context', () => {
  const { templates } = synthesise({
    env: 'dev',
    architecture: 'x86_64',
    issuer: 'https://id.example.org',
    audience: 'ordo',
  });
  const found = templates.get('api')!;

  it('stands in for the user pool', () => {
    found.resourceCountIs('AWS::Cognito::UserPool', 0);
    found.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { ISSUER: 'https://id.example.org', AUDIENCE: 'ordo' } },
    });
  });
});

describe('the origin of gateway responses', () => {
  it.each([
    [[], undefined],
    [['https://a.example'], 'https://a.example'],
    [['https://a.example', 'https://b.example'], '*'],
    [['*'], '*'],
  ])('of %j is %s', (origins, origin) => {
    expect(originOfGatewayResponses(origins)).toBe(origin);
  });
});
