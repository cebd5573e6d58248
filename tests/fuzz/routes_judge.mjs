// What may be wrong with an answer, whatever was asked.
export const SLOW_MS = 2000;
export const SECRET = 'planted-secret-'; // begins everything that nobody may be told
const INNER = [SECRET, /SQLSTATE|syntax error at|duplicate key value|violates|relation "|column "|pg_catalog|PGRES_/i, /0x[0-9a-f]{8,}/,
  /\/(?:tmp|work|root|usr|home|etc|proc)\/[a-z]/, /\.(?:c|h|sql|lua):\d+/, /AddressSanitizer|runtime error:/];

// Statuses of our trouble that are none: a version or method of HTTP we do not speak, no place for one more listener or job.
function isExcused(request, status) {
  return (status === 505 && request.version !== undefined) || (status === 501 && request.notes.some((n) => /^(method|header: chunks)/.test(n)))
    || (status === 503 && /live$|jobs$/.test(request.route.path));
}

export class Judge {
  // inner: further texts that nobody may be told
  constructor(contract, inner = []) {
    this.contract = contract;
    this.inner = [...INNER, ...inner];
  }

  // Undefined when all is well.  request: { method, target, route, notes, refused, version }; answer: of exchange()
  fault(request, answer) {
    const { status } = answer;
    if (answer.none) return request.notes.includes('path: absolute') ? undefined : answer.none; // civetweb drops what names another host
    if (status >= 500 && !isExcused(request, status)) return `status ${status}`;
    if (request.refused && (status < 400 || status >= 500) && !isExcused(request, status)) return `was answered ${status}`;
    if (answer.ms > SLOW_MS) return `took ${Math.round(answer.ms)} ms`;
    if (!answer.valid) return 'the answer is no UTF-8';
    return this.#told(answer) ?? this.contract.fault(request.method, String(request.target), answer);
  }

  // Lists may hold any text of others; refusals and headers are our own words.
  #told({ status, headers, text }) {
    const said = `${[...headers].join('\n')}\n${status >= 400 || text.includes(SECRET) ? text : ''}`;
    const inner = this.inner.find((pattern) => (pattern instanceof RegExp ? pattern.test(said) : said.includes(pattern)));
    if (inner) return `tells of ${inner}`;
    return headers.has('x-injected') ? 'a header was injected' : undefined;
  }
}
