// One call of a model, whatever the dialect: what goes wrong, what is answered, how many tokens, and a note in the books.

import { compose } from './compose.mjs';
import { RAW, TEXTS } from './wrong.mjs';

const KEPT = 5000;
export const tokensOf = (text) => Math.ceil(text.length / 4);

/** What was asked and answered, in order; the oldest go when there are too many. */
export class Calls {
  constructor(clock) {
    this.clock = clock;
    this.entries = [];
    this.seq = 0;
  }

  add(facts) {
    const entry = { seq: ++this.seq, at: new Date(this.clock.now()).toISOString(), ...facts };
    this.entries.push(entry);
    if (this.entries.length > KEPT) {
      this.entries.shift();
    }
    return entry;
  }

  after(seq) {
    return this.entries.filter((e) => e.seq > seq);
  }
}

const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * What the model says to a request.
 * @param ask {service, schema (null: any text), system, user, limit}
 * @param wrong from Wrongs.choose(), or null
 * @returns {text, tokensIn, tokensOut, reasoning, truncated}
 */
export function say(ask, wrong) {
  let answer = ask.schema ? compose(ask.schema, ask.user) : { text: 'Some text' };
  answer = wrong && TEXTS[wrong.kind] ? TEXTS[wrong.kind](answer, ask.user) : answer;
  let text = JSON.stringify(answer);
  text = wrong && RAW[wrong.kind] ? RAW[wrong.kind](text) : text;
  const reasoning = 24;
  const needed = tokensOf(text) + reasoning;
  const cut = wrong?.kind === 'truncated' || (needed > ask.limit && wrong?.kind !== 'large');
  return {
    text: cut ? text.slice(0, Math.floor(text.length / 2)) : text,
    tokensIn: tokensOf(ask.system + ask.user) + 12,
    tokensOut: cut ? ask.limit : needed,
    reasoning,
    truncated: cut,
  };
}

/**
 * Runs a call: answers by `speak`, or as the wrong kind has it.
 * @param world with ai.calls and ai.wrongs
 * @param dialect {service, path, parse(request) -> ask, speak(ask, said, wrong) -> body, fail(kind, wrong) -> answer, refuse(error) -> answer}
 */
export async function talk(world, dialect, request) {
  const note = { service: dialect.service, path: dialect.path, status: 200, wrong: null };
  let ask = null;
  try {
    ask = dialect.parse(request);
  } catch (error) {
    const answer = dialect.refuse(error);
    world.ai.calls.add({
      ...note,
      status: answer.status,
      refused: error.message,
      request: request.text,
    });
    return answer;
  }
  const wrong = world.ai.wrongs.choose(dialect.service);
  const said = say(ask, wrong);
  const entry = world.ai.calls.add({
    ...note,
    wrong: wrong?.kind ?? null,
    model: ask.body.model,
    task: ask.name ?? null,
    limit: ask.limit,
    stored: ask.stored ?? false,
    request: ask.body,
    answer: said.text.slice(0, 20000),
    tokens: { in: said.tokensIn, out: said.tokensOut },
  });
  if (wrong?.kind === 'slow') {
    await sleep(wrong.ms);
  }
  if (wrong?.kind === 'drop') {
    return { drop: true };
  }
  const failed = wrong ? dialect.fail(wrong) : null;
  entry.status = failed?.status ?? 200;
  return (
    failed ?? { status: 200, headers: dialect.headers(), body: dialect.speak(ask, said, wrong) }
  );
}

export const HTML = '<html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>';
