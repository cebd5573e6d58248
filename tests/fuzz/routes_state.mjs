// What the system holds, as one text that changes when anything does that a refused request may not touch.
import { spawn } from 'node:child_process';
import net from 'node:net';

// Traces of the asking itself: when a key was used last, who has how many requests left, whose login failed.
const UNJUDGED_COLUMNS = { api_key: ['last_used_at'], session: ['seen_at', 'used_at', 'last_used_at', 'last_seen_at'] };
const UNJUDGED_TABLES = ['idempotency', 'request_note'];
const EXPIRING_KEYS = /^(it-|[^ ]*-signals |dropship:(unique|scale):)/;
const UNJUDGED_KEYS = /^dropship:(rate|limit|auth|login)/;

// A psql that stays: one statement at a time.
class Psql {
  constructor(url) {
    this.child = spawn('psql', ['-XqAt', '-d', url], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.text = '';
    this.child.stdout.on('data', (data) => {
      this.text += data;
      if (this.text.endsWith('\n--end--\n')) this.#answer(this.text.slice(0, -'\n--end--\n'.length));
    });
  }

  #answer(text) {
    this.text = '';
    this.resolve(text.trimEnd());
  }

  query(sql) {
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.child.stdin.write(`${sql};\n\\echo\n\\echo --end--\n`);
    });
  }

  end() {
    this.child.stdin.end('\\q\n');
  }
}

// Just enough of Redis' protocol: texts, numbers and flat lists.
class RedisLine {
  constructor(port) {
    this.waiting = [];
    this.text = '';
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1');
    this.socket.on('data', (data) => {
      this.text += data;
      for (let got = this.#read(0); got; got = this.#read(0)) {
        this.text = this.text.slice(got.next);
        this.waiting.shift()(got.value);
      }
    });
  }

  #read(at) {
    const end = this.text.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const kind = this.text[at];
    const line = this.text.slice(at + 1, end);
    if (kind === '$') {
      const next = end + 4 + Number(line);
      return this.text.length >= next ? { value: this.text.slice(end + 2, next - 2), next } : undefined;
    }
    if (kind !== '*') return { value: line, next: end + 2 };
    const list = [];
    for (let i = 0, from = end + 2; ; i += 1) {
      if (i === Number(line)) return { value: list, next: from };
      const item = this.#read(from);
      if (!item) return undefined;
      list.push(item.value);
      from = item.next;
    }
  }

  command(...words) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.socket.write(`*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w, 'latin1')}\r\n${w}\r\n`).join('')}`, 'latin1');
    });
  }

  end() {
    this.socket.destroy();
  }
}

export class State {
  #digest;
  #xid;

  static async open({ databaseUrl, redisPort }) {
    const state = new State();
    state.psql = new Psql(databaseUrl);
    state.redis = new RedisLine(redisPort);
    const names = await state.psql.query("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1");
    state.tables = names.split('\n').filter((name) => !UNJUDGED_TABLES.includes(name));
    return state;
  }

  end() {
    this.psql.end();
    this.redis.end();
  }

  // The tables; read anew only when some transaction has written since.
  async #database() {
    const xid = await this.psql.query('select pg_snapshot_xmax(pg_current_snapshot())');
    if (xid !== this.#xid) {
      const parts = this.tables.map((table) => {
        const row = (UNJUDGED_COLUMNS[table] ?? []).reduce((text, column) => `(${text} - '${column}')`, 'to_jsonb(t)');
        return `select '${table}' || ' ' || count(*) || ' ' || md5(coalesce(string_agg(${row}::text, ',' order by ${row}::text), '')) from ${table} t`;
      });
      this.#digest = await this.psql.query(parts.join(' union all '));
      this.#xid = xid;
    }
    return this.#digest;
  }

  async #memory() {
    const keys = (await this.redis.command('KEYS', '*')).filter((key) => !UNJUDGED_KEYS.test(key)).sort();
    const values = keys.length > 0 ? await this.redis.command('DEBUG', 'DIGEST-VALUE', ...keys) : [];
    return keys.map((key, i) => `${key} ${values[i]}`).join('\n');
  }

  async read() {
    const [database, memory] = await Promise.all([this.#database(), this.#memory()]);
    return `${database}\n${memory}`;
  }
}

// The lines in which two states differ, for people; "" when only keys went whose time was up.
export function difference(before, after) {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const short = (line) => line.split(' ').slice(0, 2).join(' ');
  const came = [...now].filter((line) => !old.has(line)).map((line) => `+${short(line)}`);
  const went = [...old].filter((line) => !now.has(line) && !EXPIRING_KEYS.test(line)).map((line) => `-${short(line)}`);
  return [...came, ...went].slice(0, 6).join('; ');
}
