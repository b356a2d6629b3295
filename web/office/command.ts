import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { Refusal, troubleOf } from '../shared/client';
import { readAnew } from './live';
import { sentenceFor } from './problems';
import { askStepUp } from './step-up';
import { announce } from './ui/announcements';

/** Whatever a person does is written there. */
const TRAIL = '/v1/audit';

interface Outcome<Answer> {
  /** The addresses that answer otherwise afterwards, by their beginnings. */
  readonly changes: readonly string[];
  /** What is said when it is done; null: the page shows it. */
  readonly done?: (answer: Answer) => string | null;
  /** Goes on with the answer. */
  readonly then?: (answer: Answer) => void;
}

/**
 * Something that a person makes the API do. It is sent with the same Idempotency-Key until it is answered, so that pressing again after a
 * lost answer does nothing twice. Where the API wants it, the person proves anew who they are, and it is sent again.
 */
export function useCommand<Input, Answer>(
  send: (input: Input, headers: { readonly 'idempotency-key': string }) => Promise<Answer>,
  { changes, done, then }: Outcome<Answer>,
) {
  const queries = useQueryClient();
  const sent = useRef<{ readonly text: string; readonly key: string } | null>(null);

  const mutation = useMutation({
    mutationFn: async (input: Input) => {
      const text = JSON.stringify(input);
      const key = sent.current?.text === text ? sent.current.key : crypto.randomUUID();
      sent.current = { text, key };
      const once = () => send(input, { 'idempotency-key': key });
      const answer = await once().catch(async (error: unknown) => {
        const mayProve = error instanceof Refusal && error.code === 'step_up_required';
        if (!mayProve || !(await askStepUp())) throw error;
        return once();
      });
      sent.current = null;
      return answer;
    },
    onSuccess(answer) {
      readAnew(queries, [...changes, TRAIL]);
      const said = done?.(answer) ?? null;
      if (said !== null) announce(said, 'good');
      then?.(answer);
    },
    onError(error) {
      // What was refused by the state of things is shown as it is now.
      if (error instanceof Refusal) {
        if (!error.isPassing) sent.current = null;
        readAnew(queries, changes);
      }
    },
  });
  const { error } = mutation;
  return {
    run: mutation.mutate,
    isRunning: mutation.isPending,
    answer: mutation.data,
    forget: mutation.reset,
    /** Why it was not done, in words; null: it was, or was not tried. */
    trouble: error === null ? null : sentenceFor(error),
    /** The fields that the API would not take, by path. */
    wrong: error instanceof Refusal ? error.errors : [],
    refusal: troubleOf(error)?.code ?? null,
  };
}
