import type { Locator, Page } from 'playwright-core';
import type { Role } from '../../books/people';
import { newPerson, PASSWORD, signInAs } from '../support/browser';
import { isForEverybody } from './for-everybody';
import type { Stage } from './stage';

/** Who opens the office, and on what. */
interface Visitor {
  /** Where they work; by default with the merchant of the stage. */
  readonly merchant?: string;
  readonly role?: Role;
  readonly locale?: 'en-GB' | 'fr-FR';
  readonly width?: number;
}

/** The office in a browser, in which one person is signed in: what is pressed is counted. */
export class Office {
  clicks = 0;
  private constructor(
    readonly baseUrl: string,
    readonly page: Page,
    readonly email: string,
  ) {}

  static async open(
    stage: Stage,
    { merchant = stage.merchant.id, role = 'treasurer', ...on }: Visitor = {},
  ): Promise<Office> {
    const { email } = await newPerson(stage.world, { [merchant]: role });
    return Office.of(stage, email, on);
  }

  /** For somebody who has an account already. */
  static async of(
    stage: Stage,
    email: string,
    { locale = 'en-GB', width = 1280 }: Omit<Visitor, 'merchant' | 'role'> = {},
  ): Promise<Office> {
    const { baseUrl } = stage.world;
    const person = await signInAs(stage.world, email);
    const page = await stage.openPage({ viewport: { width, height: 900 }, locale });
    const context = page.context();
    await context.addCookies([...person.cookies].map(([name, value]) => ({ name, value, url: baseUrl })));
    const office = new Office(baseUrl, page, email);
    await context.exposeBinding('countClick', () => {
      office.clicks += 1;
    });
    await context.addInitScript('addEventListener("click", (event) => event.detail > 0 && window.countClick(), true)');
    return office;
  }

  async go(path = ''): Promise<void> {
    await this.page.goto(`${this.baseUrl}/office${path}`);
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
  /** The dialog that is open. */
  get dialog(): Locator {
    return this.page.locator('.dialog');
  }
  row(name: string | RegExp): Locator {
    return this.page.getByRole('row').filter({ hasText: name });
  }
  /** Proves who they are, where they are asked to. */
  async prove(): Promise<void> {
    await this.fill('Your password', PASSWORD);
    await this.page.keyboard.press('Enter');
  }
  /** What the clipboard holds after this button is pressed. */
  async copy(name: string | RegExp): Promise<string> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.press(name);
    await this.page
      .getByRole('button', { name: /^Copied/ })
      .first()
      .waitFor();
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** The page is named in the title, and shuts nobody out. */
  async isForEverybody(name: string): Promise<void> {
    const heading = await this.page.locator('h1').innerText();
    expect(await this.page.title()).toEqual(expect.stringContaining(`${heading} · `));
    await isForEverybody(this.page, `office-${name}`);
  }
}
