import fc from 'fast-check';
import { readMessage } from '../../activities/gateways/paypal-standard/codec';
import { PAYPAL_CURRENCIES, readPaypalAmount, writePaypalAmount } from '../../activities/gateways/paypal/money';
import { readPaypalDate } from '../../activities/gateways/paypal-standard/date';
import { parseForm, parsePdtAnswer, valueOf } from '../../activities/gateways/paypal-standard/form';
import { isCurrency } from '../../workflows/domain/money';
import {
  completed,
  encode,
  moneyBack,
  OTHER_PAYMENT_ID,
  PAYMENT_ID,
  pdtSuccess,
  type MessageFields,
} from './paypal-messages';

const read = (fields: MessageFields) => readMessage(parseForm(encode(fields)));
const text = (body: string) => Buffer.from(body, 'latin1');
const AT = '2026-03-10T13:22:41.000Z';
const TXN = '61E67681CH3238416';
const REFUND = '9XJ01234AB567890C';

describe('text in a message', () => {
  const joerg = { 'windows-1252': 'J%F6rg', 'UTF-8': 'J%C3%B6rg', utf8: 'J%C3%B6rg', 'ISO-8859-1': 'J%F6rg' };
  it.each(Object.entries(joerg))('a payer named Jörg keeps his name in %s', (charset, written) => {
    expect(readMessage(parseForm(text(`first_name=${written}&charset=${charset}`))).payer).toEqual({
      name: 'Jörg',
      email: null,
    });
  });

  it.each([
    { charset: 'KOI8_R', bytes: [0xc9, 0xd7, 0xc1, 0xce], name: 'иван' },
    { charset: 'koi8-r', bytes: [0xc9, 0xd7, 0xc1, 0xce], name: 'иван' },
    { charset: 'windows_1251', bytes: [0xe8, 0xe2, 0xe0, 0xed], name: 'иван' },
    { charset: 'gb2312', bytes: [0xc0, 0xee], name: '李' },
    { charset: 'Shift_JIS', bytes: [0x93, 0x63], name: '田' },
    { charset: undefined, bytes: [0x4a, 0xf6], name: 'Jö' },
    { charset: '', bytes: [0x4a, 0xf6], name: 'Jö' },
    { charset: 'no-such-charset', bytes: [0x4a, 0xf6], name: 'Jö' },
    { charset: 'iso-2022-kr', bytes: [0x4a, 0xf6], name: 'Jö' },
    { charset: 'utf-16le', bytes: [0x4a, 0xf6], name: 'Jö' },
    { charset: 'UTF-8', bytes: [0x4a, 0xf6], name: 'J\ufffd' },
  ])('charset $charset decodes the name as $name and the money is read all the same', ({ charset, bytes, name }) => {
    const message = read(completed({ charset, first_name: Uint8Array.from(bytes), last_name: '' }));
    expect(message.payer?.name).toBe(name);
    expect(message.facts).toHaveLength(2);
  });

  it.each([
    ['a%20b', 'a b'],
    ['a+b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['a~b', 'a~b'],
    ['%u010Dapek', 'čapek'],
    ['%uD83D%uDE00', '😀'],
    ['%25u010D', '%u010D'],
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['%u12', '%u12'],
    ['', ''],
    ['a=1%26b%3D2', 'a=1&b=2'],
  ])('the value %s is read as %s', (written, value) => {
    expect(parseForm(text(`x=${written}`))).toEqual([{ name: 'x', value }]);
  });

  it('fields keep their order, their duplicates and their brackets', () => {
    expect(parseForm(text('b=1&a[0].id=2&b=3&&c&=d'))).toEqual([
      { name: 'b', value: '1' },
      { name: 'a[0].id', value: '2' },
      { name: 'b', value: '3' },
      { name: 'c', value: '' },
      { name: '', value: 'd' },
    ]);
  });

  it.each(['a=1&b=2', '100 % é', '=', '&&', '%26'])(
    'custom "%s" is intact in a notification and in a PDT answer',
    (custom) => {
      const fields = completed({ charset: 'UTF-8', custom: Buffer.from(custom) });
      expect(valueOf(parseForm(encode(fields)), 'custom')).toBe(custom);
      const answer = parsePdtAnswer(pdtSuccess(fields));
      expect(answer?.word === 'SUCCESS' && valueOf(answer.fields, 'custom')).toBe(custom);
    },
  );

  it('a name with control characters and half a surrogate pair is made fit for a database and a page', () => {
    const { payer } = readMessage(
      parseForm(text('first_name=An%00ne%0A&last_name=%uD800x&payer_email=++a%40b.example+')),
    );
    expect(payer).toEqual({ name: 'An ne \ufffdx', email: 'a@b.example' });
  });

  it('no payer is named where the message names none', () => {
    expect(read(completed({ first_name: '', last_name: ' ', payer_email: undefined })).payer).toBeNull();
  });

  it('whatever bytes come, reading them throws nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (body) => {
        readMessage(parseForm(body));
        parsePdtAnswer(body);
        parsePdtAnswer(Buffer.concat([Buffer.from('SUCCESS\n'), body]));
      }),
    );
    const pieces = fc.constantFrom(
      '%',
      '%u',
      '%uD8',
      '=',
      '&',
      '+',
      'charset',
      'mc_gross',
      'UTF-8',
      'utf-16',
      '\r\n',
      '9'.repeat(40),
      'payment_status=Completed',
    );
    fc.assert(fc.property(fc.array(pieces), (parts) => void readMessage(parseForm(text(parts.join(''))))));
  });

  it('any field that is written and escaped is read back as it was', () => {
    const name = fc.string({ minLength: 1, unit: 'binary' }).filter((key) => key !== 'charset');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), (fields) => {
        const body = [['charset', 'utf-8'], ...fields]
          .map(([key = '', value = '']) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
          .join('&');
        // A byte order mark at the start of a text is dropped by the decoder; nothing of ours or PayPal's begins with one.
        const withoutMark = (part: string) => part.replace(/^\ufeff/, '');
        expect(parseForm(text(body)).slice(1)).toEqual(
          fields.map(([key, value]) => ({ name: withoutMark(key), value: withoutMark(value) })),
        );
      }),
    );
  });
});

