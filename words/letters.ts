import type { LetterData, LetterKind, LetterLocale, Waiting } from '../workflows/domain/letter';
import { sayingsIn } from './sayings';
import type { Sayings } from './sayings';

/** A letter in the words of one language: what text and HTML are made of alike. */
export interface LetterWords {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** The one link that acts, and what its button says. */
  readonly link: { readonly label: string; readonly url: string } | null;
  /** To be typed elsewhere; it stands by itself. */
  readonly code: string | null;
  /** Who wrote, and why this came. */
  readonly closing: string;
}

type Writers = { readonly [Kind in LetterKind]: (data: LetterData[Kind], say: Sayings) => LetterWords };

/** What each kind of matter is called in a list of counts. */
type Matters = Readonly<Record<Waiting['kind'], string>>;

/** Signs what the platform writes in its own name. */
const PRODUCT = 'Quittance';

const PLAIN = { link: null, code: null } as const;

const EN_ROLES = {
  owner: 'an owner',
  treasurer: 'a treasurer',
  desk: 'desk staff',
  accountant: 'an accountant',
} as const;
const EN_MATTERS: Matters = {
  misfit: 'Payments that do not fit',
  unmatched: 'Messages and money that name no payment',
  failed_refund: 'Refunds that failed',
  dispute: 'Disputes',
  disabled_account: 'Gateway accounts that cannot be used',
  failing_webhook: 'Systems that take no webhooks',
};
const byMerchantEn = (merchant: string) => `${merchant}, by Quittance`;

const EN: Writers = {
  invitation: ({ merchant, role, inviter, url, expiresAt, timeZone }, { instant }) => ({
    ...PLAIN,
    subject: `You are invited to ${merchant}`,
    paragraphs: [
      'Hello,',
      `${inviter === null ? `You are invited to join ${merchant}` : `${inviter} invites you to join ${merchant}`} as ${EN_ROLES[role]} in Quittance, where its payments are kept.`,
      `The invitation is for this address alone, works once, and ends on ${instant(expiresAt, timeZone)}.`,
      'If you did not expect it, you need do nothing.',
    ],
    link: { label: 'See the invitation', url },
    closing: byMerchantEn(merchant),
  }),
  member_sign_in: ({ merchant, url, minutes }) => ({
    ...PLAIN,
    subject: `Your link to ${merchant}`,
    paragraphs: [
      'Hello,',
      `with this link you sign in to your account at ${merchant}. It works once, within ${minutes} minutes.`,
      'If you did not ask for it, you need do nothing: nobody gets in without it.',
    ],
    link: { label: 'Sign in', url },
    closing: byMerchantEn(merchant),
  }),
  password_reset: ({ url, minutes }) => ({
    ...PLAIN,
    subject: 'Choose a new password',
    paragraphs: [
      'Hello,',
      `somebody, probably you, asked for a new password for this address. The link works once, within ${minutes} minutes.`,
      'If it was not you, you need do nothing: your password stays as it is.',
    ],
    link: { label: 'Choose a new password', url },
    closing: PRODUCT,
  }),
  step_up_code: ({ code, minutes }) => ({
    ...PLAIN,
    subject: 'Your code',
    paragraphs: [
      'Hello,',
      `type this code where you were asked for it. It holds for ${minutes} minutes.`,
      'Never tell it to anybody. If you did not ask for it, somebody may know your password: choose a new one.',
    ],
    code,
    closing: PRODUCT,
  }),
  recovery: ({ merchant, address, url, invitedAt, timeZone }, { instant }) => ({
    ...PLAIN,
    subject: `Somebody asks to become an owner of ${merchant}`,
    paragraphs: [
      'Hello,',
      `the operator of this platform was asked to let ${address} in as an owner of ${merchant}, of which you are an owner.`,
      `Unless an owner ends this, that address is invited on ${instant(invitedAt, timeZone)}. If you know of it, you need do nothing.`,
    ],
    link: { label: 'End this', url },
    closing: PRODUCT,
  }),
  money_arrived: ({ merchant, member, ...money }, say) => ({
    ...PLAIN,
    subject: `${merchant} has received ${say.money(money)}`,
    paragraphs: [
      `Hello ${member},`,
      `your payment of ${say.money(money)} has arrived and is noted in your account at ${merchant}. Thank you!`,
    ],
    closing: byMerchantEn(merchant),
  }),
  money_given_back: ({ merchant, member, ...money }, say) => ({
    ...PLAIN,
    subject: `${merchant} has given ${say.money(money)} back to you`,
    paragraphs: [
      `Hello ${member},`,
      `${merchant} has given ${say.money(money)} back to you, on the way by which you had paid. It may take some days to show there.`,
    ],
    closing: byMerchantEn(merchant),
  }),
  reminder: ({ merchant, member, url, ...money }, say) => ({
    ...PLAIN,
    subject: `${say.money(money)} is due at ${merchant}`,
    paragraphs: [
      `Hello ${member},`,
      `${say.money(money)} is due in your account at ${merchant}.`,
      'If you have paid in the last few minutes, this letter has crossed your payment.',
    ],
    link: { label: 'Pay', url },
    closing: byMerchantEn(merchant),
  }),
  account_disabled: ({ merchant, gateway, reason }) => ({
    ...PLAIN,
    subject: `${merchant} takes no payments by ${gateway}`,
    paragraphs: [
      'Hello,',
      `the account of ${merchant} at ${gateway} was switched off, so nobody can pay by it.`,
      ...(reason === null ? [] : [`The reason: ${reason}`]),
      'What was paid before is safe, and what is still told of it is kept.',
    ],
    closing: byMerchantEn(merchant),
  }),
  webhook_disabled: ({ merchant, host, reason }) => ({
    ...PLAIN,
    subject: `${host} is told nothing any more by ${merchant}`,
    paragraphs: [
      'Hello,',
      reason === 'gone'
        ? `the system of ${merchant} at ${host} answered that it is gone, so it is told nothing any more of what happens.`
        : `the system of ${merchant} at ${host} took nothing for days, so it is told nothing any more of what happens.`,
      'Payments go on as before. What it has missed is kept for 90 days, and can be read there once the system works again.',
    ],
    closing: byMerchantEn(merchant),
  }),
  attention_digest: ({ merchant, waiting }, say) => ({
    ...PLAIN,
    subject:
      totalOf(waiting) === 1 ? `One matter waits at ${merchant}` : `${totalOf(waiting)} matters wait at ${merchant}`,
    paragraphs: [
      'Hello,',
      `${totalOf(waiting) === 1 ? 'one matter waits' : `${totalOf(waiting)} matters wait`} for a person at ${merchant}. No money is lost meanwhile.`,
      ...waiting.map((of) => `${EN_MATTERS[of.kind]}: ${withSums(of, say)}`),
    ],
    closing: byMerchantEn(merchant),
  }),
};

