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

// The first page's code is asked for with the frame's, not after it: a round trip less on a slow line.  So is the small script that
// asks for what the frame shows.
function firstPage(source, early) {
  return {
    name: 'first-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
        const page = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(source));
        const frame = chunks.find((chunk) => chunk.isEntry && chunk.facadeModuleId?.endsWith('index.html'));
        const first = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(early));
        if (!page || !frame || !first) throw new Error(`no chunk for ${source}`);
        const link = (attrs) => ({ tag: 'link', attrs: { crossorigin: true, ...attrs }, injectTo: 'head' });
        return [
          { tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src: `/${first.fileName}` }, injectTo: 'head' },
          ...[page.fileName, ...page.imports].filter((name) => name !== frame.fileName).map((name) => link({ rel: 'modulepreload', href: `/${name}` })),
          ...[...page.viteMetadata.importedCss].map((name) => link({ rel: 'preload', as: 'style', href: `/${name}` })),
        ];
      },
    },
  };
}

export default defineConfig({
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  plugins: [firstPage('src/pages/dashboard/index.tsx', 'src/early.ts'), compressed()],
  build: {
    target: 'es2022',
    // Nothing inline: the page's policy allows no data: script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['index.html', 'src/early.ts'] },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': process.env.DROPSHIP_API ?? 'http://127.0.0.1:8080' } },
});
