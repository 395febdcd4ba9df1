// Bundles the page that draws a dashboard: node bundle.mjs FOLDER
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';

const out = process.argv[2];
await build({
  entryPoints: [path.join(import.meta.dirname ?? '.', 'src/main.tsx')],
  bundle: true, outdir: out, format: 'esm', minify: true, splitting: true, jsx: 'automatic', logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff': 'file', '.woff2': 'file', '.ttf': 'file' },
});
fs.writeFileSync(path.join(out, 'index.html'), `<!doctype html><meta charset=utf-8><title>dashboard</title><link rel=icon href=data:,>
<style>html,body{margin:0;background:#111217}</style><div id=root></div><link rel=stylesheet href=/main.css>
<script>window.process={env:{}}</script><script type=module src=/main.js></script>
`);
