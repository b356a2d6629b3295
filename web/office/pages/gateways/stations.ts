import type { Schema } from '../../api';

interface Seen {
  readonly payment: Pick<Schema<'Payment'>, 'id' | 'status' | 'captured' | 'timeline'> | undefined;
  readonly messages: readonly Pick<Schema<'Notification'>, 'state' | 'channel'>[];
  readonly entries: readonly { readonly kind: string }[];
  readonly paylines: readonly { readonly payment: string | null }[];
}

interface Station {
  /** The id of its sentence. */
  readonly word: string;
  readonly isLit: boolean;
}

/** Where a payment has come by, each told by what was kept of it and by nothing that is merely likely. */
export function stationsOf({ payment, messages, entries, paylines }: Seen): readonly Station[] {
  const told = messages.filter(({ channel }) => channel !== 'poll');
  return [
    { word: 'gateways.station_opened', isLit: payment !== undefined && payment.status !== 'created' },
    { word: 'gateways.station_paid', isLit: (payment?.captured ?? 0) > 0 },
    { word: 'gateways.station_notified', isLit: told.length > 0 },
    {
      word: 'gateways.station_verified',
      isLit: told.some(({ state }) => state === 'applied' || state === 'duplicate'),
    },
    { word: 'gateways.station_booked', isLit: entries.some(({ kind }) => kind === 'payment_captured') },
    { word: 'gateways.station_in_cart', isLit: paylines.some((line) => line.payment === payment?.id) },
  ];
}
