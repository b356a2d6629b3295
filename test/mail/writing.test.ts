import { writeLetter } from '../../mail/writing';
import type { Letter, LetterData } from '../../workflows/domain/letter';
import { LETTER_KINDS, LETTER_LOCALES } from '../../workflows/domain/letter';

const URL = 'https://pay.example/open?token=a1&x=2';
const money = { merchant: 'Club & Co', member: 'Ada', amount: 125_050, currency: 'EUR' };
const when = { timeZone: 'Europe/Paris' };
const DATA: LetterData = {
  invitation: {
    merchant: 'Club & Co',
    role: 'treasurer',
    inviter: 'Grace',
    url: URL,
    expiresAt: '2026-12-05T08:30:00Z',
    ...when,
  },
  member_sign_in: { merchant: 'Club & Co', url: URL, minutes: 15 },
  password_reset: { url: URL, minutes: 60 },
  step_up_code: { code: '042137', minutes: 10 },
  recovery: { merchant: 'Club & Co', address: 'eve@example.org', url: URL, invitedAt: '2026-12-05T08:30:00Z', ...when },
  money_arrived: money,
  money_given_back: money,
  reminder: { ...money, url: URL },
  account_disabled: { merchant: 'Club & Co', gateway: 'PayPal', reason: 'PERMISSION_DENIED' },
  webhook_disabled: { merchant: 'Club & Co', host: 'shop.example', reason: 'failing' },
  attention_digest: {
    merchant: 'Club & Co',
    waiting: [
      {
        kind: 'misfit',
        count: 2,
        sums: [
          { amount: 125_050, currency: 'EUR' },
          { amount: 900, currency: 'USD' },
        ],
      },
      { kind: 'failing_webhook', count: 1, sums: [] },
    ],
  },
};
const letterOf = (kind: Letter['kind']) => ({ kind, data: DATA[kind] }) as Letter;
const write = (kind: Letter['kind'], locale: 'en' | 'fr') => writeLetter(letterOf(kind), locale);

const EVERY = LETTER_KINDS.flatMap((kind) => LETTER_LOCALES.map((locale) => [kind, locale] as const));

test.each(EVERY)('%s in %s says the same as text and as HTML, with at most the one link that acts', (kind, locale) => {
  const { subject, text, html } = write(kind, locale);
  const own = 'url' in DATA[kind] ? [URL] : [];
  expect(text.match(/https?:\/\/\S+/g) ?? []).toEqual(own);
  expect([...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link)).toEqual(
    own.map((url) => url.replace('&', '&#38;')),
  );
  expect(`${subject}${text}${html}`).not.toMatch(/undefined|null|NaN|\{|\}(?!")/);
  const words = html
    .replace(/<(title|style)[\s\S]*?<\/\1>|<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
  for (const line of text.split('\n').filter((each) => each !== '' && each !== '-- ' && !own.includes(each)))
    expect(words).toContain(line);
});

test.each(LETTER_KINDS)('%s is in other words in French', (kind) => {
  expect(write(kind, 'fr').text.split('\n')[2]).not.toBe(write(kind, 'en').text.split('\n')[2]);
});

test('what people wrote is text, in the HTML too', () => {
  const data = { ...money, merchant: '<b>Club</b>', member: '"><script>alert(1)</script>' };
  const { html, subject } = writeLetter(
    { kind: 'money_arrived', data: { ...data, merchant: 'A\r\nBcc: eve@example.org' } },
    'en',
  );
  expect(html).not.toMatch(/<script|<b>/);
  expect(subject).toBe('A Bcc: eve@example.org has received €1,250.50');
});

test('a letter reads as a person would write it', () => {
  expect(write('reminder', 'en').text).toBe(
    `Hello Ada,\n\n€1,250.50 is due in your account at Club & Co.\n\nIf you have paid in the last few minutes, this letter has crossed your payment.\n\nPay\n${URL}\n\n-- \nClub & Co, by Quittance\n`,
  );
  expect(write('invitation', 'fr').text).toBe(
    `Bonjour,\n\nGrace vous invite à rejoindre Club & Co comme trésorier ou trésorière dans Quittance, où sont tenus ses paiements.\n\n` +
      `L’invitation ne vaut que pour cette adresse, ne sert qu’une fois et prend fin le 5 décembre 2026 à 09:30.\n\n` +
      `Si vous ne l’attendiez pas, vous n’avez rien à faire.\n\nVoir l’invitation\n${URL}\n\n-- \nClub & Co, par Quittance\n`,
  );
});

test('a digest counts what waits, kind by kind, with the sums that it is about', () => {
  const { subject, text } = write('attention_digest', 'en');
  expect(subject).toBe('3 matters wait at Club & Co');
  expect(text).toBe(
    `Hello,\n\n3 matters wait for a person at Club & Co. No money is lost meanwhile.\n\n` +
      `Payments that do not fit: 2 (€1,250.50, US$9.00)\n\nSystems that take no webhooks: 1\n\n-- \nClub & Co, by Quittance\n`,
  );
});

test('money without decimals has none', () => {
  const { subject } = writeLetter({ kind: 'money_arrived', data: { ...money, amount: 5000, currency: 'XOF' } }, 'fr');
  expect(subject.replace(/\s/g, ' ')).toBe('Club & Co a reçu 5 000 F CFA');
});
