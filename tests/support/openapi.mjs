// Holds answers against the OpenAPI description that the server gives of itself, with public libraries: what is sent must be
// what is described, to the member.
import fs from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import YAML from 'yaml';

const jsonType = /^application\/(problem\+)?json\b/;
const escaped = (text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');

// "/a/{id}" -> a pattern and how many parameters it has.
function patternOf(template) {
  const parts = template.split(/\{[^}]+\}/);
  return { template, holes: parts.length - 1, pattern: new RegExp(`^${parts.map(escaped).join('[^/]+')}$`) };
}

export class Contract {
  #validators = new Map();

  constructor(text) {
    this.text = text;
    this.document = YAML.parse(text);
    this.ajv = new Ajv.default({ strict: false, allErrors: false });
    addFormats.default(this.ajv);
    this.ajv.addSchema(this.document, 'openapi.yaml');
    this.paths = Object.keys(this.document.paths).map(patternOf).sort((a, b) => a.holes - b.holes);
  }

  static async of(url) {
    const answer = await fetch(`${url}/openapi.yaml`);
    if (!answer.ok) throw new Error(`${url}/openapi.yaml: ${answer.status}`);
    return new Contract(await answer.text());
  }

  // { template, item, operation }: undefined where nothing fits.  target: path with or without a query.
  find(method, target) {
    const path = target.split('?')[0];
    const template = this.paths.find(({ pattern }) => pattern.test(path))?.template;
    const item = this.document.paths[template];
    return { template, item, operation: item?.[method === 'HEAD' ? 'get' : method.toLowerCase()] };
  }

  // Follows a reference within the document.
  resolve(node) {
    if (!node?.$ref) return node;
    return this.resolve(node.$ref.slice(2).split('/').reduce((at, key) => at[key], this.document));
  }

  // Why a value does not fit a schema of the components; undefined when it does.
  against(name, value) {
    if (!this.#validators.has(name)) {
      this.#validators.set(name, this.ajv.compile({ $ref: `openapi.yaml#/components/schemas/${name}` }));
    }
    const fits = this.#validators.get(name);
    if (fits(value)) return undefined;
    return fits.errors.map((e) => `${name}${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`).join('; ');
  }

  // What is wrong with an answer; undefined when it is as described.  answer: { status, type (content type), text }
  fault(method, target, { status, type, text }) {
    const { operation } = this.find(method, target);
    const described = operation && this.resolve(operation.responses[status] ?? (status >= 400 ? operation.responses.default : undefined));
    if (operation && !described) return `status ${status} is not described`;
    if (!operation && status < 400) return 'nothing of that kind is described';
    if (method === 'HEAD' || status === 304) return text === '' ? undefined : 'has a body';
    return this.#contentFault(described?.content ?? { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }, { status, type, text });
  }

  #contentFault(content, { status, type, text }) {
    const plain = (type ?? '').split(';')[0].trim();
    const media = content[plain];
    if (!media) return `content type ${type} is not described: ${Object.keys(content)}`;
    if (!jsonType.test(plain) || !media.schema.$ref) return undefined;
    let value;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return `is no JSON: ${error.message}`;
    }
    const why = this.against(media.schema.$ref.split('/').at(-1), value);
    return why ?? (plain === 'application/problem+json' && value.status !== status ? `the problem says ${value.status}` : undefined);
  }

  // Throws when an answer is not as described.
  check(method, target, answer) {
    const why = this.fault(method, target, answer);
    if (why) throw new Error(`${method} ${target} -> ${answer.status} is not as /openapi.yaml says: ${why}\n${String(answer.text).slice(0, 600)}`);
    if (process.env.DROPSHIP_CONTRACT_LOG) {
      const { template } = this.find(method, target);
      fs.appendFileSync(process.env.DROPSHIP_CONTRACT_LOG, `${method} ${template ?? '-'} ${answer.status}\n`);
    }
  }
}

const contracts = new Map(); // by origin

// Holds what a page of a browser is answered against the description of the server it asks; what is wrong goes to `problems`.
export function watchAnswers(page, problems) {
  page.on('response', async (response) => {
    const { origin, pathname } = new URL(response.url());
    const [status, type] = [response.status(), response.headers()['content-type']];
    if (!pathname.startsWith('/api/') || !jsonType.test(type ?? '') || status === 304) return;
    try {
      if (!contracts.has(origin)) contracts.set(origin, Contract.of(origin));
      const [contract, text] = [await contracts.get(origin), await response.text()];
      const why = contract.fault(response.request().method(), pathname, { status, type, text });
      if (why) problems.push(`${response.request().method()} ${pathname} -> ${status} is not as described: ${why}`);
    } catch (error) {
      if (!page.isClosed() && !/closed|No resource|navigat|fetch failed/i.test(error.message)) problems.push(`${pathname}: ${error.message}`);
    }
  });
}