describe('PDT answers', () => {
  it.each(['\n', '\r\n'])('SUCCESS with line ends %j gives its fields', (lineEnd) => {
    const answer = parsePdtAnswer(
      pdtSuccess({ txn_id: TXN, custom: 'a=b', first_name: Uint8Array.from([0xf6]), empty: '' }, lineEnd),
    );
    expect(answer).toEqual({
      word: 'SUCCESS',
      fields: [
        { name: 'txn_id', value: TXN },
        { name: 'custom', value: 'a=b' },
        { name: 'first_name', value: 'ö' },
        { name: 'empty', value: '' },
      ],
    });
  });

  it('a value is cut at the first = while it is still encoded', () => {
    expect(parsePdtAnswer(text('SUCCESS\ncustom=a=1&b%3D2\n'))).toEqual({
      word: 'SUCCESS',
      fields: [{ name: 'custom', value: 'a=1&b=2' }],
    });
  });

  it.each([
    ['FAIL\n Error: 4003', '4003'],
    ['FAIL\r\nError: 4020\r\n', '4020'],
    ['FAIL\n4011', '4011'],
    ['FAIL', 'unknown'],
  ])('%j is a failure with code %s', (body, code) => {
    expect(parsePdtAnswer(text(body))).toEqual({ word: 'FAIL', code });
  });

  it.each(['', '\nSUCCESS', 'SUCCESSFUL\na=b', '<html>SUCCESS</html>', 'success\na=b', 'VERIFIED'])(
    '%j is no answer',
    (body) => {
      expect(parsePdtAnswer(text(body))).toBeNull();
    },
  );
});

