// A server on loopback for one dashboard: the bundle, the dashboard, Prometheus' API and the files that Grafana has below /public.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const types = { '.js': 'text/javascript', '.html': 'text/html', '.json': 'application/json', '.svg': 'image/svg+xml', '.css': 'text/css', '.otf': 'font/otf' };
const icons = path.join(import.meta.dirname ?? '.', '../node_modules/@grafana/ui/dist/public');
const fonts = '/usr/share/fonts/opentype/inter';

export async function serve(bundle, dashboard, prometheus) {
  const file = (url) => {
    if (url === '/dashboard.json') return dashboard;
    const font = /^\/public\/fonts\/inter\/(Inter-\w+)\.woff2$/.exec(url);
    if (font) return path.join(fonts, `${font[1]}.otf`);
    return url.startsWith('/public/') ? path.join(icons, url.replace(/^\/public(\/build)?/, '')) : path.join(bundle, url === '/' ? 'index.html' : url);
  };
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/api/')) {
      const body = await new Promise((done) => { let text = ''; request.on('data', (c) => (text += c)); request.on('end', () => done(text)); });
      const answer = await fetch(prometheus + url.pathname + url.search, { method: request.method, body: body || undefined, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
      // A query that is refused is told by its text, not by a failed request.
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(await answer.text());
    }
    const wanted = file(decodeURIComponent(url.pathname));
    fs.readFile(wanted, (error, content) => {
      if (error) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': types[path.extname(wanted)] ?? 'application/octet-stream' });
      response.end(content);
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { port: server.address().port, close: () => server.close() };
}
