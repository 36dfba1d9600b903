// report.schema.json → src/report/report-type.ts: the same shape as a type. What only a validator can check (patterns, ranges,
// which keys go together) is left out. Prints it; `npm run report-type` writes the file, and a test holds it up to date.

import { readFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

const HEAD =
  '// The shape of a report, out of report.schema.json: change that, and run "npm run report-type".\n';

/** For validators only. */
const CONDITIONS = ['if', 'then', 'else', 'allOf', 'dependentRequired', 'minItems', '$comment', '$schema'];

/** The text of the file. @returns {Promise<string>} */
async function reportType() {
  const whole = JSON.parse(readFileSync('report.schema.json', 'utf8'));
  const { title: _, ...schema } = shapeOf(whole, whole.$defs);
  for (const [name, part] of Object.entries(schema.$defs)) {
    part.title = `Report${name[0].toUpperCase()}${name.slice(1)}`;
    part.description ??= `The \`${name}\` of a report.`;
  }
  const text = await compile(schema, 'Report', {
    bannerComment: HEAD,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110 },
  });
  return text.replaceAll(/^( +)(\w+\??:)/gm, '$1readonly $2').replaceAll(/: (\w+)\[\];/g, ': readonly $1[];');
}

/** Without conditions, and with what is no object in the place of its name. @param {any} schema @param {any} defs @returns {any} */
function shapeOf(schema, defs) {
  if (Array.isArray(schema) || typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...own } = schema;
  const named = defs[$ref?.replace('#/$defs/', '')];
  if (named && named.type !== 'object') return { type: named.type, ...own };
  const kept = Object.entries(schema).filter(([key]) => !CONDITIONS.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, shapeOf(value, defs)]));
}

process.stdout.write(await reportType());
