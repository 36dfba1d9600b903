// A schema → a file of src/report: the same shape as a type. What only a validator can check (patterns, ranges, which keys go
// together) is left out. `npm run report-type` writes each file; a test, which prints one of them, holds them up to date.

import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

/** The file of each schema, and the name of its type. @type {Readonly<Record<string, readonly [file: string, name: string]>>} */
const TYPES = {
  'report.schema.json': ['src/report/report-type.ts', 'Report'],
  'fleet.schema.json': ['src/report/fleet/fleet-report-type.ts', 'FleetReport'],
};

/** For validators only. */
const CONDITIONS = [
  'if',
  'then',
  'else',
  'allOf',
  'dependentRequired',
  'minItems',
  'propertyNames',
  '$comment',
  '$schema',
];

/** The text of the file. @param {string} file @param {string} name @returns {Promise<string>} */
async function reportType(file, name) {
  const whole = JSON.parse(readFileSync(file, 'utf8'));
  const { title: _, ...schema } = shapeOf(whole, whole.$defs);
  for (const [key, part] of Object.entries(schema.$defs)) {
    part.title = `${name}${key[0].toUpperCase()}${key.slice(1)}`;
    part.description ??= `The \`${key}\` of a report.`;
  }
  const text = await compile(schema, name, {
    bannerComment: `// The shape of a report, out of ${file}: change that, and run "npm run report-type".\n`,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110 },
  });
  return text
    .replaceAll(/^( +)(\w+\??:|\[k: string\]:)/gm, '$1readonly $2')
    .replaceAll(/: (\w+)\[\];/g, ': readonly $1[];');
}

/** Without conditions, and with what is no object in the place of its name. @param {any} schema @param {any} defs @returns {any} */
function shapeOf(schema, defs) {
  if (Array.isArray(schema) || typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...own } = schema;
  const named = defs[$ref?.replace('#/$defs/', '')];
  if (named && named.type !== 'object')
    return { type: named.type, ...(named.enum && { enum: named.enum }), ...own };
  const kept = Object.entries(schema).filter(([key]) => !CONDITIONS.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, shapeOf(value, defs)]));
}

const [only] = process.argv.slice(2);
if (only !== undefined) process.stdout.write(await reportType(only, TYPES[only][1]));
else
  for (const [schema, [file, name]] of Object.entries(TYPES))
    writeFileSync(file, await reportType(schema, name));