describe('money that comes', () => {
  it('a completed payment is a capture and a fee under one reference', () => {
    expect(read(completed())).toEqual({
      paymentId: PAYMENT_ID,
      references: [TXN],
      payer: { name: 'Anne Martin', email: 'anne.martin@example.org' },
      facts: [
        {
          kind: 'payment_captured',
          gatewayReference: TXN,
          qualifier: '',
          occurredAt: AT,
          amount: 5000,
          currency: 'EUR',
        },
        { kind: 'fee_charged', gatewayReference: TXN, qualifier: '', occurredAt: AT, amount: 195, currency: 'EUR' },
      ],
      remarks: [],
    });
  });

  it.each([
    'web_accept',
    'cart',
    'express_checkout',
    'send_money',
    'virtual_terminal',
    'pro_hosted',
    'merch_pmt',
    'paypal_here',
    '',
    undefined,
    'Web_Accept',
  ])('a payment of type %p is money that came', (type) => {
    expect(read(completed({ txn_type: type })).facts).toMatchObject([
      { kind: 'payment_captured' },
      { kind: 'fee_charged' },
    ]);
  });

  it.each([
    { what: 'blank', mc_fee: '' },
    { what: 'absent', mc_fee: undefined },
    { what: 'zero', mc_fee: '0.00' },
  ])('a $what fee is no fee, not a fee of nothing', ({ mc_fee }) => {
    expect(read(completed({ mc_fee }))).toMatchObject({ facts: [{ kind: 'payment_captured' }], remarks: [] });
  });

  it('the dollar fields of a payment in euro are blank and mean nothing', () => {
    const blank = read(completed({ payment_gross: '', payment_fee: '' }));
    expect(blank).toEqual(read(completed({ payment_gross: undefined, payment_fee: undefined })));
    expect(blank.facts).toMatchObject([{ amount: 5000 }, { amount: 195 }]);
  });

  it.each([
    { mc_fee: '1,95', word: 'fee_unreadable' },
    { mc_fee: 'N/A', word: 'fee_unreadable' },
    { mc_fee: '0.001', word: 'fee_unreadable' },
    { mc_fee: '1.95 EUR', word: 'fee_unreadable' },
    { mc_fee: '99999999999999', word: 'fee_unreadable' },
    { mc_fee: '-1.95', word: 'fee_negative' },
  ])('a fee of "$mc_fee" costs the capture nothing, and a person is told what PayPal wrote', ({ mc_fee, word }) => {
    const { facts, remarks } = read(completed({ mc_fee }));
    expect(facts).toMatchObject([{ kind: 'payment_captured', amount: 5000 }]);
    expect(remarks).toEqual([{ word, about: TXN, wrote: mc_fee }]);
  });

  it.each([
    ['10', 'EUR', 1000],
    ['10.0', 'EUR', 1000],
    ['10.00', 'EUR', 1000],
    ['1000.00', 'EUR', 100000],
    ['0.29', 'EUR', 29],
    ['1.15', 'USD', 115],
    ['8.20', 'USD', 820],
    ['4.35', 'GBP', 435],
    ['49.99', 'EUR', 4999],
    ['50.01', 'EUR', 5001],
    ['500', 'JPY', 500],
    ['500.00', 'JPY', 500],
    ['500', 'HUF', 50000],
    ['500.00', 'TWD', 50000],
    ['9999999999.99', 'EUR', 999_999_999_999],
  ])('%s %s is exactly %i in our minor units', (mc_gross, mc_currency, amount) => {
    expect(read(completed({ mc_gross, mc_currency, mc_fee: '' })).facts).toMatchObject([
      { kind: 'payment_captured', amount, currency: mc_currency },
    ]);
  });

  it.each([
    ['1,000.00', 'EUR'],
    ['1.000,00', 'EUR'],
    ['10.001', 'EUR'],
    ['1e3', 'EUR'],
    ['', 'EUR'],
    ['ten', 'EUR'],
    ['10.00', ''],
    ['10.00', 'eur'],
    ['10.00', 'XXX'],
    ['500.50', 'JPY'],
    ['500.50', 'HUF'],
    ['10000000000.00', 'EUR'],
    ['99999999999999999999', 'EUR'],
  ])('an amount of "%s" "%s" is guessed by nobody', (mc_gross, mc_currency) => {
    expect(read(completed({ mc_gross, mc_currency }))).toMatchObject({
      facts: [],
      remarks: [{ word: 'unreadable_amount' }],
    });
  });

  it('a payment of nothing is none', () => {
    expect(read(completed({ mc_gross: '0.00' }))).toMatchObject({ facts: [], remarks: [{ word: 'zero_amount' }] });
  });

  it.each([
    { entity: 'auth', reason: 'authorization' },
    { entity: 'reauth', reason: 'authorization' },
    { entity: 'order', reason: 'order' },
  ])('a completed $entity has taken nothing yet', ({ entity, reason }) => {
    expect(read(completed({ transaction_entity: entity })).facts).toMatchObject([
      { kind: 'payment_pending', qualifier: reason, reason, amount: 5000 },
    ]);
  });

  it('the capture of an authorization is money, under its own reference, with the authorization as a second one', () => {
    const message = read(completed({ transaction_entity: 'payment', parent_txn_id: 'AUTH0000000000001' }));
    expect(message.references).toEqual([TXN, 'AUTH0000000000001']);
    expect(message.facts).toMatchObject([{ kind: 'payment_captured' }, { kind: 'fee_charged' }]);
  });

  it('money without a transaction id cannot be told apart, so a person looks', () => {
    expect(read(completed({ txn_id: '' }))).toMatchObject({
      facts: [],
      references: [],
      remarks: [{ word: 'no_transaction_id' }],
    });
    expect(read(completed({ txn_id: 'a b' }))).toMatchObject({
      facts: [],
      references: [],
      remarks: [{ word: 'no_transaction_id' }],
    });
  });

  it('a message that says two amounts says none', () => {
    const body = Buffer.concat([encode(completed()), text('&mc_gross=5.00')]);
    expect(readMessage(parseForm(body))).toMatchObject({ facts: [], remarks: [{ word: 'repeated_field' }] });
    const same = Buffer.concat([encode(completed()), text('&mc_gross=50.00')]);
    expect(readMessage(parseForm(same))).toMatchObject({ facts: [{ amount: 5000 }, { amount: 195 }], remarks: [] });
  });
});

