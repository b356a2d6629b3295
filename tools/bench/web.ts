import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { number, type Finding } from './report';
import { DIST, type Stack } from './stack';
import { addOwner, signIn } from './staff';
import { BenchFailure } from './workbench';

export interface WebPlan {
  readonly visits: number;
}

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
/** A browser, and the line it is on. */
interface Device {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly latency: number;
  readonly bitsPerSecond: number;
  /** How many times slower its processor is than this machine's. */
  readonly slowdown: number;
}

const PHONE: Device = {
  name: 'a phone: 700 kbit/s, 300 ms, a processor 4 times slower',
  viewport: { width: 360, height: 740 },
  latency: 300,
  bitsPerSecond: 700_000,
  slowdown: 4,
};
const DESK: Device = {
  name: 'a desk: 10 Mbit/s, 40 ms',
  viewport: { width: 1280, height: 900 },
  latency: 40,
  bitsPerSecond: 10_000_000,
  slowdown: 1,
};

/** A page, who opens it, and what is done there until it has answered. */
interface Place {
  readonly address: string;
  readonly cookies: readonly { readonly name: string; readonly value: string; readonly url: string }[];
  use(page: Page): Promise<void>;
  /** Seen when the page shows what it is about. */
  readonly shows: string;
}

interface Visit {
  /** Milliseconds until the largest part of the page was seen. */
  readonly lcp: number;
  /** How much of the page moved, without unit. */
  readonly cls: number;
  /** Milliseconds from the slowest press or key to what it changed; 0: less than can be seen. */
  readonly inp: number;
}

/** What the member's account and the office's first page cost: bytes, and how soon they are seen and answer. */
export async function measureWeb(stack: Stack, { visits }: WebPlan): Promise<Finding> {
  if (!existsSync(CHROMIUM)) throw new BenchFailure(`there is no Chromium at ${CHROMIUM}; set CHROMIUM_PATH`);
  const { baseUrl } = stack.shop;
  const account: Place = {
    address: `${baseUrl}/m`,
    cookies: [{ name: 'quittance_member', value: await signInMember(stack), url: baseUrl }],
    shows: '#amount',
    async use(page) {
      await page.locator('#amount').click();
      await page.locator('#amount').pressSequentially('12');
      await page.locator('nav a').first().focus();
    },
  };
  const office: Place = {
    address: `${baseUrl}/office`,
    cookies: (await signIn(baseUrl, await addOwner(stack))).split('; ').map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return { name, value: value.join('='), url: baseUrl };
    }),
    shows: '.bars svg',
    async use(page) {
      await page.locator('.menu a').nth(1).click();
      await page.getByRole('heading', { level: 1, name: 'Payments' }).waitFor();
    },
  };
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const seen = async (place: Place, device: Device): Promise<Visit> => {
      const found: Visit[] = [];
      for (let index = 0; index < visits; index++) found.push(await visit(browser, place, device));
      const middle = (of: (visit: Visit) => number) =>
        found.map(of).sort((a, b) => a - b)[Math.floor(visits / 2)] ?? NaN;
      return { lcp: middle(({ lcp }) => lcp), cls: middle(({ cls }) => cls), inp: middle(({ inp }) => inp) };
    };
    const sizes = {
      member: { js: kilobytes('member', ['member/en.ts']), css: kilobytes('member', ['member/member.css']) },
      office: {
        js: kilobytes('office', ['office/en.ts', 'office/pages/today/today.tsx']),
        css: kilobytes('office', ['office/office.css']),
      },
    };
    const member = await seen(account, PHONE);
    const atDesk = await seen(office, DESK);
    const onPhone = await seen(office, PHONE);
    const row = (what: string, figure: string, limit: string): readonly string[] => [what, figure, limit];
    return {
      title: 'Web',
      notes: [
        `Signed in, with an empty cache; on ${PHONE.name}, and at ${DESK.name}. Middle of ${visits} visits. The office is pressed once, on a page that is loaded then.`,
      ],
      tables: [
        {
          columns: ['figure', 'seen', 'limit'],
          rows: [
            row("member's account: JavaScript, kB packed", number(sizes.member.js, 1), '45'),
            row("member's account: CSS, kB packed", number(sizes.member.css, 1), '6'),
            row("member's account: LCP on the phone, ms", number(member.lcp), '1800'),
            row("member's account: CLS", number(member.cls, 3), '0.02'),
            row("member's account: INP, ms", number(member.inp), '200'),
            row('office: JavaScript of the first page, kB packed', number(sizes.office.js, 1), '200'),
            row('office: CSS, kB packed', number(sizes.office.css, 1), '–'),
            row('office: LCP at the desk, ms', number(atDesk.lcp), '1000'),
            row('office: LCP on the phone, ms', number(onPhone.lcp), '4000'),
            row('office: CLS at the desk', number(atDesk.cls, 3), '0.02'),
            row('office: INP at the desk, ms', number(atDesk.inp), '200'),
          ],
        },
      ],
      data: { sizes, member, atDesk, onPhone },
    };
  } finally {
    await browser.close();
  }
}

/** What a browser takes over the line for these sources of a build and all that they import, each part once. */
function kilobytes(build: 'member' | 'office', sources: readonly string[]): number {
  const folder = path.join(DIST, build);
  const manifest = JSON.parse(readFileSync(path.join(folder, '.vite', 'manifest.json'), 'utf8')) as Readonly<
    Record<string, { readonly file: string; readonly imports?: readonly string[] }>
  >;
  const parts = new Set<string>();
  const take = (name: string): void => {
    const built = manifest[name];
    if (!built) throw new BenchFailure(`${name} was not built`);
    if (parts.has(built.file)) return;
    parts.add(built.file);
    built.imports?.forEach(take);
  };
  sources.forEach(take);
  return [...parts].reduce(
    (sum, file) => sum + gzipSync(readFileSync(path.join(folder, file)), { level: 9 }).length / 1000,
    0,
  );
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

async function visit(browser: Browser, place: Place, device: Device): Promise<Visit> {
  const context = await browser.newContext({ viewport: device.viewport, locale: 'en-GB' });
  try {
    await context.addCookies([...place.cookies]);
    await context.addInitScript(OBSERVING);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const throughput = device.bitsPerSecond / 8;
    await session.send('Network.emulateNetworkConditions', {
      latency: device.latency,
      downloadThroughput: throughput,
      uploadThroughput: throughput,
      offline: false,
    });
    await session.send('Emulation.setCPUThrottlingRate', { rate: device.slowdown });
    await page.goto(place.address);
    await page.locator(place.shows).first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined); // a stream never rests
    const seen = await page.evaluate<Omit<Visit, 'inp'>>('({ lcp: window.seen.lcp, cls: window.seen.cls })');
    await place.use(page);
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
