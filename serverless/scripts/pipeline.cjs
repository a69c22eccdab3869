// The definition of the pipeline of orders for AWS: the one in pipelines/, with names in it for the
// functions and the topic that CloudFormation puts their ARNs in the place of.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const kDefinition = path.join(__dirname, '../../pipelines/orders.asl.json');
const kFunctions = new Set(['collect_results', 'store_result']);
const kTopics = new Set(['orders']);

function named(value, known, field) {
  if (!known.has(value)) {
    throw new Error(`${kDefinition}: ${field} "${value}" is none that this stack has`);
  }
  return '${' + value + '}';
}

function deployable(value) {
  if (Array.isArray(value)) return value.map(deployable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      if (field === 'FunctionName') return [field, named(inner, kFunctions, field)];
      if (field === 'TopicArn') return [field, named(inner, kTopics, field)];
      return [field, deployable(inner)];
    }),
  );
}

module.exports.definition = () =>
  JSON.stringify(deployable(JSON.parse(fs.readFileSync(kDefinition, 'utf8'))));
