// The judge itself: it must find what is planted, and nothing where nothing is wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { judge, quantiles, wrongIn } from './judge.mjs';
import { Ledger } from './ledger.mjs';
import { Proxy } from './proxy.mjs';
import { RespClient, decode } from './resp.mjs';
import { failoverTracks, plan, stormTracks } from './schedule.mjs';

const pid = 77;
const calm = { deaths: new Map(), faults: [], wallOffset: 0 };

function ledgerOf(lines) {
  const ledger = new Ledger();
  for (const line of lines) ledger.take(line);
  return ledger;
}

// What is wrong beside that nobody was killed.
const faultsOf = (report, mayForget) => wrongIn(report, mayForget).filter((line) => !line.includes('never measured'));
const asked = (jid, said = 'A', type = 'chaos.ok', runAt = 0) => [`I ${jid} ${type} chaos ${runAt} .`, `${said} ${jid} 100 .`];
const ran = (jid, token, start, end, by = pid) => [`S ${jid} ${token} ${by} ${start} chaos.ok .`, ...(end ? [`F ${jid} ${token} ${by} ${end} chaos.ok .`] : [])];
const judged = (lines, { visible = [], dead = [], log = calm } = {}) => judge(ledgerOf(lines), new Map(visible), new Map(dead), log);

test('what was acknowledged and finished once is well', () => {
  const report = judged([...asked('a'), ...ran('a', '01', 200, 210)]);
  assert.deepEqual(faultsOf(report), []);
  assert.equal(report.finished, 1);
});

test('an acknowledged job that is nowhere is lost', () => {
  const report = judged([...asked('a'), ...asked('b'), ...ran('b', '01', 200, 210)]);
  assert.deepEqual(report.lost, ['a']);
  assert.match(wrongIn(report)[0], /^lost 1/);
});

test('a started job that did not finish is lost as well, and one that is dead or visible is not', () => {
  const lines = [...asked('a'), ...ran('a', '01', 200), ...asked('b'), ...ran('b', '02', 200), ...asked('c')];
  const report = judged(lines, { visible: [['b', 'retry']], dead: [['c', 'WorkerLost']] });
  assert.deepEqual(report.lost, ['a']);
});

test('a job still to be seen after the drain is stuck, finished or not', () => {
  const report = judged([...asked('a'), ...ran('a', '01', 200, 210)], { visible: [['a', 'schedule']] });
  assert.equal(report.stuck.length, 1);
});

test('a job that nobody asked for is unexpected', () => {
  const report = judged([...asked('a'), ...ran('a', '01', 200, 210), ...ran('x', '02', 200, 210)]);
  assert.deepEqual(report.unexpected, ['x']);
});

test('a refused job that runs is wrong', () => {
  const report = judged([...asked('a', 'N'), ...ran('a', '01', 200, 210)]);
  assert.deepEqual(report.refusedButRan, ['a']);
});

test('an unknown job may finish or not', () => {
  const report = judged([...asked('a', 'U'), ...asked('b', 'U'), ...ran('b', '01', 200, 210)]);
  assert.deepEqual(faultsOf(report), []);
  assert.equal(report.recovered, 1);
});

test('an intent without an answer counts as unknown', () => {
  const report = judged(['I a chaos.ok chaos 0 .', ...asked('b'), ...ran('b', '01', 200, 210)]);
  assert.deepEqual(faultsOf(report), []);
  assert.equal(report.unknown, 1);
});

test('a scheduled job that runs before its time is early', () => {
  const report = judged([...asked('a', 'A', 'chaos.ok', 5000), ...ran('a', '01', 4000, 4001)]);
  assert.deepEqual(report.early, ['a']);
});

const twice = [...asked('a'), ...ran('a', '01', 1000, 1010), ...ran('a', '02', 9000, 9010, 78)];

test('a job that finished twice without a fault is not explained', () => {
  const report = judged(twice);
  assert.equal(report.duplicated.count, 1);
  assert.equal(report.duplicated.unexplained.length, 1);
  assert.match(wrongIn(report)[0], /no fault explains/);
});

