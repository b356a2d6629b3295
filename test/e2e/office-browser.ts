import { source as AXE } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Role } from '../../books/people';
import { Browser as Client, newPerson } from '../support/browser';
import type { World } from '../support/world';
import { listenForComplaints, takePicture } from './chromium';

/** What axe finds against somebody. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** React Aria's announcer keeps naming a button that waited for some seconds after the button has gone: nobody meets it. */
const RUN_AXE = `axe.run({ exclude: ['[data-live-announcer]'] }).then(({ violations }) => violations)`;

/** Who opens the office, and on what. */
interface Visitor {
  readonly merchant: string;
  readonly role?: Role;
  readonly locale?: 'en-GB' | 'fr-FR';
  readonly width?: number;
}

/** The office in a browser, in which one person is signed in: what is pressed is counted, and no complaint is forgiven. */
export class Office {
  clicks = 0;
  private constructor(
    readonly world: World,
    readonly page: Page,
    readonly email: string,
    private readonly context: BrowserContext,
    private readonly complaints: readonly string[],
  ) {}

  static async open(world: World, browser: Browser, { merchant, role = 'treasurer', ...on }: Visitor): Promise<Office> {
    const { email } = await newPerson(world, { [merchant]: role });
    return Office.of(world, browser, email, on);
  }

  /** For somebody who has an account already. */
  static async of(
    world: World,
    browser: Browser,
    email: string,
    { locale = 'en-GB', width = 1280 }: Omit<Visitor, 'merchant' | 'role'> = {},
  ): Promise<Office> {
    const person = new Client(world);
    const { status } = await person.signIn(email);
    if (status !== 200) throw new Error(`cannot sign in: ${status}`);
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale });
    await context.addCookies([...person.cookies].map(([name, value]) => ({ name, value, url: world.baseUrl })));
    const page = await context.newPage();
    const complaints = listenForComplaints(page) as string[];
    page.on('console', (message) => {
      // A call that is refused is a line of the console; which of them may be is a matter of each test.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        complaints.push(message.text());
    });
    const office = new Office(world, page, email, context, complaints);
    await context.exposeBinding('countClick', () => {
      office.clicks += 1;
    });
    await context.addInitScript('addEventListener("click", (event) => event.detail > 0 && window.countClick(), true)');
    return office;
  }

  async go(path = ''): Promise<void> {
    await this.page.goto(`${this.world.baseUrl}/office${path}`);
    await this.page.locator('h1').waitFor();
  }
  see(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).first().waitFor();
  }
  press(name: string | RegExp): Promise<void> {
    return this.page.getByRole('button', { name }).first().click();
  }
  follow(name: string | RegExp): Promise<void> {
    return this.page.getByRole('link', { name }).first().click();
  }
  fill(label: string | RegExp, text: string): Promise<void> {
    return this.page.getByLabel(label).first().fill(text);
  }
  /** Chooses from a list that opens. */
  async choose(label: string | RegExp, option: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: label }).first().click();
    await this.page.getByRole('option', { name: option }).first().click();
  }

  /** The page fits its width, light and dark, and shuts nobody out. */
  async isForEverybody(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.page.evaluate(AXE);
      const found = await this.page.evaluate<readonly Violation[]>(RUN_AXE);
      const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect([name, grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([name, []]);
      expect([name, await this.page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([name, 0]);
      await takePicture(this.page, `office-${name}-${colorScheme}`);
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
  }

  async close(): Promise<void> {
    await this.context.close();
    expect(this.complaints).toEqual([]);
  }
}
