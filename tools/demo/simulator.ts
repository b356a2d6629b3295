import type { z } from 'zod';
import type { Payment } from './club';
import { DemoFailure } from './failure';

/** The look-alike of the gateways, told what its payers do. */
export class Simulator {
  private constructor(private readonly url: string) {}

  static at(url: string): Simulator {
    return new Simulator(url);
  }

  /** The one to which a payment leads its payer. `path`: what the addresses of the look-alike begin with there. */
  static behind({ id, nextAction }: Payment, path: string): Simulator {
    const [url, ...rest] = addressIn(nextAction)?.split(path) ?? [];
    if (url === undefined || rest.length === 0)
      throw new DemoFailure(`${id} leads its payer to no simulator: ${JSON.stringify(nextAction)}`);
    return new Simulator(url);
  }

  async tell<Answer>(method: 'POST' | 'PUT', path: string, body: unknown, answer: z.ZodType<Answer>): Promise<Answer> {
    const url = `${this.url}/control/${path}`;
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch((error: unknown) => {
      throw new DemoFailure(`The simulator does not answer at ${url}: is it running?`, { cause: error });
    });
    const said = await response.text();
    const parsed = response.ok ? answer.safeParse(said === '' ? null : JSON.parse(said)) : null;
    if (!parsed?.success)
      throw new DemoFailure(
        `The simulator did not do what it should (${url} answered ${response.status}): ${said.slice(0, 300)}`,
      );
    return parsed.data;
  }
}

/** An address at the gateway; a prompt has none, since it reaches a phone. */
function addressIn(nextAction: Payment['nextAction']): string | null {
  switch (nextAction?.kind) {
    case 'form':
      return nextAction.action;
    case 'redirect':
      return nextAction.url;
    case 'widget':
      return nextAction.script;
    case 'prompt':
    case undefined:
      return null;
  }
}
