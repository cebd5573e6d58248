// A client made by public tools from /openapi.yaml, compiled strictly, used against the server that gave it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import YAML from 'yaml';
import { System } from '../support/system.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
let system;
let folder;
before(async () => {
  system = await System.start('client', { workers: 0, schedulers: 0 });
  folder = fs.mkdtempSync(path.join(system.folder, 'client-'));
  fs.symlinkSync(path.join(here, '../node_modules'), path.join(folder, 'node_modules'));
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
});
after(async () => { await system?.stop(); });

// Compiles the client in the folder; gives the compiler's complaints.
function compile(source) {
  const file = path.join(folder, 'client.ts');
  fs.writeFileSync(file, source);
  const program = ts.createProgram([file], {
    strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true, types: [], outDir: folder,
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  });
  program.emit();
  return ts.getPreEmitDiagnostics(program).map((d) => `${path.basename(d.file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`);
}

test('a generated client compiles, reads, writes once and is told why not', { timeout: 120000 }, async () => {
  const yaml = await (await fetch(`${system.apiUrl}/openapi.yaml`)).text();
  fs.writeFileSync(path.join(folder, 'schema.d.ts'), astToString(await openapiTS(YAML.parse(yaml))));
  assert.deepEqual(compile(fs.readFileSync(path.join(here, 'openapi_client.mts'), 'utf8')), []);

  system.postgres.query(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, total_minor, currency) values
    ('gid://shopify/Order/1', '#1', 'held', now(), now(), 'PAID', 1234, 'USD'), ('gid://shopify/Order/2', '#2', 'placed', now(), now(), 'PAID', 5, 'USD'),
    ('gid://shopify/Order/3', '#3', 'held', now() - interval '1 hour', now(), 'PAID', null, null)`);
  const { run } = await import(pathToFileURL(path.join(folder, 'client.js')));
  const { jid, ...found } = await run(system.apiUrl, system.key);
  assert.match(jid, /^[0-9a-f]{24}$/, 'the same job both times');
  assert.deepEqual(found, {
    orders: ['#1', '#3'], total: '12.34 USD,—', refused: { status: 400, title: 'Bad Request' }, state: 'waiting', setting: '33', replayed: 'true', jobs: 1, missing: 404,
  });
});
