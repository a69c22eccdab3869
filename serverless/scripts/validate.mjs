// Runs the template rules that the CDK library brings on templates that are not the CDK's: the
// same version of the same rules as for infra/, so from there. Every finding is a failure unless it
// is acknowledged below, with the reason.
//
// node scripts/validate.mjs TEMPLATE…

import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const kInfra = fileURLToPath(new URL('../../infra/package.json', import.meta.url));

// Rule → reason. One that no template has any more is a failure as well.
const kAcknowledged = new Map([]);

function plugin() {
  const from = createRequire(kInfra);
  let library;
  try {
    library = from('aws-cdk-lib');
  } catch (error) {
    throw new Error(`no aws-cdk-lib of infra/ (${error.code}): run npm ci there first`, {
      cause: error,
    });
  }
  return new library.CloudFormationValidatePlugin();
}

function printed(violation) {
  const places = violation.violatingResources.map((resource) =>
    [resource.templatePath, resource.resourceLogicalId, ...resource.locations]
      .filter(Boolean)
      .join(' '),
  );
  return [
    `${violation.severity} ${violation.ruleName}: ${violation.description}`,
    ...places.map((place) => `    ${place}`),
    ...(violation.fix ? [`    ${violation.fix}`] : []),
  ].join('\n');
}

function main(templates) {
  if (templates.length === 0) throw new Error('which templates? npm run verify packages some');
  const { violations } = plugin().validate({
    templatePaths: templates,
    stackTemplates: templates.map((template) => ({
      stackConstructPath: path.relative(process.cwd(), template),
      templatePath: template,
      accountId: undefined,
      region: process.env.AWS_REGION,
    })),
  });
  const found = new Set(violations.map((violation) => violation.ruleName));
  const open = violations.filter((violation) => !kAcknowledged.has(violation.ruleName));
  for (const violation of open) console.error(printed(violation));
  const stale = [...kAcknowledged.keys()].filter((rule) => !found.has(rule));
  for (const rule of stale) console.error(`${rule} is acknowledged but not found`);
  if (open.length + stale.length > 0) process.exitCode = 1;
  else console.log(`${templates.length} templates pass the rules of aws-cdk-lib`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`validate: ${error.message}`);
  process.exitCode = 2;
}
