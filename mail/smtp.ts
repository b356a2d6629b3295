import { createTransport } from 'nodemailer';
import type { Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import type { Posting } from '../workflows/domain/letter';
import { judge } from './answers';
import type { Carrier, Envelope } from './postman';

/** As many letters as are sent at once; more connections would only be refused by servers that count them. */
const MOST_CONNECTIONS = 5;

/** Letters by a mail server. Connections are kept for the next letter, and replaced when they break. */
export function postBySmtp(url: string, timeoutMs: number): Carrier {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: MOST_CONNECTIONS,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A letter is words and nothing else: whatever an address or a name may hold, no file is read and no page fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    carry: (envelope) => post(transport, envelope),
    close: () => transport.close(),
  };
}

async function post(transport: Transporter<SMTPPool.SentMessageInfo>, envelope: Envelope): Promise<Posting> {
  const { from, to, messageId, subject, text, html } = envelope;
  try {
    const { response } = await transport.sendMail({
      from,
      to: { name: '', address: to },
      messageId,
      subject,
      text,
      html,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { outcome: 'sent', answer: response };
  } catch (error) {
    return judgeFailure(error as SmtpFailure);
  }
}

/** What nodemailer tells of a letter that did not leave. */
interface SmtpFailure extends Error {
  readonly code?: string;
  /** What the server was asked when it failed. */
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** Where a server's no is about this letter. Before that, in its greeting or at our login, it is about us, and every letter would be lost by it. */
const ABOUT_THE_LETTER = ['RCPT TO', 'DATA'];

function judgeFailure({ code, command = '', response, responseCode, message }: SmtpFailure): Posting {
  const answer = response ?? message;
  // No server was asked: nobody can be written to at such an address.
  if (code === 'EENVELOPE' && responseCode === undefined) return { outcome: 'refused', answer };
  if (responseCode === undefined || !ABOUT_THE_LETTER.includes(command)) return { outcome: 'later', answer };
  return judge(responseCode, answer);
}
