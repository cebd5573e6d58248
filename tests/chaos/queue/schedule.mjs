// What happens when in a queue storm: three tracks of faults that run beside each other, each a pure function of the seed.
// A track goes through all of its kinds in a random order, then through all of them again in another.
import { generator } from '../generator.mjs';

// Kinds with their share per round; the names are those of the fault table in faults.mjs.
export const stormTracks = {
  process: {
    restMs: [300, 2500],
    kinds: { 'worker kill -9': 6, 'all workers kill -9': 1, 'scheduler kill -9': 2, 'both schedulers kill -9': 1, 'worker stopped beyond its lease': 1,
      'worker TERM': 2, 'TERM storm': 1, 'rolling restart': 1, 'worker TERM twice': 1, 'producer kill -9': 1, 'clock one hour ahead': 1, 'clock one hour behind': 1 },
  },
  jobs: {
    restMs: [500, 4000],
    kinds: { 'job segfaults': 1, 'job exits': 1, 'job eats memory': 1, 'job never ends': 1, 'job closes all descriptors': 1, 'job forks': 1, 'poison pill': 1 },
  },
  server: {
    restMs: [500, 3000],
    kinds: { 'redis kill -9, everysec': 1, 'redis kill -9, always': 1, 'redis CLIENT KILL': 2, 'redis SCRIPT FLUSH': 1, 'redis DEBUG SLEEP': 1, 'redis CLIENT PAUSE': 1,
      'redis maxmemory': 1, 'redis MISCONF': 1, 'proxy cut': 1, 'proxy truncate': 1, 'proxy delay': 1, 'proxy half-close': 1 },
  },
};

// With Sentinel: what moves the primary, while processes die.
export const failoverTracks = {
  process: { restMs: [1000, 4000], kinds: { 'worker kill -9': 3, 'scheduler kill -9': 1, 'worker TERM': 1, 'producer kill -9': 1 } },
  server: { restMs: [8000, 15000], kinds: { 'primary kill -9': 1, 'primary stopped': 1, 'failover asked for': 1 } },
};

function shuffled(items, random) {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

// Endless: { round, kind, random (its own generator), restMs (pause afterwards) }.
export function* plan(tracks, track, seed) {
  const { kinds, restMs } = tracks[track];
  const random = generator(seed * 7919 + Object.keys(tracks).indexOf(track) * 104729 + 1);
  const all = Object.entries(kinds).flatMap(([kind, count]) => Array(count).fill(kind));
  for (let round = 0; ; round += 1) {
    for (const kind of shuffled(all, random)) {
      const own = Math.floor(random() * 4294967296);
      yield { round, kind, random: generator(own), draw: own, restMs: Math.round(restMs[0] + random() * (restMs[1] - restMs[0])) };
    }
  }
}
