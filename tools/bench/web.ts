import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { number, type Finding } from './report';
import { DIST, type Stack } from './stack';
import { BenchFailure } from './workbench';

export interface WebPlan {
  readonly visits: number;
}

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
/** A phone on a poor line: what the limits of the pages are meant for. */
const LINE = { latency: 300, downloadThroughput: 700_000 / 8, uploadThroughput: 700_000 / 8, offline: false };
const CPU_SLOWDOWN = 4;

interface Visit {
  /** Milliseconds until the largest part of the page was seen. */
  readonly lcp: number;
  /** How much of the page moved, without unit. */
  readonly cls: number;
  /** Milliseconds from the slowest press or key to what it changed; 0: less than can be seen. */
  readonly inp: number;
}

/** What the page of a member's account costs on a slow phone: bytes, and how soon it is seen and answers. */
export async function measureWeb(stack: Stack, { visits }: WebPlan): Promise<Finding> {
  if (!existsSync(CHROMIUM)) throw new BenchFailure(`there is no Chromium at ${CHROMIUM}; set CHROMIUM_PATH`);
  const cookie = await signInMember(stack);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  const found: Visit[] = [];
  try {
    for (let visit = 0; visit < visits; visit++) found.push(await visitAccount(browser, stack.shop.baseUrl, cookie));
  } finally {
    await browser.close();
  }
  const [js, css] = [kilobytes('member/en.ts'), kilobytes('member/member.css')];
  const middle = (of: (visit: Visit) => number) => found.map(of).sort((a, b) => a - b)[Math.floor(visits / 2)] ?? NaN;
  const sums = { lcp: middle(({ lcp }) => lcp), cls: middle(({ cls }) => cls), inp: middle(({ inp }) => inp) };
  return {
    title: 'Web',
    notes: [
      `The page of a member's account, signed in, with an empty cache: 700 kbit/s, 300 ms, a processor ${CPU_SLOWDOWN} times slower. Middle of ${visits} visits.`,
    ],
    tables: [
      {
        columns: ['figure', 'seen', 'limit'],
        rows: [
          ['JavaScript, kB packed', number(js, 1), '45'],
          ['CSS, kB packed', number(css, 1), '6'],
          ['LCP, ms', number(sums.lcp), '1800'],
          ['CLS', number(sums.cls, 3), '0.02'],
          ['INP, ms', number(sums.inp), '200'],
        ],
      },
    ],
    data: { js, css, ...sums, visits: found },
  };
}

/** What a browser takes over the line for this source and all that it imports. */
function kilobytes(source: string): number {
  const folder = path.join(DIST, 'member');
  const manifest = JSON.parse(readFileSync(path.join(folder, '.vite', 'manifest.json'), 'utf8')) as Readonly<
    Record<string, { readonly file: string; readonly imports?: readonly string[] }>
  >;
  const sizeOf = (name: string): number => {
    const built = manifest[name];
    if (!built) throw new BenchFailure(`${name} was not built`);
    const own = gzipSync(readFileSync(path.join(folder, built.file)), { level: 9 }).length / 1000;
    return (built.imports ?? []).reduce((sum, part) => sum + sizeOf(part), own);
  };
  return sizeOf(source);
}

/** Letters are off here, so a member's session is put where the link of a letter would have put it. */
async function signInMember(stack: Stack): Promise<string> {
  const client = new Client({ connectionString: stack.databaseUrl });
  const token = randomBytes(32).toString('hex');
  await client.connect();
  try {
    await client.query(
      `WITH somebody AS (UPDATE members SET email = 'web@club.example' WHERE id = (SELECT min(id) FROM members) RETURNING id, merchant_id, email)
       INSERT INTO member_sessions (hash, merchant_id, address, member_id, expires_at)
       SELECT $1, merchant_id, address_hash(email), id, now() + interval '1 hour' FROM somebody`,
      [createHash('sha256').update(token).digest()],
    );
  } finally {
    await client.end();
  }
  return token;
}

async function visitAccount(browser: Browser, baseUrl: string, token: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-GB' });
  try {
    await context.addCookies([{ name: 'quittance_member', value: token, url: baseUrl }]);
    await context.addInitScript(OBSERVING);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', LINE);
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await page.goto(`${baseUrl}/m`);
    await page.locator('#amount').waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined); // the stream of an open payment never rests
    const seen = await page.evaluate<Omit<Visit, 'inp'>>('({ lcp: window.seen.lcp, cls: window.seen.cls })');
    await page.locator('#amount').click();
    await page.locator('#amount').pressSequentially('12');
    await page.locator('nav a').first().focus();
    return {
      ...seen,
      inp: await page.evaluate<number>('new Promise((tell) => setTimeout(() => tell(window.seen.inp), 500))'),
    };
  } finally {
    await context.close();
  }
}

/** Runs in the page before everything else. */
const OBSERVING = `
  window.seen = { lcp: 0, cls: 0, inp: 0 };
  const observe = (type, take, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  observe('largest-contentful-paint', (entry) => (window.seen.lcp = entry.startTime));
  observe('layout-shift', (entry) => entry.hadRecentInput || (window.seen.cls += entry.value));
  observe('event', (entry) => entry.interactionId && (window.seen.inp = Math.max(window.seen.inp, entry.duration)), { durationThreshold: 16 });
`;
