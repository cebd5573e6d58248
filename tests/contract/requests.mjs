// What the clients really send, as the program provider_requests prints it.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = process.env.DROPSHIP_BIN ?? path.join(root, 'build/dev/bin');

/** [{operation, cost, method, url: URL, body: object or null}] */
export function sentRequests(host) {
  const out = execFileSync(path.join(bin, 'provider_requests'), { encoding: 'utf8' });
  return out.trim().split('\n').map((line) => JSON.parse(line))
    .map((r) => ({ ...r, url: new URL(r.url), body: r.body === '' ? null : JSON.parse(r.body) }))
    .filter((r) => r.url.host === host);
}
