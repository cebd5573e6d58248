// The one HTTP server: reads requests, hands them to the service of their prefix, writes answers (or does not).

import http from 'node:http';
import { aiPrefixes } from './ai/ai.mjs';
import { handleImage } from './cj/images.mjs';
import { handleControl } from './control.mjs';

const MAX_BODY = 2 * 1024 * 1024;

function readBody(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let size = 0;
    request.on('data', (part) => {
      size += part.length;
      if (size <= MAX_BODY) {
        parts.push(part);
      }
    });
    request.on('end', () =>
      size <= MAX_BODY
        ? resolve(Buffer.concat(parts).toString())
        : reject(new Error('body too large')),
    );
    request.on('error', reject);
  });
}

function route(world, pathname) {
  for (const [prefix, handler] of [
    ['/shopify/', (r) => world.shopify.handle(r)],
    ['/cj/', (r) => world.cj.handle(r)],
    ['/cj-images/', (r) => handleImage(r)],
    ['/control/', (r) => handleControl(world, r)],
    ...aiPrefixes(world),
  ]) {
    if (pathname.startsWith(prefix)) {
      return { path: pathname.slice(prefix.length - 1), handler };
    }
  }
  return null;
}

async function serve(world, request, response) {
  const url = new URL(request.url, 'http://sandbox');
  const target = route(world, url.pathname);
  const text = await readBody(request);
  const answer = target
    ? await target.handler({
        method: request.method,
        path: target.path,
        url,
        headers: request.headers,
        text,
      })
    : {
        status: 404,
        body: {
          error: 'the sandbox has /shopify, /cj, /openai, /anthropic, /compatible and /control',
        },
      };
  send(request, response, answer);
}

function send(request, response, answer) {
  if (answer.drop) {
    request.socket.destroy();
    return;
  }
  if (answer.hang) {
    setTimeout(() => request.socket.destroy(), answer.hang).unref();
    return;
  }
  const raw = answer.raw ?? JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(raw),
    ...answer.headers,
  });
  response.end(raw);
}

/** Starts listening; returns {server, port}. */
export function listen(world) {
  const server = http.createServer((request, response) => {
    serve(world, request, response).catch((error) => {
      if (!response.headersSent) {
        console.error(`${request.method} ${request.url}: ${error.stack}`);
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'the sandbox itself failed', detail: error.message }));
      }
    });
  });
  server.keepAliveTimeout = 65_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(world.settings.port, world.settings.host, () =>
      resolve({ server, port: server.address().port }),
    );
  });
}
