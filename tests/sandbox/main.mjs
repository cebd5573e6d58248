#!/usr/bin/env node
// The stand-in for the outside services: one process, one port. See README.md.

import { helpText, parseOptions } from './options.mjs';
import { listen } from './http.mjs';
import { loadSchema } from './schema.mjs';
import { StateFile, loadState } from './state.mjs';
import { World } from './world.mjs';

/** What was changed while running comes back after a restart, unless this start says otherwise; the seed stays, it made the catalog. */
function settingsOf(options, saved) {
  const kept = Object.fromEntries(
    Object.entries(saved.settings ?? {}).filter(
      ([name]) =>
        name === 'seed' || (!options.given.has(name) && !['host', 'port', 'state'].includes(name)),
    ),
  );
  return { ...options.settings, ...kept };
}

async function main() {
  if (process.argv.includes('--help')) {
    process.stdout.write(helpText());
    return;
  }
  const options = parseOptions(process.argv.slice(2), process.env);
  const saved = loadState(options.settings.state);
  const world = new World(settingsOf(options, saved), await loadSchema(), saved);
  const state = new StateFile(world.settings.state, () => world.save());
  const { server, port } = await listen(world);
  world.start();
  state.start();
  console.log(JSON.stringify({ ready: true, port }));
  const stop = () => {
    world.stop();
    state.stop();
    server.close();
    server.closeAllConnections?.();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error) => {
  console.error(`sandbox: ${error.message}`);
  process.exitCode = 2;
});
