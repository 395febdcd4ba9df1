// Draws a dashboard in Chromium with Grafana's own components and the data of a running Prometheus:
//   node draw.mjs BUNDLE DASHBOARD.json PROMETHEUS-URL PICTURE.png [NAME=VALUE …]
// NAME=VALUE: variables of the dashboard (var-host=a), and since=SECONDS, width=PIXELS. Prints one problem a line and exits with 1 when there is any.
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { serve } from './serve.mjs';

const [bundle, dashboard, prometheus, picture, ...settings] = process.argv.slice(2);
const server = await serve(bundle, dashboard, prometheus);
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-'));
const query = new URLSearchParams(settings.map((s) => [s.slice(0, s.indexOf('=')), s.slice(s.indexOf('=') + 1)]));
const width = Number(query.get('width') ?? 1600);
// Chromium gives up what it fetches when an interface comes or goes on this machine, which is nobody's fault here.
const CHANGED = 'ERR_NETWORK_CHANGED';
const TRIES = 4;
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', headless: true, viewport: { width, height: 900 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let problems = [];

async function draw() {
  problems = [];
  const page = await browser.newPage();
  page.on('response', (r) => r.status() >= 400 && problems.push(`${r.status()} ${r.url()}`));
  page.on('console', (m) => m.type() === 'error' && problems.push(`console: ${m.text().slice(0, 400)}`));
  page.on('pageerror', (e) => problems.push(`page: ${(e.stack ?? String(e)).slice(0, 600)}`));
  await page.goto(`http://127.0.0.1:${server.port}/?${query}`);
  await page.waitForFunction(() => window.drawn !== undefined, null, { timeout: 60_000 });
  // The height is known now; what is drawn on canvas follows the size.
  await page.setViewportSize({ width, height: Math.min(await page.evaluate(() => window.drawn.height), 8000) });
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((r) => requestAnimationFrame(() => setTimeout(r, 300)))));
  await page.screenshot({ path: picture });
  const drawn = await page.evaluate(() => window.drawn);
  problems.push(...drawn.problems);
  if (drawn.panels === 0) problems.push('no panel was drawn');
  await page.close();
}

try {
  for (let tries = 1; ; tries++) {
    await draw().catch((e) => problems.push(String(e)));
    if (tries === TRIES || !problems.some((p) => p.includes(CHANGED))) break;
  }
} finally {
  await browser.close();
  fs.rmSync(profile, { recursive: true, force: true });
  server.close();
}
problems = [...new Set(problems)];
problems.forEach((p) => console.log(p));
process.exit(problems.length > 0 ? 1 : 0);