describe('which payment a message names', () => {
  it.each([
    { what: 'custom', custom: PAYMENT_ID, invoice: OTHER_PAYMENT_ID, paymentId: PAYMENT_ID },
    { what: 'invoice, where custom is blank', custom: '', invoice: PAYMENT_ID, paymentId: PAYMENT_ID },
    { what: 'invoice, where custom is no id of ours', custom: 'order 12', invoice: PAYMENT_ID, paymentId: PAYMENT_ID },
    { what: 'none, where both are missing', custom: undefined, invoice: undefined, paymentId: null },
    { what: 'none, where both are foreign', custom: 'mem_' + PAYMENT_ID.slice(4), invoice: '42', paymentId: null },
  ])('$what', ({ custom, invoice, paymentId }) => {
    expect(read(completed({ custom, invoice, txn_type: 'send_money' })).paymentId).toBe(paymentId);
  });
});

describe('money that waits or fails', () => {
  it.each([
    ['address', 'address'],
    ['authorization', 'authorization'],
    ['delayed_disbursement', 'delayed_disbursement'],
    ['echeck', 'echeck'],
    ['intl', 'intl'],
    ['multi_currency', 'multi_currency'],
    ['multi-currency', 'multi_currency'],
    ['order', 'order'],
    ['paymentreview', 'paymentreview'],
    ['PaymentReview', 'paymentreview'],
    ['regulatory_review', 'regulatory_review'],
    ['unilateral', 'unilateral'],
    ['upgrade', 'upgrade'],
    ['verify', 'verify'],
    ['other', 'other'],
    ['', 'pending'],
    ['None', 'pending'],
  ])('Pending for "%s" is pending with the reason %s, and no fee', (pending_reason, reason) => {
    expect(read(completed({ payment_status: 'Pending', pending_reason, mc_fee: '' }))).toMatchObject({
      facts: [
        { kind: 'payment_pending', gatewayReference: TXN, qualifier: reason, reason, amount: 5000, currency: 'EUR' },
      ],
      remarks: [],
    });
  });

  it.each([
    ['Created', 'created'],
    ['Processed', 'processed'],
    ['In-Progress', 'in_progress'],
  ])('%s is pending, not paid', (payment_status, reason) => {
    expect(read(completed({ payment_status })).facts).toMatchObject([
      { kind: 'payment_pending', qualifier: reason, reason },
    ]);
  });

  it.each([
    ['Failed', undefined, 'failed'],
    ['Denied', 'regulatory_block', 'regulatory_block'],
    ['Denied', 'regulatory_reject', 'regulatory_reject'],
    ['Denied', 'regulatory_review_exceeding_sla', 'regulatory_review_exceeding_sla'],
    ['Denied', '', 'denied'],
    ['Declined', 'None', 'declined'],
    ['Expired', undefined, 'expired'],
    ['Voided', undefined, 'voided'],
    ['Failed', 'buyer-complaint', 'buyer_complaint'],
    ['FAILED', undefined, 'failed'],
  ])('%s (%s) is a failure with the reason %s', (payment_status, reason_code, reason) => {
    expect(read(completed({ payment_status, reason_code, mc_fee: undefined })).facts).toMatchObject([
      { kind: 'payment_failed', gatewayReference: TXN, qualifier: '', reason, amount: 5000 },
    ]);
  });

  it('an eCheck that fails days later fails under the reference of its pending', () => {
    const pending = read(
      completed({ payment_status: 'Pending', pending_reason: 'echeck', payment_type: 'echeck', mc_fee: undefined }),
    );
    const failed = read(completed({ payment_status: 'Failed', payment_type: 'echeck', mc_fee: undefined }));
    expect(failed.references).toEqual(pending.references);
    expect(failed.facts).toMatchObject([{ kind: 'payment_failed' }]);
  });

  it.each(['Completed', 'Pending', 'Failed'])(
    'a %s sum below zero is money that leaves, not a payment to us',
    (payment_status) => {
      expect(read(completed({ payment_status, mc_gross: '-5.00' }))).toMatchObject({
        facts: [],
        remarks: [{ word: 'money_out' }],
      });
    },
  );

  it.each([
    { what: 'of a type', over: { txn_type: 'web_accept' } },
    { what: 'because of a case', over: { reason_code: 'chargeback' } },
  ])('a pending sum below zero of known money $what says nothing until it is done', ({ over }) => {
    for (const status of ['Pending', 'Failed'])
      expect(read(moneyBack(status, over))).toMatchObject({ facts: [], remarks: [{ word: 'negative_amount' }] });
  });
});

