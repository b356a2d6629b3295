import type { GatewayName } from '../../../workflows/domain/gateway';
import type { Payment } from '../../demo/club';
import type { ClubPlan } from '../clubs';
import type { ChargeWish, Club, Member, Stage } from './club';
import { addressOf, COTONOU, PEOPLE } from './people';
import type { Person } from './people';

/** Something that happens at its moment. */
export interface Act {
  readonly at: Date;
  readonly act: () => Promise<unknown>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The days of a season, counted back from today: the first is just within what events are kept for. */
export class Calendar {
  constructor(private readonly now: Date) {}

  /** So many days ago, at this hour (UTC; in Paris one or two later, in Cotonou one). */
  ago(days: number, hour: number, minute = 0): Date {
    const midnight = Math.floor(this.now.getTime() / DAY_MS) * DAY_MS - days * DAY_MS;
    return new Date(midnight + hour * HOUR_MS + minute * 60_000);
  }

  minutesAgo(minutes: number): Date {
    return new Date(this.now.getTime() - minutes * 60_000);
  }

  /** The day so many days from now, as a charge is due. */
  dueIn(days: number): string {
    return new Date(this.now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
  }
}

const YEAR = 2027;
const FEES = { adulte: 18_000, jeune: 11_000 } as const;
const LICENCES = { adulte: 3_100, jeune: 2_100 } as const;
const INSURANCE = 1_250;
const OUTING = 4_500;
const COURSE = 6_000;
const TOURNAMENT = 1_500;

/** Numbers that the French regulator keeps for films; some members have none. */
const phoneOf = (index: number): string | undefined =>
  index % 4 === 0 ? undefined : `+33 6 39 98 ${10 + index} ${10 + ((index * 37) % 90)}`;

/** Three months of a French tennis club of sixty, of whom two are those whose pages are shown. */
export function planTennisClub(stage: Stage, club: Club, { members: shown }: ClubPlan, calendar: Calendar) {
  const acts: Act[] = [];
  const on = (at: Date, act: () => Promise<unknown>) => void acts.push({ at, act });
  const enrolled = new Map<string, Member>();
  const member = (name: string): Member => {
    const found = enrolled.get(name);
    if (!found) throw new Error(`${name} is no member yet`);
    return found;
  };

  // Most were members before: the office brings them in by two files. The others come in the weeks after.
  const since = (index: number) => (index % 7 === 6 ? 66 - Math.floor(index / 3) : 88);
  const feesOf = ({ age }: Person, index: number): readonly ChargeWish[] => {
    const dueOn = calendar.dueIn(30 - since(index));
    return [
      [`Cotisation ${YEAR}`, 'cotisation', FEES[age], dueOn],
      ['Licence fédérale', 'licence', LICENCES[age], dueOn],
      ...(index % 2 === 0 ? [['Assurance', 'assurance', INSURANCE, dueOn] as const] : []),
    ];
  };
  const known = PEOPLE.map((person, index) => ({ ...person, index, reference: `TC-${101 + index}` }));
  on(calendar.ago(88, 8), async () => {
    const file = known.filter(({ index }) => since(index) === 88);
    const wishes = file.map(({ name, reference, index }) => ({
      name,
      reference,
      email: addressOf(name),
      phone: phoneOf(index),
    }));
    (await club.enrolAll(wishes)).forEach((who) => enrolled.set(who.name, who));
  });
  on(calendar.ago(88, 8, 20), () => {
    const file = known.filter(({ index, habit }) => since(index) === 88 && habit !== 'in_advance');
    return club.oweAll(file.map((person) => [member(person.name), feesOf(person, person.index)]));
  });

  for (const person of known) {
    const { name, gateway, habit, index, reference } = person;
    const first = since(index);
    const hour = 7 + ((index * 5) % 12);
    if (first < 88)
      on(calendar.ago(first, hour, 10), async () => {
        enrolled.set(name, await club.enrol({ name, reference, email: addressOf(name), phone: phoneOf(index) }));
        if (habit !== 'in_advance') await club.owe(member(name), ...feesOf(person, index));
      });
    switch (habit) {
      case 'at_once':
        on(calendar.ago(first - 1 - ((index * 3) % 23), hour, 30 + (index % 30)), () =>
          club.payDue(member(name), gateway),
        );
        break;
      case 'in_parts':
        for (const part of [0, 1, 2])
          on(calendar.ago(Math.max(1, first - 3 - part * 28), hour, 20 + part), () =>
            club.payDue(member(name), gateway, part === 2 ? undefined : 8_000),
          );
        break;
      case 'in_advance':
        on(calendar.ago(first - 2, hour, 40), () => club.pay(member(name), gateway, { amount: 20_000 }));
        on(calendar.ago(first - 9, 8, index % 60), () => club.owe(member(name), ...feesOf(person, index)));
        break;
      case 'late':
        on(calendar.ago(Math.max(2, first - 41 - (index % 9)), hour, 15), () => club.payDue(member(name), gateway));
        break;
      case 'partly':
        on(calendar.ago(first - 6, hour, 50), () => club.payDue(member(name), gateway, 10_000));
        break;
      case 'never':
        break;
    }
  }

  // An outing in the middle, a course that comes, and a tournament: who goes owes it from the day on which the office's file says so.
  const event = (charge: ChargeWish, told: Date, goes: (index: number) => boolean) => {
    on(told, () => club.oweAll(known.filter(({ index }) => goes(index)).map(({ name }) => [member(name), [charge]])));
  };
  event(['Sortie au lac', 'sortie', OUTING, calendar.dueIn(-32)], calendar.ago(43, 8), (index) => index % 3 === 0);
  event(
    ['Stage de perfectionnement', 'stage', COURSE, calendar.dueIn(12)],
    calendar.ago(17, 9),
    (index) => index % 4 === 1,
  );
  event(['Tournoi interne', 'tournoi', TOURNAMENT, calendar.dueIn(4)], calendar.ago(9, 16), (index) => index % 5 === 2);
  for (const { name, gateway, habit, index } of known.filter(
    (person) => person.habit !== 'never' && person.habit !== 'partly',
  )) {
    const payDue = () => club.payDue(member(name), gateway);
    if (index % 3 === 0) on(calendar.ago(42 - (index % 11), 10 + (index % 8), (index * 13) % 60), payDue);
    if (index % 8 === 1) on(calendar.ago(16 - (index % 13), 11 + (index % 7), (index * 17) % 60), payDue);
    if (index % 5 === 2 && habit === 'at_once') on(calendar.ago(8 - (index % 7), 17, (index * 19) % 60), payDue);
  }

  planWhatGoesOtherwise({ stage, club, calendar, on, member });

  // Those whose pages are shown have paid something before, and owe what they are shown with.
  shown.forEach(({ name, charges }, index) => {
    on(calendar.ago(80 - index, 18, 5), async () => {
      const who = await club.enrol({ name, email: addressOf(name), reference: `TC-${99 + index}` });
      enrolled.set(name, who);
      await club.owe(who, ['Licence fédérale', 'licence', LICENCES.adulte, calendar.dueIn(-60)]);
    });
    on(calendar.ago(77 - index, 19, 30), () => club.payDue(member(name), 'paypal-standard'));
    on(calendar.ago(12, 8, 30 + index), () =>
      club.owe(
        member(name),
        ...charges.map(([label, category, amount]) => [label, category, amount, calendar.dueIn(18)] as const),
      ),
    );
  });

  return { acts, shown: () => shown.map(({ name }) => member(name)) };
}

interface Otherwise {
  readonly stage: Stage;
  readonly club: Club;
  readonly calendar: Calendar;
  readonly on: (at: Date, act: () => Promise<unknown>) => void;
  readonly member: (name: string) => Member;
}

/** What did not go as it should, or not to its end: what a treasurer has work with. */
function planWhatGoesOtherwise({ stage: { gateways, teller }, club, calendar, on, member }: Otherwise): void {
  const owed = (name: string, label: string, category: string, amount: number) =>
    club.owe(member(name), [label, category, amount, calendar.dueIn(10)]);
  const paidFor = async (name: string, gateway: GatewayName, label: string, category: string, amount: number) => {
    const charges = await owed(name, label, category, amount);
    return club.pay(member(name), gateway, { charges });
  };
  const kept = new Map<string, string>();
  const keep = (key: string, payment: Promise<string>) => payment.then((id) => kept.set(key, id));
  let form: Payment['nextAction'] = null;
  const known = (key: string): string => kept.get(key) ?? '';

  // Given back: a part by the office, another whole, and one at PayPal's own pages.
  on(calendar.ago(52, 9, 10), () =>
    keep('ill', paidFor('Hugo Chevalier', 'paypal-standard', 'Stage intensif', 'stage', 9_000)),
  );
  on(calendar.ago(41, 14, 25), () => club.refund(known('ill'), { amount: 4_500, note: 'blessé après deux jours' }));
  on(calendar.ago(39, 10, 5), () =>
    keep('twice', paidFor('Jeanne Marchand', 'paypal-checkout', 'Location de casier', 'location', 2_500)),
  );
  on(calendar.ago(37, 11, 45), () => club.refund(known('twice'), { note: 'payé deux fois' }));
  on(calendar.ago(34, 12, 0), () =>
    keep('at-paypal', paidFor('Romain Besson', 'paypal-standard', 'Cordage', 'boutique', 2_200)),
  );
  on(calendar.ago(33, 15, 20), async () =>
    gateways.happen('paypal-standard', await club.captureOf(known('at-paypal')), { kind: 'refund' }),
  );
  // A refund that went, and came back from a bank account that is closed.
  on(calendar.ago(24, 9, 30), () =>
    keep('bounced', paidFor('Rokia Dembélé', 'paypal-checkout', 'Stage intensif', 'stage', 9_000)),
  );
  on(calendar.ago(9, 16, 40), () => club.refund(known('bounced'), { note: 'stage annulé' }));
  on(calendar.ago(4, 6, 15), async () =>
    gateways.happen('paypal-checkout', await club.captureOf(known('bounced')), {
      kind: 'settle_refund',
      status: 'FAILED',
    }),
  );
  // A case that was won, and one that is open and wants an answer.
  on(calendar.ago(71, 20, 15), () =>
    keep('won', paidFor('Baptiste Moreau', 'paypal-standard', 'Raquette d’occasion', 'boutique', 6_500)),
  );
  for (const [days, hour, kind] of [
    [66, 8, 'dispute'],
    [66, 9, 'reverse'],
    [48, 13, 'win'],
  ] as const)
    on(calendar.ago(days, hour, 12), async () =>
      gateways.happen('paypal-standard', await club.captureOf(known('won')), { kind }),
    );
  on(calendar.ago(29, 18, 40), () =>
    keep('case', paidFor('Nathan Gaillard', 'paypal-checkout', 'Sac et textile du club', 'boutique', 7_400)),
  );
  on(calendar.ago(3, 7, 35), async () =>
    gateways.happen('paypal-checkout', await club.captureOf(known('case')), {
      kind: 'dispute',
      stage: 'CHARGEBACK',
      reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    }),
  );
  // Another sum than was asked.
  on(calendar.ago(6, 19, 5), async () => {
    const charges = await owed('Mathilde Royer', 'Sortie au lac', 'sortie', 4_500);
    await club.pay(member('Mathilde Royer'), 'paypal-standard', { charges, changed: { amount: '40.00' } });
  });
  // Declined, thought better of, forgotten, on its way, and open.
  on(calendar.ago(27, 12, 30), () => club.pay(member('Oumar Diop'), 'paypal-checkout', { amount: 4_000, as: 'karim' }));
  on(calendar.ago(20, 17, 15), async () => {
    const { id, nextAction } = await club.open(member('Nadia Cherif'), 'paypal-standard', { amount: 5_000 });
    await club.cancel(member('Nadia Cherif'), id);
    form = nextAction;
  });
  // Money without a word, sent to the club's address.
  on(calendar.ago(2, 21, 50), async () => {
    if (form?.kind !== 'form') throw new Error('PayPal Standard opens a form');
    const { custom: _custom, invoice: _invoice, ...fields } = form.fields;
    await gateways.pay({ nextAction: { ...form, fields } }, 'hana', { amount: '35.00' });
  });
  for (const [days, name] of [
    [57, 'Laure Besnard'],
    [31, 'Victor Hounsou'],
    [13, 'Mariam Sissoko'],
  ] as const) {
    on(calendar.ago(days, 19, 30), () =>
      keep(
        name,
        club.open(member(name), 'paypal-standard', { amount: 6_000 }).then(({ id }) => id),
      ),
    );
    on(calendar.ago(days - 1, 19, 30), () => teller.expire(known(name)));
  }
  on(calendar.minutesAgo(190), () =>
    club.pay(member('Julie Carpentier'), 'paypal-standard', { amount: 3_000, as: 'bruno' }),
  );
  on(calendar.minutesAgo(42), () => club.open(member('Fanta Coulibaly'), 'paypal-standard', { amount: 8_000 }));

  // What the office made itself easy with.
  on(calendar.ago(25, 9, 0), async () => {
    await club.post('/v1/views', { name: 'Impayés', list: 'members', filter: { owes: '1' } });
    await club.post('/v1/views', { name: 'À vérifier', list: 'payments', filter: { status: 'needs_review' } });
    await club.post('/v1/views', { name: 'Remboursements refusés', list: 'refunds', filter: { status: 'failed' } });
  });
  on(calendar.ago(11, 9, 20), async () => {
    for (const name of ['Hadja Camara', 'Issa Ouédraogo'])
      await club.post('/v1/pay-links', { member: member(name).id, editable: true, amount: 5_000 });
  });
}

/** A small club in Cotonou, whose members pay by mobile money. */
export function planCotonouClub(club: Club, { members: shown }: ClubPlan, calendar: Calendar) {
  const acts: Act[] = [];
  const enrolled: Member[] = [];
  COTONOU.forEach((name, index) => {
    const joined = 84 - index * 7;
    const known: { who?: Member } = {};
    acts.push({
      at: calendar.ago(joined, 9 + index, (index * 7) % 60),
      act: async () => {
        known.who = await club.enrol({ name, email: addressOf(name), reference: `CC-${11 + index}` });
        await club.owe(
          known.who,
          [`Cotisation ${YEAR}`, 'cotisation', 15_000, calendar.dueIn(30 - joined)],
          ['Assurance', 'assurance', 2_500, calendar.dueIn(30 - joined)],
        );
      },
    });
    if (index === COTONOU.length - 1) return;
    acts.push({
      at: calendar.ago(joined - 3 - index, 12 + (index % 6), (index * 11) % 60),
      act: async () => {
        const who = known.who;
        if (who) await club.pay(who, 'kkiapay', index % 3 === 1 ? { amount: 10_000, as: 'moussa' } : {});
      },
    });
  });
  shown.forEach(({ name, charges }) => {
    acts.push({
      at: calendar.ago(14, 10, 30),
      act: async () => {
        const who = await club.enrol({ name });
        enrolled.push(who);
        await club.owe(
          who,
          ...charges.map(([label, category, amount]) => [label, category, amount, calendar.dueIn(20)] as const),
        );
      },
    });
  });
  return { acts, shown: () => enrolled };
}