const FR_ROLES = {
  owner: 'propriétaire',
  treasurer: 'trésorier ou trésorière',
  desk: 'membre de l’accueil',
  accountant: 'comptable',
} as const;
const FR_MATTERS: Matters = {
  misfit: 'Paiements qui ne correspondent pas',
  unmatched: 'Messages et sommes sans paiement connu',
  failed_refund: 'Remboursements qui ont échoué',
  dispute: 'Contestations',
  disabled_account: 'Comptes chez une plateforme de paiement inutilisables',
  failing_webhook: 'Systèmes qui n’acceptent plus les annonces (webhooks)',
};
const byMerchantFr = (merchant: string) => `${merchant}, par Quittance`;

const FR: Writers = {
  invitation: ({ merchant, role, inviter, url, expiresAt, timeZone }, { instant }) => ({
    ...PLAIN,
    subject: `Invitation à rejoindre ${merchant}`,
    paragraphs: [
      'Bonjour,',
      `${inviter === null ? `vous êtes invité(e) à rejoindre ${merchant}` : `${inviter} vous invite à rejoindre ${merchant}`} comme ${FR_ROLES[role]} dans Quittance, où sont tenus ses paiements.`,
      `L’invitation ne vaut que pour cette adresse, ne sert qu’une fois et prend fin le ${instant(expiresAt, timeZone)}.`,
      'Si vous ne l’attendiez pas, vous n’avez rien à faire.',
    ],
    link: { label: 'Voir l’invitation', url },
    closing: byMerchantFr(merchant),
  }),
  member_sign_in: ({ merchant, url, minutes }) => ({
    ...PLAIN,
    subject: `Votre lien pour ${merchant}`,
    paragraphs: [
      'Bonjour,',
      `ce lien ouvre votre compte chez ${merchant}. Il sert une seule fois, dans les ${minutes} minutes.`,
      'Si vous ne l’avez pas demandé, vous n’avez rien à faire\u00a0: personne n’entre sans lui.',
    ],
    link: { label: 'Me connecter', url },
    closing: byMerchantFr(merchant),
  }),
  password_reset: ({ url, minutes }) => ({
    ...PLAIN,
    subject: 'Choisir un nouveau mot de passe',
    paragraphs: [
      'Bonjour,',
      `quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour cette adresse. Le lien sert une seule fois, dans les ${minutes} minutes.`,
      'Si ce n’était pas vous, vous n’avez rien à faire\u00a0: votre mot de passe reste le même.',
    ],
    link: { label: 'Choisir un nouveau mot de passe', url },
    closing: PRODUCT,
  }),
  step_up_code: ({ code, minutes }) => ({
    ...PLAIN,
    subject: 'Votre code',
    paragraphs: [
      'Bonjour,',
      `saisissez ce code là où il vous a été demandé. Il est valable ${minutes} minutes.`,
      'Ne le donnez à personne. Si vous ne l’avez pas demandé, quelqu’un connaît peut-être votre mot de passe\u00a0: choisissez-en un nouveau.',
    ],
    code,
    closing: PRODUCT,
  }),
  recovery: ({ merchant, address, url, invitedAt, timeZone }, { instant }) => ({
    ...PLAIN,
    subject: `Quelqu’un demande à devenir propriétaire de ${merchant}`,
    paragraphs: [
      'Bonjour,',
      `il a été demandé à l’exploitant de cette plateforme de faire entrer ${address} comme propriétaire de ${merchant}, dont vous êtes propriétaire.`,
      `Si aucun propriétaire n’y met fin, cette adresse sera invitée le ${instant(invitedAt, timeZone)}. Si vous êtes au courant, vous n’avez rien à faire.`,
    ],
    link: { label: 'Y mettre fin', url },
    closing: PRODUCT,
  }),
  money_arrived: ({ merchant, member, ...money }, say) => ({
    ...PLAIN,
    subject: `${merchant} a reçu ${say.money(money)}`,
    paragraphs: [
      `Bonjour ${member},`,
      `votre paiement de ${say.money(money)} est arrivé et figure dans votre compte chez ${merchant}. Merci\u00a0!`,
    ],
    closing: byMerchantFr(merchant),
  }),
  money_given_back: ({ merchant, member, ...money }, say) => ({
    ...PLAIN,
    subject: `${merchant} vous a remboursé ${say.money(money)}`,
    paragraphs: [
      `Bonjour ${member},`,
      `${merchant} vous a remboursé ${say.money(money)}, par le moyen avec lequel vous aviez payé. Quelques jours peuvent passer avant que cela s’y voie.`,
    ],
    closing: byMerchantFr(merchant),
  }),
  reminder: ({ merchant, member, url, ...money }, say) => ({
    ...PLAIN,
    subject: `${say.money(money)} à régler à ${merchant}`,
    paragraphs: [
      `Bonjour ${member},`,
      `il reste ${say.money(money)} à régler dans votre compte chez ${merchant}.`,
      'Si vous avez payé ces dernières minutes, ce courrier a croisé votre paiement.',
    ],
    link: { label: 'Payer', url },
    closing: byMerchantFr(merchant),
  }),
  account_disabled: ({ merchant, gateway, reason }) => ({
    ...PLAIN,
    subject: `${merchant} ne reçoit plus de paiements par ${gateway}`,
    paragraphs: [
      'Bonjour,',
      `le compte de ${merchant} chez ${gateway} a été désactivé\u00a0: personne ne peut plus payer par ce moyen.`,
      ...(reason === null ? [] : [`La raison\u00a0: ${reason}`]),
      'Ce qui a été payé avant est en sûreté, et ce qui en est encore annoncé est conservé.',
    ],
    closing: byMerchantFr(merchant),
  }),
  webhook_disabled: ({ merchant, host, reason }) => ({
    ...PLAIN,
    subject: `${merchant} n’annonce plus rien à ${host}`,
    paragraphs: [
      'Bonjour,',
      reason === 'gone'
        ? `le système de ${merchant} chez ${host} a répondu qu’il n’existe plus\u00a0: plus rien ne lui est annoncé.`
        : `le système de ${merchant} chez ${host} n’a rien accepté pendant des jours\u00a0: plus rien ne lui est annoncé.`,
      'Les paiements continuent comme avant. Ce qu’il a manqué est conservé 90 jours et pourra être relu dès qu’il fonctionnera de nouveau.',
    ],
    closing: byMerchantFr(merchant),
  }),
  attention_digest: ({ merchant, waiting }, say) => ({
    ...PLAIN,
    subject:
      totalOf(waiting) === 1
        ? `Un dossier attend chez ${merchant}`
        : `${totalOf(waiting)} dossiers attendent chez ${merchant}`,
    paragraphs: [
      'Bonjour,',
      `${totalOf(waiting) === 1 ? 'un dossier attend' : `${totalOf(waiting)} dossiers attendent`} une décision chez ${merchant}. Aucun argent n’est perdu entre-temps.`,
      ...waiting.map((of) => `${FR_MATTERS[of.kind]}\u00a0: ${withSums(of, say)}`),
    ],
    closing: byMerchantFr(merchant),
  }),
};

const WRITERS: Readonly<Record<LetterLocale, Writers>> = { en: EN, fr: FR };

/** The words of a letter of this kind. */
export function wordsOf<Kind extends LetterKind>(
  locale: LetterLocale,
  kind: Kind,
  data: LetterData[Kind],
): LetterWords {
  return WRITERS[locale][kind](data, sayingsIn(locale));
}

const totalOf = (waiting: readonly Waiting[]): number => waiting.reduce((total, { count }) => total + count, 0);

function withSums({ count, sums }: Waiting, say: Sayings): string {
  return sums.length === 0 ? String(count) : `${count} (${sums.map(say.money).join(', ')})`;
}
