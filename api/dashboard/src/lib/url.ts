// State that lives in the URL.  Defaults are left out, unknown parameters are left alone.

export type Defaults = Record<string, string>;

/** The values of the named parameters; what is absent has its default. */
export function readParams<D extends Defaults>(search: string, defaults: D): { [K in keyof D]: string } {
  const params = new URLSearchParams(search);
  const values = {} as { [K in keyof D]: string };
  for (const name of Object.keys(defaults) as (keyof D & string)[]) {
    values[name] = params.get(name) ?? defaults[name] ?? '';
  }
  return values;
}

/** The query after a change: null or a default takes the parameter out.  "" or "?a=b", parameters in the order of their names. */
export function writeParams(search: string, patch: Record<string, string | null>, defaults: Defaults = {}): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === (defaults[name] ?? '')) params.delete(name);
    else params.set(name, value);
  }
  params.sort();
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** A query from values; null, undefined and "" are left out. */
export function queryOf(values: Record<string, string | number | boolean | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Where to go after the login: a path of ours, whatever somebody wrote into the link. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])[^\\\n\r\t]*$/.test(next) && !next.startsWith('/login') ? next : '/';
}
