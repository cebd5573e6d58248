// gid://shopify/<Type>/<number> and back.

export const gid = (type, number) => `gid://shopify/${type}/${number}`;

const PATTERN = /^gid:\/\/shopify\/([A-Za-z]+)\/([0-9]{1,18})(?:\?.*)?$/;

/** Any well-formed gid; ids of jobs are not numbers. */
export const isGid = (text) => /^gid:\/\/[a-z-]+\/[A-Za-z]+\/[A-Za-z0-9-]+(?:\?.*)?$/.test(text);

/** The number of a gid of that type, else null. */
export function numberOf(type, text) {
  const [, found, number] = PATTERN.exec(text ?? '') ?? [];
  return found === type ? Number(number) : null;
}
