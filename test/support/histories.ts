import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import type { ReplayHistoriesIterable } from '@temporalio/worker';
import type { PaymentView } from './client';
import { testTemporal } from './environment/temporal';
import type { World } from './world';

/** The newest run of a workflow, as `temporal workflow show --output json` writes it: payloads are base64. */
export async function historyOf(world: World, { workflowId }: Pick<PaymentView, 'workflowId'>): Promise<string> {
  return historyToJSON(await world.temporal.workflow.getHandle(workflowId).fetchHistory());
}

/** The same with its payloads in clear, for whoever looks for something in it. */
export function readable(history: string): string {
  return history.replace(
    /"data": ?"([^"]*)"/g,
    (_, base64: string) => `"data": ${Buffer.from(base64, 'base64').toString()}`,
  );
}

export interface Replayed {
  readonly workflowId: string;
  /** Why a worker that knows nothing of the run could not go on with it: null where it could. */
  readonly error: string | null;
}

export async function replay(histories: ReplayHistoriesIterable): Promise<Replayed[]> {
  const { workflowBundlePath } = testTemporal();
  const results: Replayed[] = [];
  const options = { workflowBundle: { codePath: workflowBundlePath } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    results.push({ workflowId, error: error?.message ?? null });
  return results;
}

// What the messages of the tests and of the simulator say of a payer, and what only a raw message or a credential holds.
const PERSONAL = [
  /[a-z][\w.+-]*@[\w-]+\.[a-z]+/i,
  /\b(Anne|Martin|Bruno|Keller|Chantal|Dubois|Farid|Benali|Hana|Ivan|Petrov|Jana|Horvat|Denis|Petit|Awa|Dossou|Céline|Akpo)\b/,
  /first_name|last_name|payer_(?!fee_charged)|address_|verify_sign|mc_gross|notify-validate|identity-token|app-secret|tpk_|tsk_|webhook-secret/,
  /\+?229(01)?\d{8}/,
];

/** Every trace of a person or of a message as it came; histories hold ids and money, and nothing else. */
export function personalDataIn(history: string): string[] {
  const text = readable(history);
  return PERSONAL.flatMap((trace) => trace.exec(text)?.[0] ?? []);
}

/** The same history without what tells of the machine it was made on: who polled, and where in our files something failed. */
export function withoutTraces(history: string): string {
  const clean = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return key === 'stackTrace' ? '' : value.replace(/\d+@[\w.-]+/g, 'a worker');
    if (Array.isArray(value)) return value.map((item) => clean(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner, name)]));
  };
  return `${JSON.stringify(clean(JSON.parse(history)), null, 1)}\n`;
}
