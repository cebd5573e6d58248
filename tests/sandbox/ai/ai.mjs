// The text models together: what the world holds of them, their prefixes, and their strings at the control port.

import { AnthropicEndpoint } from './anthropic.mjs';
import { OpenAiEndpoint } from './openai.mjs';
import { Calls } from './talk.mjs';
import { Wrongs } from './wrong.mjs';

export class TextModels {
  /** @param world with clock; saved: what save() gave; rng decides about rates */
  constructor(world, rng, saved = {}) {
    this.calls = new Calls(world.clock);
    this.wrongs = new Wrongs(rng, saved.wrongs ?? []);
    /** model -> {gone?, ends?: "2027-01-14"}, what is announced about it */
    this.fates = new Map(saved.fates ?? []);
    this.endpoints = {
      openai: new OpenAiEndpoint(world, true),
      compatible: new OpenAiEndpoint(world, false),
      anthropic: new AnthropicEndpoint(world),
    };
  }

  save() {
    return { wrongs: this.wrongs.list, fates: [...this.fates] };
  }
}

/** [prefix, handler] for the HTTP server */
export const aiPrefixes = (world) =>
  Object.entries(world.ai.endpoints).map(([name, endpoint]) => [
    `/${name}/`,
    (r) => endpoint.handle(r),
  ]);

/** Rows for the control port's table: [method, pattern, run(world, body, [parts], query)] */
export const AI_ROUTES = [
  ['GET', /^\/ai$/, (w) => ({ wrongs: w.ai.wrongs.list, calls: w.ai.calls.seq })],
  ['POST', /^\/ai$/, (w, body) => w.ai.wrongs.add(body)],
  [
    'DELETE',
    /^\/ai$/,
    (w) => {
      w.ai.wrongs.clear();
      return { ok: true };
    },
  ],
  [
    'POST',
    /^\/ai\/models\/([^/]+)$/,
    (w, body, [model]) => {
      w.ai.fates.set(decodeURIComponent(model), {
        gone: Boolean(body.gone),
        ends: body.ends ?? null,
      });
      return Object.fromEntries(w.ai.fates);
    },
  ],
  ['GET', /^\/ai\/calls$/, (w, _, __, query) => w.ai.calls.after(Number(query.get('after') ?? 0))],
];
