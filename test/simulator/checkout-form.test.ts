import { readCheckoutForm } from '../../simulator/paypal-standard/checkout-form';

const good = {
  cmd: '_xclick',
  business: 'seller@club.example',
  amount: '10.00',
  currency_code: 'EUR',
  notify_url: 'https://shop.example/ipn',
};

it.each([
  { over: {}, total: 1000 },
  { over: { amount: '10' }, total: 1000 },
  { over: { amount: '10.5', quantity: '3', tax: '0.50', shipping: '2', discount_amount: '1.00' }, total: 3300 },
  { over: { amount: '500', currency_code: 'JPY' }, total: 500 },
])('$over comes to $total of the smallest unit', ({ over, total }) => {
  const reading = readCheckoutForm({ ...good, ...over });
  expect(reading).toMatchObject({ ok: true, form: { total } });
});

it.each([
  { over: { business: 'not a seller' }, problem: 'business "not a seller" is neither' },
  { over: { amount: '10.001' }, problem: 'amount "10.001" is not an amount of EUR' },
  { over: { amount: '1,000.00' }, problem: 'amount "1,000.00" is not an amount of EUR' },
  { over: { amount: '-5.00' }, problem: 'amount "-5.00" is not an amount of EUR' },
  { over: { amount: '0.00' }, problem: 'nothing to pay' },
  { over: { amount: '' }, problem: 'amount is missing' },
  { over: { amount: '500.00', currency_code: 'HUF' }, problem: 'with no decimals' },
  { over: { currency_code: 'XOF' }, problem: 'currency_code "XOF" is not one of' },
  { over: { notify_url: '/ipn' }, problem: 'notify_url "/ipn" is not an absolute http or https address' },
  { over: { return: 'javascript:alert(1)' }, problem: 'return "javascript:alert(1)" is not an absolute' },
  { over: { invoice: 'x'.repeat(128) }, problem: 'invoice is longer than 127' },
  { over: { quantity: '0' }, problem: 'quantity "0" is not a positive whole number' },
  { over: { cmd: '_s-xclick' }, problem: 'cmd "_s-xclick" is not played' },
])('a form with $over is refused: $problem', ({ over, problem }) => {
  const reading = readCheckoutForm({ ...good, ...over });
  expect(reading.ok ? [] : reading.problems.join('\n')).toContain(problem);
});
