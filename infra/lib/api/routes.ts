/**
 * Every call that the function `api` answers, and what API Gateway itself looks at before it lets
 * one through. The rest is 404.
 */
import { JsonSchemaType, type JsonSchema } from 'aws-cdk-lib/aws-apigateway';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Of `models`; without one a body is not looked at. */
  readonly body?: ModelName;
}

/**
 * Only the outline of a body: the function checks every field and names all that is wrong at once,
 * which a model cannot.
 */
export const models = {
  Task: { type: JsonSchemaType.OBJECT, minProperties: 1 },
  TaskBatch: {
    type: JsonSchemaType.OBJECT,
    required: ['tasks'],
    properties: { tasks: { type: JsonSchemaType.ARRAY, minItems: 1, maxItems: 1000 } },
  },
  Patch: { type: JsonSchemaType.OBJECT },
  Redrive: {
    type: JsonSchemaType.OBJECT,
    properties: {
      queue: { type: JsonSchemaType.STRING },
      task_ids: { type: JsonSchemaType.ARRAY, items: { type: JsonSchemaType.STRING } },
    },
  },
  Orders: {
    type: JsonSchemaType.ARRAY,
    minItems: 1,
    maxItems: 1000,
    items: { type: JsonSchemaType.OBJECT, required: ['record_id'] },
  },
} satisfies Record<string, JsonSchema>;
export type ModelName = keyof typeof models;

export const routes: readonly Route[] = [
  { method: 'POST', path: '/tasks', body: 'Task' },
  { method: 'GET', path: '/tasks' },
  { method: 'POST', path: '/tasks/batch', body: 'TaskBatch' },
  { method: 'GET', path: '/tasks/{id}' },
  { method: 'PATCH', path: '/tasks/{id}', body: 'Patch' },
  { method: 'DELETE', path: '/tasks/{id}' },
  { method: 'POST', path: '/tasks/{id}/cancel' },
  { method: 'POST', path: '/tasks/{id}/retry' },
  { method: 'GET', path: '/tasks/{id}/attempts' },
  { method: 'GET', path: '/dead-letters' },
  { method: 'DELETE', path: '/dead-letters' },
  { method: 'POST', path: '/dead-letters/redrive', body: 'Redrive' },
  { method: 'POST', path: '/orders', body: 'Orders' },
  { method: 'GET', path: '/orders' },
  { method: 'GET', path: '/orders/{record_id}' },
  { method: 'GET', path: '/objects/{bucket}' },
  { method: 'GET', path: '/objects/{bucket}/{key+}' },
  { method: 'GET', path: '/livez' },
  { method: 'GET', path: '/openapi.json' },
];
