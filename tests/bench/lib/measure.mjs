// Repetitions: ours, its ceilings and its peers take turns, so that what disturbs one disturbs all.
import { summary, median, timesAsGood } from './figures.mjs';

// One figure.  setup: { case, name, unit, better, target, run, ceilings: [{ name, target, run }] }; run gives a number.
// When `run` fails the figure is missing and says why.
export async function measure(bench, setup) {
  const { run, ceilings = [], peers = [], ...figure } = setup;
  const values = [];
  const others = [...ceilings, ...peers].map(() => []);
  const failed = new Map();
  try {
    for (let i = 0; i < (setup.repeats ?? bench.repeats); i++) {
      values.push(await run());
      for (const [at, other] of [...ceilings, ...peers].entries()) {
        if (failed.has(at) || i >= (other.repeats ?? Infinity)) continue;
        try {
          others[at].push(await other.run());
        } catch (error) {
          if (at < ceilings.length) throw error;
          failed.set(at, error.message);
        } finally {
          await bench.stage.stopPrograms();
        }
      }
    }
  } catch (error) {
    await bench.stage.stopPrograms();
    return bench.add({ ...figure, missing: `failed: ${error.message}` });
  }
  const better = setup.better ?? 'more';
  const compared = [...ceilings, ...peers].map((other, at) => (failed.has(at) || others[at].length === 0
    ? { name: other.name, missing: failed.get(at) ?? other.missing }
    : { name: other.name, target: other.target, value: summary(others[at]),
      ratio: median(others[at].map((value, i) => timesAsGood(values[i], value, better))) }));
  return bench.add({ ...figure, value: summary(values), ceilings: compared.slice(0, ceilings.length),
    peers: compared.slice(ceilings.length) });
}