describe('money that goes back', () => {
  it('a partial refund without a type is a refund of its size on the parent, with the fee that came back', () => {
    expect(read(moneyBack('Refunded'))).toMatchObject({
      references: [REFUND, TXN],
      facts: [
        {
          kind: 'payment_refunded',
          gatewayReference: REFUND,
          qualifier: '',
          parent: TXN,
          amount: 2000,
          currency: 'EUR',
          feeReturned: 40,
          reason: 'refund',
          occurredAt: AT,
        },
      ],
      remarks: [],
    });
  });

  it.each([undefined, '', '0.00', '-0.00'])('a refund whose fee is %p gives no fee back', (mc_fee) => {
    expect(read(moneyBack('Refunded', { mc_fee }))).toMatchObject({ facts: [{ feeReturned: 0 }], remarks: [] });
  });

  it.each(['n/a', '-0,20'])(
    'a refund whose fee is "%s" is a refund, and a person is told what PayPal wrote',
    (mc_fee) => {
      expect(read(moneyBack('Refunded', { mc_fee }))).toMatchObject({
        facts: [{ amount: 2000, feeReturned: 0 }],
        remarks: [{ word: 'fee_unreadable', about: REFUND, wrote: mc_fee }],
      });
    },
  );

  it('a fee above zero beside a refund below it was charged for giving back, and none came back', () => {
    expect(read(moneyBack('Refunded', { mc_fee: '0.30' })).facts).toMatchObject([
      { kind: 'payment_refunded', amount: 2000, feeReturned: 0 },
      { kind: 'refund_fee_charged', gatewayReference: REFUND, parent: TXN, amount: 30, currency: 'EUR' },
    ]);
  });

  it('a refund with the reason "other" is still a refund', () => {
    expect(read(moneyBack('Refunded', { reason_code: 'other' })).facts).toMatchObject([
      { kind: 'payment_refunded', reason: 'other' },
    ]);
  });

  const underWay = { gatewayReference: REFUND, parent: TXN, amount: 2000, currency: 'EUR', occurredAt: AT };

  it('a refund from the merchant’s bank is on its way, with the reason that PayPal gives', () => {
    expect(read(moneyBack('Pending', { pending_reason: 'echeck' }))).toMatchObject({
      references: [REFUND, TXN],
      facts: [{ ...underWay, kind: 'refund_pending', qualifier: 'echeck', reason: 'echeck' }],
      remarks: [],
    });
  });

  it.each([
    ['Failed', 'failed'],
    ['Denied', 'denied'],
  ])('a refund that is %s gave nothing back', (status, reason) => {
    expect(read(moneyBack(status)).facts).toMatchObject([
      { ...underWay, kind: 'refund_failed', qualifier: '', reason, detail: null },
    ]);
  });

  it.each([
    { signs: 'PayPal’s', over: { mc_gross: '-20.00', mc_fee: '-0.40' }, feeReturned: 40, remarks: [] },
    { signs: 'its simulator’s', over: { mc_gross: '20.00', mc_fee: '0.40' }, feeReturned: 40, remarks: [] },
    { signs: 'no fee', over: { mc_fee: undefined }, feeReturned: 0, remarks: [] },
    {
      signs: 'a fee on top',
      over: { mc_gross: '-20.00', mc_fee: '0.40' },
      feeReturned: 0,
      remarks: [{ word: 'fee_of_reversal', about: REFUND, wrote: '0.40' }],
    },
    {
      signs: 'a fee that is no number',
      over: { mc_fee: '-0,40' },
      feeReturned: 0,
      remarks: [{ word: 'fee_unreadable', about: REFUND, wrote: '-0,40' }],
    },
  ])('a reversal with $signs tells what of the fee came back, and its case', ({ over, feeReturned, remarks }) => {
    expect(read(moneyBack('Reversed', { reason_code: 'buyer-complaint', case_id: 'PP-D-1', ...over }))).toMatchObject({
      facts: [{ kind: 'payment_reversed', amount: 2000, reason: 'buyer_complaint', caseId: 'PP-D-1', feeReturned }],
      remarks,
    });
    expect(read(moneyBack('Reversed', { reason_code: 'chargeback' })).facts).toMatchObject([{ caseId: null }]);
  });

  it('Reversed because of a refund is that refund', () => {
    const told = (status: string) => read(moneyBack(status, { reason_code: 'refund' }));
    expect(told('Reversed')).toEqual(told('Refunded'));
  });

  it('a reversal that is cancelled tells the fee that PayPal keeps again, and its case', () => {
    const over = { mc_gross: '20.00', mc_fee: '0.40', reason_code: 'other', case_id: 'PP-D-1' };
    expect(read(moneyBack('Canceled_Reversal', over)).facts).toMatchObject([
      { kind: 'reversal_cancelled', amount: 2000, caseId: 'PP-D-1', feeCharged: 40 },
    ]);
    expect(read(moneyBack('Canceled_Reversal', { ...over, mc_fee: '' })).facts).toMatchObject([{ feeCharged: 0 }]);
  });

  it.each(['-50.00', '50.00'])('a reversal of %s takes 50.00 back, whatever its sign', (mc_gross) => {
    expect(read(moneyBack('Reversed', { mc_gross, reason_code: 'chargeback' })).facts).toMatchObject([
      { kind: 'payment_reversed', gatewayReference: REFUND, parent: TXN, amount: 5000, reason: 'chargeback' },
    ]);
  });

  it.each(['Canceled_Reversal', 'Canceled-Reversal', 'canceled reversal', 'CANCELED_REVERSAL', 'Cancelled_Reversal'])(
    '%s gives reversed money back',
    (status) => {
      expect(read(moneyBack(status, { mc_gross: '50.00', reason_code: '' })).facts).toMatchObject([
        { kind: 'reversal_cancelled', gatewayReference: REFUND, parent: TXN, amount: 5000 },
      ]);
    },
  );

  it.each(['Refunded', 'Reversed', 'Canceled_Reversal'])('%s without a parent is for a person', (status) => {
    expect(read(moneyBack(status, { parent_txn_id: '' }))).toMatchObject({
      facts: [],
      remarks: [{ word: 'no_parent_transaction' }],
    });
  });

  it.each([
    { payment_status: 'Reversed', reason_code: 'chargeback', reason: 'chargeback' },
    { payment_status: 'Reversed', reason_code: '', reason: 'reversed' },
    { payment_status: 'Canceled_Reversal', reason_code: '', reason: 'canceled_reversal' },
    { payment_status: 'Refunded', reason_code: '', mc_fee: '', reason: 'refunded' },
    { payment_status: 'Refunded', reason_code: 'refund', mc_fee: '0.00', reason: 'refund' },
    { payment_status: 'Refunded', reason_code: '', mc_fee: '1,95', reason: 'refunded' },
  ])(
    'a payment told only as $payment_status (fee $mc_fee) is no evidence that money came: it failed',
    ({ reason, ...over }) => {
      const { facts, remarks } = read(completed(over));
      expect(facts).toMatchObject([{ kind: 'payment_failed', gatewayReference: TXN, amount: 5000, reason }]);
      expect([facts.length, remarks]).toEqual([1, []]);
    },
  );

  it.each(['Refunded', 'Partially_Refunded', 'Partially-Refunded', 'PartiallyRefunded'])(
    'a payment that is %s now, told with the fee that PayPal kept, had come',
    (payment_status) => {
      expect(read(completed({ payment_status })).facts).toMatchObject([
        { kind: 'payment_captured', amount: 5000 },
        { kind: 'fee_charged' },
      ]);
    },
  );

  it('a payment that is partly refunded had come, fee or none', () => {
    const { facts } = read(completed({ payment_status: 'Partially_Refunded', mc_fee: '' }));
    expect(facts).toMatchObject([{ kind: 'payment_captured', gatewayReference: TXN, amount: 5000 }]);
  });

  it.each(['Partially_Refunded', 'Partially-Refunded', 'PARTIALLY REFUNDED', 'PartiallyRefunded'])(
    '%s with a parent is a refund of its amount',
    (status) => {
      expect(read(moneyBack(status)).facts).toMatchObject([
        { kind: 'payment_refunded', gatewayReference: REFUND, parent: TXN, amount: 2000, feeReturned: 40 },
      ]);
    },
  );

  it.each([
    { what: 'Completed below zero of type adjustment', txn_type: 'adjustment', mc_gross: '-50.00', qualifier: '' },
    { what: 'Completed below zero without a type', txn_type: undefined, mc_gross: '-50.00', qualifier: '' },
    { what: 'an adjustment above zero', txn_type: 'adjustment', mc_gross: '50.00', qualifier: 'credit' },
  ])('$what corrects the balance after a case, and is never "paid"', ({ txn_type, mc_gross, qualifier }) => {
    expect(
      read(moneyBack('Completed', { txn_type, mc_gross, reason_code: 'chargeback_settlement' })).facts,
    ).toMatchObject([
      {
        kind: 'dispute_adjusted',
        gatewayReference: REFUND,
        parent: TXN,
        amount: 5000,
        qualifier,
        reason: 'chargeback_settlement',
      },
    ]);
  });

  it('an adjustment without a parent is for a person', () => {
    expect(read(completed({ txn_type: 'adjustment', mc_gross: '-5.00' }))).toMatchObject({
      facts: [],
      remarks: [{ word: 'no_parent_transaction' }],
    });
  });

  it('an adjustment still pending is for a person', () => {
    expect(read(moneyBack('Pending', { txn_type: 'adjustment', mc_gross: '5.00' }))).toMatchObject({
      facts: [],
      remarks: [{ word: 'unknown_type' }],
    });
  });

  it.each([
    ['complaint', 'non_receipt', 'claim'],
    ['chargeback', 'unauthorized', 'chargeback'],
    ['dispute', 'not_as_described', 'inquiry'],
    ['brand_new', 'special', null],
  ])('a new %s is a case about the original payment, and moves no money', (case_type, reason_code, stage) => {
    const message = read({
      txn_type: 'new_case',
      txn_id: TXN,
      case_id: 'PP-001-242-211-213',
      case_type,
      reason_code,
      case_creation_date: '05:22:41 Mar 10, 2026 PST',
      custom: PAYMENT_ID,
    });
    expect(message).toMatchObject({
      paymentId: PAYMENT_ID,
      references: [TXN],
      facts: [
        {
          kind: 'dispute_opened',
          gatewayReference: TXN,
          qualifier: 'PP-001-242-211-213',
          occurredAt: AT,
          amount: null,
          currency: null,
          reason: reason_code,
          stage,
          url: 'https://www.paypal.com/resolutioncenter/',
        },
      ],
      remarks: [],
    });
  });

  it('a case of a test is answered at no page of PayPal’s', () => {
    expect(read({ txn_type: 'new_case', txn_id: TXN, case_id: 'PP-1', test_ipn: '1' }).facts).toMatchObject([
      { url: null },
    ]);
  });

  it('a case without a transaction id is for a person', () => {
    expect(read({ txn_type: 'new_case', case_id: 'PP-1' })).toMatchObject({
      facts: [],
      remarks: [{ word: 'no_transaction_id' }],
    });
  });
});

