// Brings Shopify's published Admin schema (one file of an npm package) into .cache/, once, checked by checksum.
// Run by itself (`node fetch-schema.mjs`) or through ensureSchema(); several at once do no harm.

import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PACKAGE = '@shopify/dev-mcp@1.16.0';
const PACKAGE_SHA256 = '4663c79229028e98f825a09d5f04ec6c3736331b740ce50260f9ffac10709474';
const MEMBER = 'package/dist/data/admin_2026-10.json.gz';
const FILE_SHA256 = 'f3b522f264556925eada700e795e4a002a9cba83444ebcc6c0d724254a0c6593';

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const SCHEMA_FILE = path.join(HERE, '.cache', 'admin_2026-10.json.gz');

async function sha256(file) {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function mustBe(file, expected) {
  const found = await sha256(file);
  if (found !== expected) {
    throw new Error(`${path.basename(file)} has checksum ${found}, expected ${expected}`);
  }
}

/** Returns the path of the schema file, fetching it first when it is missing or damaged. */
export async function ensureSchema(file = SCHEMA_FILE) {
  if (existsSync(file) && (await sha256(file)) === FILE_SHA256) {
    return file;
  }
  await mkdir(path.dirname(file), { recursive: true });
  const work = await mkdtemp(path.join(path.dirname(file), 'fetch-'));
  try {
    await run('npm', ['pack', PACKAGE, '--pack-destination', work, '--ignore-scripts'], {
      cwd: work,
      timeout: 300_000,
    });
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (!tarball) {
      throw new Error(`npm pack ${PACKAGE} left no tarball`);
    }
    await mustBe(path.join(work, tarball), PACKAGE_SHA256);
    await run('tar', ['-xzf', path.join(work, tarball), '-C', work, MEMBER]);
    await mustBe(path.join(work, MEMBER), FILE_SHA256);
    await rename(path.join(work, MEMBER), file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return file;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureSchema().then(
    (file) => console.log(file),
    (error) => {
      console.error(`cannot fetch the Shopify schema: ${error.message}`);
      process.exitCode = 1;
    },
  );
}
