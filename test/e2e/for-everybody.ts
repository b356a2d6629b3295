import path from 'node:path';
import { source as AXE } from 'axe-core';
import type { Page } from 'playwright-core';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
/** Where to leave pictures of the pages, for those who want to look at them. */
const PICTURES = process.env['BROWSER_PICTURES'];

/** What axe finds against somebody. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** React Aria's announcer keeps naming a button that waited for some seconds after the button has gone: nobody meets it. */
const RUN_AXE = `axe.run({ exclude: ['[data-live-announcer]'] }).then(({ violations }) => violations)`;

/** The page shuts nobody out on a telephone, light or dark, and fits every width. */
export async function isForEverybody(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()!;
  await page.setViewportSize(PHONE);
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(AXE);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found = await page.evaluate<readonly Violation[]>(RUN_AXE);
    const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const said = grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    expect([name, colorScheme, said]).toEqual([name, colorScheme, []]);
    if (colorScheme === 'dark') await takePicture(page, `${name}-dark`);
  }
  await page.setViewportSize(before);
  await fitsEveryWidth(page, name);
}

/** What is shown runs out of the width of neither a telephone nor a desk. */
export async function fitsEveryWidth(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()!;
  for (const size of [PHONE, DESK]) {
    await page.setViewportSize(size);
    const tooWide = await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)');
    expect([name, size.width, tooWide]).toEqual([name, size.width, 0]);
    await takePicture(page, `${name}-${size.width}`);
  }
  await page.setViewportSize(before);
}

export async function takePicture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true });
}
