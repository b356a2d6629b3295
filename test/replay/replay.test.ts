import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { STORY } from '../../workflows/messages';
import { personalDataIn, readable, replay } from '../support/histories';
import { historiesOf, PATHS } from './paths';

const FOLDER = historiesOf(STORY);
const saved = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ name: file.replace(/\.json$/, ''), text: readFileSync(path.join(FOLDER, file), 'utf8') }));

test('every path that a payment can go has a history saved under the number of this story', () => {
  expect(saved.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(PATHS)));
  expect(readdirSync(path.dirname(FOLDER))).toEqual([path.basename(FOLDER)]); // no worker is given a run of another story
});

test('the workflows as they are now replay every history that was saved under the number of this story', async () => {
  const results = await replay(
    saved.map(({ name, text }) => ({ workflowId: name, history: JSON.parse(text) as unknown })),
  );
  expect(results.flatMap(({ workflowId, error }) => (error === null ? [] : [`${workflowId}: ${error}`]))).toEqual([]);
  expect(results.map(({ workflowId }) => workflowId).sort()).toEqual(saved.map(({ name }) => name).sort());
});

test('code that goes another way is noticed', async () => {
  const { text } = saved.find(({ name }) => name === 'paid-at-first-try')!;
  // As if the release that wrote it had booked where this one verifies.
  const other = text.replace(/"data": "([^"]*)"/g, (whole, base64: string) => {
    const marker = Buffer.from(base64, 'base64').toString();
    if (!marker.includes('"activity_type":"verifyNotification"')) return whole;
    return `"data": "${Buffer.from(marker.replace('verifyNotification', 'recordFacts')).toString('base64')}"`;
  });
  expect(other).not.toBe(text);
  expect(await replay([{ workflowId: 'another way', history: JSON.parse(other) as unknown }])).toMatchObject([
    { workflowId: 'another way', error: expect.anything() },
  ]);
});

test.each(saved)(
  'the history $name holds ids and money, and nothing of a person, a message or this machine',
  ({ text }) => {
    expect(personalDataIn(text)).toEqual([]);
    expect(readable(text)).not.toMatch(/\/(home|root|work|usr|tmp)\//);
    expect(readable(text)).not.toMatch(/\d@/); // process@host, as a worker names itself
  },
);