describe('money of a type that these rules do not know', () => {
  const TYPES = [
    'subscr_payment',
    'recurring_payment',
    'recurring_payment_outstanding_payment',
    'request_money',
    'payout',
    'brand_new_type',
  ];

  it.each(TYPES)('%s that is Completed is money that came', (txn_type) => {
    expect(read(completed({ txn_type }))).toMatchObject({
      references: [TXN],
      facts: [
        { kind: 'payment_captured', amount: 5000 },
        { kind: 'fee_charged', amount: 195 },
      ],
      remarks: [],
    });
  });

  it.each(TYPES)('%s that waits, fails, or goes back does so like any payment', (txn_type) => {
    const kindOf = (fields: MessageFields) => read(fields).facts.map(({ kind }) => kind);
    expect(kindOf(completed({ txn_type, payment_status: 'Pending', pending_reason: 'echeck' }))).toEqual([
      'payment_pending',
    ]);
    expect(kindOf(completed({ txn_type, payment_status: 'Failed' }))).toEqual(['payment_failed']);
    expect(kindOf(moneyBack('Refunded', { txn_type }))).toEqual(['payment_refunded']);
    expect(kindOf(moneyBack('Reversed', { txn_type, reason_code: 'chargeback' }))).toEqual(['payment_reversed']);
  });

  it.each(TYPES)('%s below zero is money that leaves', (txn_type) => {
    expect(read(completed({ txn_type, mc_gross: '-50.00' }))).toMatchObject({
      facts: [],
      remarks: [{ word: 'money_out', wrote: txn_type }],
    });
    expect(read(moneyBack('Completed', { txn_type }))).toMatchObject({ facts: [], remarks: [{ word: 'money_out' }] });
  });
});

