// A server that does what a path says, right or wrong, on bare sockets: node's own HTTP server would mend too much.
// Prints "<port> <mute port> <tls port>" and ends when its standard input does.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { gzipSync } from 'node:zlib'

const seen = {}
let connections = 0

function answer (socket, status, body, headers = {}) {
  const lines = { 'Content-Length': Buffer.byteLength(body), ...headers }
  socket.write(`HTTP/1.1 ${status} X\r\n` + Object.entries(lines).map(([k, v]) => `${k}: ${v}\r\n`).join('') + '\r\n')
  socket.write(body)
}

function chunk (socket, text) {
  socket.write(`${text.length.toString(16)}\r\n${text}\r\n`)
}

function drip (socket) {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  const timer = setInterval(() => chunk(socket, 'drop'), 10)
  socket.on('close', () => clearInterval(timer))
}

const acts = {
  status: (s, r) => answer(s, Number(r.param), `status ${r.param}`),
  bytes: (s, r) => answer(s, 200, 'x'.repeat(Number(r.param))),
  echo: (s, r) => answer(s, 200, JSON.stringify(r), {
    'content-type': 'application/json; charset=utf-8', 'x-request-id': 'req-1', 'X-Shopify-API-Version': '2026-10'
  }),
  redirect: s => answer(s, 302, '', { Location: '/echo' }),
  retry: (s, r) => answer(s, 429, '', { 'Retry-After': decodeURIComponent(r.param) }),
  early: s => {
    s.write('HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\nX-Request-Id: early\r\n\r\n')
    answer(s, 200, 'final')
  },
  silence: () => {},
  drip,
  cut: s => s.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'),
  cutchunk: s => s.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly '),
  garbage: s => s.end('this is not HTTP at all\r\n\r\n'),
  reset: s => s.resetAndDestroy(),
  vanish: s => s.end(),
  goodbye: s => { answer(s, 200, 'bye'); s.end() },
  bomb: s => {
    const body = gzipSync(Buffer.alloc(50 * 1024 * 1024))
    s.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`)
    s.write(body)
  },
  seen: (s, r) => answer(s, 200, String(seen[r.param] ?? 0))
}

// One request of the bytes so far, or null while it is not whole.
function parse (bytes) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first, ...lines] = bytes.subarray(0, end).toString().split('\r\n')
  const headers = Object.fromEntries(lines.map(l => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 2)]))
  const size = end + 4 + Number(headers['content-length'] ?? 0)
  if (bytes.length < size) return null
  const [method, path] = first.split(' ')
  const [, act, param] = path.split('/')
  return { method, act, param, headers, body: bytes.subarray(end + 4, size).toString(), size }
}

function serve (socket) {
  const connection = ++connections
  let bytes = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', more => {
    bytes = Buffer.concat([bytes, more])
    for (let r = parse(bytes); r !== null; r = parse(bytes)) {
      bytes = bytes.subarray(r.size)
      if (r.act !== 'seen') seen[r.act] = (seen[r.act] ?? 0) + 1
      acts[r.act](socket, { ...r, connection })
    }
  })
}

function selfSigned () {
  const folder = mkdtempSync(join(tmpdir(), 'dropship-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const pair = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return pair
}

const listen = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
const secure = tls.createServer(selfSigned(), serve).on('tlsClientError', () => {})
const ports = await Promise.all([net.createServer(serve), net.createServer(s => s.on('error', () => {})), secure].map(listen))
console.log(ports.join(' '))
process.stdin.resume().on('end', () => process.exit(0))
