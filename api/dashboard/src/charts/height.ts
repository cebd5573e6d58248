/** Pixels that horizontal bars take, at most ten of them. */
export const heightOfBars = (count: number) => Math.max(120, Math.min(10, count) * 34 + 30);
