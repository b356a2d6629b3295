import { z } from 'zod';
import type { Posting } from '../workflows/domain/letter';
import { judge } from './answers';
import type { Carrier, Envelope } from './postman';

const answer = z.object({ code: z.number().int(), text: z.string() });

/** Letters into the mailbox of the simulator, which answers with a mail server's codes. */
export function postToSimulator(url: string, timeoutMs: number): Carrier {
  const mailbox = `${url.replace(/\/$/, '')}/mailbox/letters`;
  return {
    carry: (envelope) => post(mailbox, envelope, timeoutMs),
    close: () => undefined,
  };
}

async function post(mailbox: string, envelope: Envelope, timeoutMs: number): Promise<Posting> {
  try {
    const response = await fetch(mailbox, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(envelope),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return { outcome: 'later', answer: `the mailbox answered ${response.status}` };
    const { code, text } = answer.parse(await response.json());
    return judge(code, text);
  } catch (error) {
    return { outcome: 'later', answer: error instanceof Error ? error.message : 'no answer' };
  }
}