test('the death of the first worker just after explains a second run, a later one does not', () => {
  const at = (time, why = 'worker kill -9') => ({ ...calm, deaths: new Map([[pid, { at: time, why, abrupt: true }]]) });
  assert.deepEqual(judged(twice, { log: at(1500) }).duplicated.explained, { 'worker kill -9': 1 });
  assert.equal(judged(twice, { log: at(8900) }).duplicated.unexplained.length, 1);
  assert.equal(judged(twice, { log: at(1500, null) }).duplicated.unexplained.length, 1, 'a death that nobody asked for explains nothing');
});

test('a fault explains only the runs of the process it hit', () => {
  const fault = (pids) => ({ ...calm, faults: [{ kind: 'worker stopped beyond its lease', track: 'process', from: 900, to: 9000, pids }] });
  assert.equal(judged(twice, { log: fault([pid]) }).duplicated.unexplained.length, 0);
  assert.equal(judged(twice, { log: fault([99]) }).duplicated.unexplained.length, 1);
  assert.equal(judged(twice, { log: fault([78]) }).duplicated.unexplained.length, 0, 'claimed before it was stopped, begun when it went on');
});

test('a storm in which nobody was killed has not measured recovery', () => {
  assert.match(wrongIn(judged([...asked('a'), ...ran('a', '01', 200, 210)])).join(), /never measured/);
});

test('faults that must not make duplicates explain none', () => {
  for (const kind of ['redis CLIENT KILL', 'redis SCRIPT FLUSH', 'proxy cut', 'proxy truncate', 'redis maxmemory']) {
    const log = { ...calm, faults: [{ kind, track: 'server', from: 900, to: 9000, pids: [pid] }] };
    assert.equal(judged(twice, { log }).duplicated.unexplained.length, 1, kind);
  }
});

test('a repeated enqueue explains that its job ran twice, also at once', () => {
  const report = judged(['I a chaos.ok chaos 0 .', 'U a 1 .', 'R a 2 .', 'A a 3 .', ...ran('a', '01', 1000, 1000), ...ran('a', '02', 1000, 1000, 78)]);
  assert.equal(report.duplicated.unexplained.length, 0);
  assert.equal(report.acked, 1);
});

test('recovery is measured from the death to the next start, and judged when Redis was well', () => {
  const log = { ...calm, deaths: new Map([[pid, { at: 1000, why: 'worker kill -9', abrupt: true }]]) };
  const lines = [...asked('a'), ...ran('a', '01', 900), ...ran('a', '02', 17000, 17001, 78)];
  const report = judged(lines, { log });
  assert.deepEqual(report.recovery.clean, { count: 1, p50: 16000, p99: 16000, max: 16000 });
  assert.match(wrongIn(report)[0], /p99 16000 ms/);
  const away = { ...log, faults: [{ kind: 'redis DEBUG SLEEP', track: 'server', from: 5000, to: 6000, pids: [] }] };
  assert.equal(judged(lines, { log: away }).recovery.disturbed.count, 1);
});

test('what a failover forgot is counted apart when it was acknowledged just before, and wrong otherwise', () => {
  const log = { ...calm, faults: [{ kind: 'primary kill -9', track: 'server', from: 5000, to: 9000, pids: [] }] };
  const lines = ['I a chaos.ok chaos 0 .', 'A a 4900 .', 'I b chaos.ok chaos 0 .', 'A b 20000 .', ...asked('c'), ...ran('c', '01', 200, 210)];
  const report = judged(lines, { log });
  assert.deepEqual([report.forgotten, report.lost], [['a'], ['b']]);
  assert.equal(faultsOf(report, true).length, 1);
  assert.equal(faultsOf(report, false).length, 2);
});

