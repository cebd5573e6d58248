import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { defineConfig } from 'vite';

// x.js.gz and x.js.br beside each file: the server sends what is there and compresses nothing itself.
function compressed() {
  let folder;
  const pack = (file) => {
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: 9 }));
    fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  };
  const walk = (place) => {
    for (const entry of fs.readdirSync(place, { withFileTypes: true })) {
      const name = path.join(place, entry.name);
      if (entry.isDirectory()) walk(name);
      else if (/\.(html|js|css|svg)$/.test(entry.name)) pack(name);
    }
  };
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) { folder = path.resolve(config.root, config.build.outDir); },
    closeBundle() { walk(folder); },
  };
}

export default defineConfig({
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  plugins: [compressed()],
  build: {
    target: 'es2022',
    // Nothing inline: the page's policy allows no data: script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': process.env.DROPSHIP_API ?? 'http://127.0.0.1:8080' } },
});
