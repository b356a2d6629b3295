import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World, WorldOptions } from '../support/world';
import { launchBrowser } from './chromium';

/** A call that is refused is a line of the console; which of them may be is a matter of each test. */
const REFUSED_CALL = /^Failed to load resource/;

interface StageOptions extends WorldOptions {
  /** The club that the tests of the file share; without it each test makes its own. */
  readonly merchant?: Record<string, unknown>;
  /** What the console may say in any test. */
  readonly forgiven?: readonly RegExp[];
}

/** One browser and one world, which the tests of a file share. */
export interface Stage {
  readonly world: World;
  readonly merchant: Merchant;
  /** A page in a browser of somebody's own, where nobody is signed in. It ends with the test, which fails if a page of that browser complained. */
  openPage(options?: BrowserContextOptions): Promise<Page>;
  /** The test itself brings this about, so that it is no complaint. */
  forgive(what: RegExp): void;
}

/** How long a page is waited for before a test calls it hung: a busy machine is no failure. */
const A_BUSY_MACHINE_MS = 120_000;

export function openStage({ merchant: club, forgiven = [REFUSED_CALL], ...options }: StageOptions = {}): Stage {
  let browser: Browser | null = null;
  let world: World | null = null;
  let merchant: Merchant | null = null;
  let contexts: BrowserContext[] = [];
  let complaints: string[] = [];
  let mayBe = [...forgiven];

  beforeAll(async () => {
    browser = await launchBrowser();
    world = await startWorld(options);
    if (club) merchant = await Merchant.create(world, club);
  });
  afterEach(async () => {
    const [opened, heard, may] = [contexts, complaints, mayBe];
    [contexts, complaints, mayBe] = [[], [], [...forgiven]];
    await Promise.all(opened.map((context) => context.close()));
    expect(heard.filter((complaint) => !may.some((what) => what.test(complaint)))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  return {
    get world() {
      return begun(world);
    },
    get merchant() {
      return begun(merchant);
    },
    async openPage(contextOptions) {
      const context = await begun(browser).newContext(contextOptions);
      contexts.push(context);
      context.setDefaultTimeout(A_BUSY_MACHINE_MS);
      listenForComplaints(context, (complaint) => complaints.push(complaint));
      return context.newPage();
    },
    forgive: (what) => mayBe.push(what),
  };
}

function begun<Part>(part: Part | null): Part {
  if (part === null) throw new Error('the stage is not set before the first test begins');
  return part;
}

/** What no page may cause: errors in its scripts or on its console, what its own policy forbids, and a call at which our side fails. */
function listenForComplaints(context: BrowserContext, hear: (complaint: string) => void): void {
  context.on('weberror', (error) => hear(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) hear(message.text());
  });
  context.on('response', (response) => {
    if (response.status() >= 500) hear(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
}