it.each([
  'subscr_signup',
  'subscr_cancel',
  'subscr_eot',
  'subscr_modify',
  'subscr_failed',
  'recurring_payment_profile_created',
  'recurring_payment_profile_cancel',
  'recurring_payment_skipped',
  'recurring_payment_failed',
  'recurring_payment_expired',
  'recurring_payment_suspended',
  'mp_signup',
  'mp_cancel',
])('%s tells of an agreement and of no money', (txn_type) => {
  expect(read(completed({ txn_type, payment_status: undefined, txn_id: undefined }))).toMatchObject({
    facts: [],
    remarks: [{ word: 'unknown_type', wrote: txn_type }],
  });
  expect(read(completed({ txn_type }))).toMatchObject({ facts: [], remarks: [{ word: 'unknown_type' }] });
});

it.each(['masspay', 'MassPay', 'mass_pay'])('%s is money that leaves, whatever its status and sign', (txn_type) => {
  for (const over of [
    {},
    { mc_gross: '-50.00' },
    { payment_status: 'Processed' },
    { payment_status: undefined, txn_id: undefined, masspay_txn_id_1: TXN, mc_gross_1: '5.00' },
  ])
    expect(read(completed({ txn_type, ...over }))).toMatchObject({ facts: [], remarks: [{ word: 'money_out' }] });
});

it.each([undefined, '', 'None'])('a message whose status is %p says nothing', (payment_status) => {
  expect(read(completed({ payment_status }))).toMatchObject({ facts: [], remarks: [{ word: 'nothing_said' }] });
});

describe('money of a case', () => {
  it.each([
    'chargeback_reimbursement',
    'chargeback_settlement',
    'Chargeback-Settlement',
    'adjustment_reversal',
    'buyer-complaint',
  ])('Completed for %s is the reversal that was cancelled, and never a second payment', (reason_code) => {
    const { facts } = read(
      moneyBack('Completed', { txn_type: 'web_accept', reason_code, mc_gross: '50.00', mc_fee: '' }),
    );
    expect(facts).toMatchObject([{ kind: 'reversal_cancelled', gatewayReference: REFUND, parent: TXN, amount: 5000 }]);
  });

  it('without the payment that it is about it is for a person', () => {
    expect(read(completed({ reason_code: 'chargeback_settlement' }))).toMatchObject({
      facts: [],
      remarks: [{ word: 'no_parent_transaction' }],
    });
  });

  it('a payment with another reason is a payment', () => {
    expect(read(completed({ reason_code: 'other', parent_txn_id: TXN })).facts).toMatchObject([
      { kind: 'payment_captured' },
      {},
    ]);
  });
});