test('pills must die as killers, and their neighbours must not', () => {
  const pill = [...asked('p', 'A', 'chaos.pill'), ...ran('p', '01', 1000)];
  assert.deepEqual(judged(pill, { dead: [['p', 'WorkerLost']] }).pillsAlive, []);
  assert.deepEqual(judged(pill).pillsAlive, ['p']);
  const mate = ['I m chaos.slow pills 0 .', 'A m 1 .'];
  assert.deepEqual(judged(mate, { dead: [['m', 'WorkerLost']] }).pillNeighboursCondemned, ['m']);
});

test('a job that died of anything but lost workers is wrong here', () => {
  assert.equal(judged(asked('a'), { dead: [['a', 'UnknownJob']] }).deadWrongly.length, 1);
});

test('lines that are not whole are left out and counted', () => {
  const ledger = ledgerOf(['S a 01 77 100 chaos.ok', 'P\u0000Q', 'S a 01 77 100 chaos.ok .']);
  assert.equal(ledger.counts.garbage, 2);
  assert.equal(ledger.counts.starts, 1);
});

test('a growing ledger is read on from where it was, halves of lines included', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ledger-')), 'l');
  const ledger = new Ledger();
  ledger.add(file);
  fs.writeFileSync(file, '\nI a chaos.ok chaos 0 .\n\nA a');
  assert.equal(ledger.read().counts.acked, 0);
  fs.appendFileSync(file, ' 12 .\n');
  assert.equal(ledger.read().counts.acked, 1);
  fs.rmSync(path.dirname(file), { recursive: true });
});

test('quantiles of nothing are unknown', () => {
  assert.deepEqual(quantiles([]), { count: 0, p50: null, p99: null, max: null });
  assert.deepEqual(quantiles([3, 1, 2]), { count: 3, p50: 2, p99: 3, max: 3 });
});

test('the same seed plans the same faults, another seed others, and each round has every kind', () => {
  for (const [tracks, track] of [stormTracks, failoverTracks].flatMap((all) => Object.keys(all).map((name) => [all, name]))) {
    const size = Object.values(tracks[track].kinds).reduce((a, b) => a + b, 0);
    const take = (seed) => {
      const faults = plan(tracks, track, seed);
      return Array.from({ length: 2 * size }, () => faults.next().value).map(({ kind, draw, restMs }) => `${kind} ${draw} ${restMs}`);
    };
    assert.deepEqual(take(5), take(5));
    assert.notDeepEqual(take(5), take(6));
    const firstRound = take(5).slice(0, size).map((line) => line.replace(/ \d+ \d+$/, ''));
    assert.deepEqual(new Set(firstRound), new Set(Object.keys(tracks[track].kinds)));
  }
});

test('replies are decoded whole or not at all', () => {
  const whole = Buffer.from('*3\r\n:1\r\n$2\r\nab\r\n*1\r\n$-1\r\n');
  for (let cut = 0; cut < whole.length; cut += 1) assert.equal(decode(whole.subarray(0, cut)), null);
  assert.deepEqual(decode(whole).value, [1, 'ab', [null]]);
});

async function proxyTo(answer) {
  let asked = 0;
  const server = net.createServer((socket) => socket.on('error', () => {}).on('data', () => {
    asked += 1;
    socket.write(answer);
  }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = new Proxy(server.address().port, () => 0.5);
  await proxy.start();
  return { proxy, asked: () => asked, stop: () => Promise.all([proxy.stop(), new Promise((resolve) => server.close(resolve))]) };
}

for (const mode of ['cut', 'truncate', 'half']) {
  test(`the proxy spoils an answer after the command has run: ${mode}`, { timeout: 10000 }, async () => {
    const { proxy, asked: count, stop } = await proxyTo('+abcdefgh\r\n');
    const client = new RespClient(proxy.port);
    assert.equal(await client.call('PING'), 'abcdefgh');
    proxy.set(mode, 1);
    await assert.rejects(client.call('PING'));
    assert.equal(count(), 2);
    assert.equal(proxy.hits[mode], 1);
    proxy.set('pass');
    assert.equal(await client.call('PING'), 'abcdefgh');
    client.close();
    await stop();
  });
}
