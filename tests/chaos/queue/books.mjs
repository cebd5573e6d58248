// What Redis says about the jobs it holds, asked in one script, and whether the ledgers agree:
//   pushed = waiting + claimed + scheduled + to retry + dead + done, and nothing was ever deleted here.
// The timetable's jobs, whose queues nobody serves here, are left out.

const queues = ['chaos', 'pills', 'calm'];
const ofQueue = (key) => queues.find((name) => key.endsWith(`:${name}`) || key.includes(`:${name}#`));

const totals = `#!lua flags=no-writes,allow-oom
local waiting, claimed = 0, 0
local queues = { '${queues.join("', '")}' }
for _, name in ipairs(queues) do waiting = waiting + redis.call('LLEN', 'queue:' .. name) end
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', 'dropship:claimed:*', 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    for _, name in ipairs(queues) do
      if string.find(key, ':' .. name .. '#', 1, true) then claimed = claimed + redis.call('LLEN', key) end
    end
  end
until cursor == '0'
local function number(key) return tonumber(redis.call('GET', key) or '0') end
return { waiting, claimed, redis.call('ZCARD', 'schedule'), redis.call('ZCARD', 'retry'), redis.call('ZCARD', 'dead'),
  number('stat:processed'), number('stat:failed'), number('dropship:stat:fenced'), number('dropship:stat:recovered'),
  number('dropship:stat:condemned'), redis.call('DBSIZE') }`;

export async function readBooks(call) {
  const [waiting, claimed, schedule, retry, dead, processed, failed, fenced, recovered, condemned, keys] = await call('EVAL', totals, '0');
  const done = processed - failed;
  return { waiting, claimed, schedule, retry, dead, done, processed, failed, fenced, recovered, condemned, keys,
    open: waiting + claimed + schedule + retry, total: waiting + claimed + schedule + retry + dead + done };
}

// Jobs that are somewhere: Map jid -> place (dead ones apart, with their error class).
export async function readPlaces(call) {
  const visible = new Map();
  const dead = new Map();
  const take = (payloads, place) => {
    for (const payload of payloads) visible.set(JSON.parse(payload).jid, place);
  };
  for (const name of queues) take(await call('LRANGE', `queue:${name}`, '0', '-1'), `queue:${name}`);
  for (const key of await keysOf(call, 'dropship:claimed:*')) {
    if (ofQueue(key)) take(await call('LRANGE', key, '0', '-1'), key);
  }
  for (const set of ['schedule', 'retry']) {
    const rows = await call('ZRANGE', set, '0', '-1', 'WITHSCORES');
    for (let i = 0; i < rows.length; i += 2) take([rows[i]], `${set}, due in ${Math.round(Number(rows[i + 1]) - Date.now() / 1000)} s, ${JSON.parse(rows[i]).class}`);
  }
  for (const payload of await call('ZRANGE', 'dead', '0', '-1')) {
    const job = JSON.parse(payload);
    dead.set(job.jid, job.error_class);
  }
  return { visible, dead };
}

export async function keysOf(call, pattern = '*') {
  const found = new Set();
  let cursor = '0';
  do {
    const [next, page] = await call('SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000');
    for (const key of page) found.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

// Those that have no time to live.
export async function lastingKeys(call) {
  const lasting = [];
  for (const key of await keysOf(call)) {
    if ((await call('PTTL', key)) === -1) lasting.push(key);
  }
  return lasting;
}

// Keys counted by what they are for: the parts of a name that are numbers, identities and digests are left out.
export function keyKinds(keys) {
  const kinds = {};
  for (const key of keys) {
    const kind = key.replace(/[0-9a-f]{12,}/g, 'X').replace(/[\w.-]+:\d+:X/g, 'PROCESS').replace(/\d{4}-\d\d-\d\d/g, 'DAY').replace(/#\d+/g, '#N');
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}