describe('what these rules do not know', () => {
  it.each(['Completed-Funds-Held', 'Surprising'])(
    'the status %p gives no facts and is shown to a person',
    (payment_status) => {
      expect(read(completed({ payment_status }))).toMatchObject({ facts: [], remarks: [{ word: 'unknown_status' }] });
    },
  );

  it('an unknown reason code is kept in our spelling', () => {
    expect(read(moneyBack('Reversed', { reason_code: 'Brand-New Reason!' })).facts).toMatchObject([
      { reason: 'brand_new_reason' },
    ]);
  });
});

describe('dates', () => {
  it.each([
    ['05:22:41 Mar 10, 2026 PST', AT],
    ['05:22:41 Mar 10, 2026 PDT', '2026-03-10T12:22:41.000Z'],
    ['05:22:41 Mar. 10, 2026 PST', AT],
    ['05:22:41 Feb. 05, 2026 PST', '2026-02-05T13:22:41.000Z'],
    ['05:22:41 march 10, 2026 pst', AT],
    ['05:22:41 10 Mar 2026 PST', AT],
    ['05:22:41  Mar 10 2026  PST', AT],
    ['20:12:59 Jan 13, 2009 PST', '2009-01-14T04:12:59.000Z'],
    ['23:59:59 Dec 31, 2026 PST', '2027-01-01T07:59:59.000Z'],
    ['01:30:00 Nov 01, 2026 PDT', '2026-11-01T08:30:00.000Z'],
    ['01:30:00 Nov 01, 2026 PST', '2026-11-01T09:30:00.000Z'],
    ['10:00:00 Feb 29, 2028 PST', '2028-02-29T18:00:00.000Z'],
    ['Tue Mar 10 2026 05:22:41 GMT-0800 (PST)', AT],
    ['Tue Mar 10 2026 18:52:41 GMT+0530 (India Standard Time)', AT],
    ['Tue Mar 10 2026 13:22:41 GMT', AT],
    ['2026-03-10T13:22:41Z', AT],
    ['2026-03-10T13:22:41.000Z', AT],
  ])('%s is %s', (written, instant) => {
    expect(readPaypalDate(written)).toBe(instant);
  });

  it.each([
    '',
    'N/A',
    'garbage',
    '05:22:41 Mar 10, 2026',
    '05:22:41 Mar 10, 2026 CET',
    '05:22:41 Mrz 10, 2026 PST',
    '10:00:00 Feb 29, 2026 PST',
    '25:00:00 Mar 10, 2026 PST',
    '10:61:00 Mar 10, 2026 PST',
    '10:00:00 Mar 00, 2026 PST',
    '2026-13-01T00:00:00Z',
    '01/02/2026',
    '05:22:41 Mar 10, 0026 PST',
  ])('"%s" is no certain instant', (written) => {
    expect(readPaypalDate(written)).toBeNull();
  });

  it.each(['N/A', '', undefined, 'garbage'])('a payment dated %p is booked without a date', (payment_date) => {
    expect(read(completed({ payment_date })).facts).toMatchObject([
      { kind: 'payment_captured', amount: 5000, occurredAt: null },
      { occurredAt: null },
    ]);
  });

  it('no text is a reason to throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (written) => void readPaypalDate(written)));
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1998-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        (date) => {
          const whole = new Date(Math.floor(date.getTime() / 1000) * 1000);
          expect(readPaypalDate(whole.toISOString())).toBe(whole.toISOString());
        },
      ),
    );
  });
});

describe('currencies', () => {
  it('every currency of PayPal is one of ours', () => {
    expect(PAYPAL_CURRENCIES.filter((code) => !isCurrency(code))).toEqual([]);
  });

  it('an amount that can be written is read back as the same amount', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999_999 }),
        fc.constantFrom(...PAYPAL_CURRENCIES),
        (amount, currency) => {
          const written = writePaypalAmount({ amount, currency });
          if (['HUF', 'TWD'].includes(currency) && amount % 100 !== 0) expect(written).toBeNull();
          else expect(readPaypalAmount(written ?? '', currency)).toEqual({ amount, currency });
        },
      ),
    );
  });

  it('money in a currency that PayPal no longer takes is read when it comes all the same', () => {
    expect(readPaypalAmount('10.00', 'RUB')).toEqual({ amount: 1000, currency: 'RUB' });
  });
});
