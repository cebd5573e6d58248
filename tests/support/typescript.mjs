// The dashboard's pure TypeScript files for node's test runner: types taken off, nothing else changed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../api/dashboard/src');

/** The module src/<name>.ts with the files of ours it imports. */
export async function loadTypescript(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dropship-ts-'));
  const seen = new Set();
  const put = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
    const { outputText } = ts.transpileModule(fs.readFileSync(`${file}.ts`, 'utf8'), { compilerOptions: options });
    const text = outputText.replaceAll(/(from ')(\.[^']+)'/g, (_, head, target) => {
      put(path.resolve(path.dirname(file), target));
      return `${head}${target}.mjs'`;
    });
    const out = path.join(folder, `${path.relative(source, file)}.mjs`);
    fs.mkdirSync(path.dirname(out), { recursive: true });
    fs.writeFileSync(out, text);
  };
  try {
    put(path.join(source, name));
    return await import(pathToFileURL(path.join(folder, `${name}.mjs`)).href);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
