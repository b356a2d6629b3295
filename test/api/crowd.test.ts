import { createCrowdControl } from '../../api/desks/crowd';

/** Work that goes on until it is let go. */
function held() {
  let letGo: (value: string) => void = () => undefined;
  const done = new Promise<string>((resolve) => (letGo = resolve));
  return { work: () => done, letGo };
}
const HOURS = 3_600_000;

test('of one key so many go at once, the others in the order in which they came', async () => {
  const inCrowd = createCrowdControl({ most: 2, patienceMs: HOURS });
  const begun: string[] = [];
  const [first, second] = [held(), held()];
  const all = [
    inCrowd('one', first.work),
    inCrowd('one', second.work),
    ...['third', 'fourth'].map((name) => inCrowd('one', async () => begun.push(name))),
  ];
  expect(await inCrowd('another', async () => 'at once')).toBe('at once');
  expect(begun).toEqual([]);
  second.letGo('second');
  first.letGo('first');
  expect(await Promise.all(all)).toEqual(['first', 'second', 1, 2]);
  expect(begun).toEqual(['third', 'fourth']);
});

test('work that fails leaves its place to the next', async () => {
  const inCrowd = createCrowdControl({ most: 1, patienceMs: HOURS });
  const [failing, next] = [
    inCrowd('one', () => Promise.reject(new Error('it broke'))),
    inCrowd('one', async () => 'next'),
  ];
  await expect(failing).rejects.toThrow('it broke');
  expect(await next).toBe('next');
});

test('who waited too long is turned away, and takes nobody’s place', async () => {
  const inCrowd = createCrowdControl({ most: 1, patienceMs: 1 });
  const first = held();
  const inside = inCrowd('one', first.work);
  expect(await inCrowd('one', async () => 'never')).toBeNull();
  first.letGo('first');
  expect(await inside).toBe('first');
  expect(await inCrowd('one', async () => 'later')).toBe('later');
});
