/**
 * What API Gateway answers by itself (no token, too many requests, a function that failed), said as
 * the program says it: problem+json, and with the CORS header without which a page sees nothing.
 */
import * as apigateway from 'aws-cdk-lib/aws-apigateway';

interface Answer {
  readonly type: apigateway.ResponseType;
  readonly status?: string;
  readonly headers?: Record<string, string>;
  /** A JSON string, or what API Gateway makes one of. */
  readonly detail?: string;
}

const answers: Record<string, Answer> = {
  Default4xx: { type: apigateway.ResponseType.DEFAULT_4XX },
  Default5xx: { type: apigateway.ResponseType.DEFAULT_5XX },
  Unauthorized: {
    type: apigateway.ResponseType.UNAUTHORIZED,
    status: '401',
    headers: { 'WWW-Authenticate': 'Bearer' },
  },
  // What the authorizer denied: a token that does not hold. RFC 6750 has 401 for it.
  BadToken: {
    type: apigateway.ResponseType.ACCESS_DENIED,
    status: '401',
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    detail: '"the token is not valid for this API"',
  },
  BadBody: {
    type: apigateway.ResponseType.BAD_REQUEST_BODY,
    status: '400',
    // API Gateway escapes the quotes in it: what AWS's own example gets by such a template is JSON
    // (aws-samples/serverless-samples, apigw-eventbridge-schema-validation).
    detail: '"$context.error.validationErrorString"',
  },
  Throttled: {
    type: apigateway.ResponseType.THROTTLED,
    status: '429',
    headers: { 'Retry-After': '1' },
  },
  // What it says of a path that it does not know: "Missing Authentication Token", and 403.
  NoSuchPath: {
    type: apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: '404',
    detail: '"there is nothing under this path and method"',
  },
};

/**
 * A response of this kind can only carry a fixed text. Where several origins are allowed it is "*":
 * these answers hold nothing of anybody, and no page's credentials are sent.
 */
export function originOfGatewayResponses(origins: readonly string[]): string | undefined {
  return origins.length > 1 ? '*' : origins[0];
}

export function addGatewayResponses(
  restApi: apigateway.RestApi,
  corsOrigins: readonly string[],
): void {
  const origin = originOfGatewayResponses(corsOrigins);
  for (const [id, answer] of Object.entries(answers)) {
    const headers: Record<string, string> = {
      'Content-Type': 'application/problem+json',
      ...(origin ? { 'Access-Control-Allow-Origin': origin } : {}),
      ...answer.headers,
    };
    restApi.addGatewayResponse(id, {
      type: answer.type,
      statusCode: answer.status,
      // Fixed texts stand in single quotes.
      responseHeaders: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, `'${value}'`]),
      ),
      templates: {
        'application/json': `{"type":"about:blank","title":${
          answer.status === '404' ? '"Not found"' : '$context.error.messageString'
        }${answer.detail ? `,"detail":${answer.detail}` : ''}}`,
      },
    });
  }
}
