// What our client sends to text models, against the types that OpenAI and Anthropic publish with their own client libraries: each
// body is written into a TypeScript file as a literal, which the compiler holds to the type of the request.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { root } from './requests.mjs';

const bin = process.env.DROPSHIP_BIN ?? path.join(root, 'build/dev/bin');
const sent = execFileSync(path.join(bin, 'ai_requests'), { encoding: 'utf8' }).trim().split('\n').map((line) => JSON.parse(line));

const TYPES = {
  openai: ['ResponseCreateParamsNonStreaming', 'openai/resources/responses/responses'],
  anthropic: ['MessageCreateParamsNonStreaming', '@anthropic-ai/sdk/resources/messages'],
  compatible: ['ChatCompletionCreateParamsNonStreaming', 'openai/resources/chat/completions'],
};
const OPTIONS = {
  strict: true, noEmit: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
};

/** Compiles texts as files beside this one, without writing them; returns the compiler's complaints per text. */
function complaints(texts) {
  const files = new Map(texts.map((text, i) => [path.join(root, `tests/contract/generated_${i}.mts`), text]));
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) =>
    files.has(name) ? ts.createSourceFile(name, files.get(name), version) : getSourceFile(name, version, ...rest);
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  const found = ts.getPreEmitDiagnostics(program);
  return [...files.keys()].map((name) =>
    found.filter((d) => d.file?.fileName === name).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n')));
}

const source = ({ provider, body }) => {
  const [type, from] = TYPES[provider];
  return `import type { ${type} } from '${from}';\nexport const body: ${type} = ${JSON.stringify(body, null, 1)};\n`;
};
const first = (provider) => sent.find((r) => r.provider === provider);
const changed = (provider, change) => ({ provider, body: { ...structuredClone(first(provider).body), ...change } });

/** One compilation for all: it takes seconds. */
const SPOILT = [
  ['a member that nobody knows', changed('openai', { surprise: 1 })],
  ['the old name of the limit', changed('openai', { max_tokens: 100 })],
  ['an effort that does not exist', changed('openai', { reasoning: { effort: 'huge' } })],
  ['a schema wrapped as for chat', changed('openai', { text: { format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } } } })],
  ['no limit', changed('anthropic', { max_tokens: undefined })],
  ['a sampling parameter', changed('anthropic', { temperature: 1 })],
  ['a named schema', changed('anthropic', { output_config: { format: { type: 'json_schema', name: 'x', schema: {} } } })],
  ['a schema laid flat as for responses', changed('compatible', { response_format: { type: 'json_schema', name: 'x', schema: {} } })],
];
const results = complaints([...sent, ...SPOILT.map(([, request]) => request)].map(source));

sent.forEach((request, i) => {
  test(`request ${i + 1} to ${request.provider} is of the published type`, () => {
    assert.deepEqual(results[i], []);
  });
});

SPOILT.forEach(([what], i) => {
  test(`the types would not let pass ${what}`, () => {
    assert.notDeepEqual(results[sent.length + i], []);
  });
});

test('each provider is asked in all forms: twice the prompts, with and without what a server may not know', () => {
  const count = (provider) => sent.filter((r) => r.provider === provider).length;
  assert.deepEqual([count('openai'), count('anthropic'), count('compatible')], [4, 4, 8]);
});

test('addresses and headers are those of the client libraries', () => {
  assert.equal(first('openai').url, 'https://openai.example/v1/responses');
  assert.equal(first('anthropic').url, 'https://claude.example/v1/messages');
  assert.equal(first('compatible').url, 'https://own.example/v1/chat/completions');
  assert.ok(first('openai').headers.includes('Authorization: Bearer key'));
  assert.ok(first('anthropic').headers.includes('x-api-key: key'));
  assert.ok(!first('compatible').headers.some((h) => /^authorization/i.test(h)));
  const library = fs.readFileSync(path.join(root, 'tests/node_modules/@anthropic-ai/sdk/client.js'), 'utf8');
  const [, version] = /'anthropic-version': '([0-9-]+)'/.exec(library) ?? [];
  assert.ok(first('anthropic').headers.includes(`anthropic-version: ${version}`), version);
});

test('nothing is kept at OpenAI, and no sampling parameter is sent', () => {
  for (const { provider, body } of sent) {
    assert.equal(provider === 'openai' ? body.store : undefined, provider === 'openai' ? false : undefined);
    assert.deepEqual(['temperature', 'top_p', 'top_k', 'seed', 'stream_options'].filter((name) => name in body), []);
  }
});
