import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { Refusal } from '../../shared/client';
import { answerOf, api } from '../api';
import { sentenceFor } from '../problems';
import { useStanding } from '../session';
import type { StepUpAsked } from '../step-up';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { TextBox } from '../ui/fields';
import { t } from '../words';
import { assertPasskey } from './passkey';

type Proof = Parameters<typeof prove>[0];
const prove = (body: { password: string } | { code: string } | { passkey: never }) =>
  answerOf(api.POST('/v1/session/step-up', { body }));

/** Opens whenever the API wants a person to prove anew who they are. */
export default function StepUpDialog({ asked }: { readonly asked: StepUpAsked }) {
  const { user } = useStanding().session;
  const [way, setWay] = useState<'password' | 'code' | 'letter'>(user.secondFactor ? 'code' : 'password');
  const [typed, setTyped] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);

  function attempt(work: Promise<unknown>, then: () => void): void {
    setRunning(true);
    setTrouble(null);
    work
      .then(then)
      .catch((error: unknown) => {
        const isWrong = error instanceof Refusal && error.code === 'step_up_failed';
        setTrouble(isWrong ? t('step_up.wrong') : sentenceFor(error));
      })
      .finally(() => setRunning(false));
  }
  const give = (proof: Promise<Proof>) => attempt(proof.then(prove), () => asked.end(true));
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    give(Promise.resolve(way === 'password' ? { password: typed } : { code: typed.replaceAll(' ', '') }));
  };
  const askPasskey = async (): Promise<Proof> => {
    const question = await answerOf(api.POST('/v1/session/step-up-passkey', {}));
    return { passkey: (await assertPasskey(question)) as never };
  };
  const askLetter = () =>
    attempt(
      answerOf(api.POST('/v1/session/step-up-code', {})).then((answer) => setSentTo(answer.sentTo)),
      () => setWay('letter'),
    );
  return (
    <Dialog title={t('step_up.title')} onClose={() => asked.end(false)}>
      <form onSubmit={send} className="form">
        <p>{sentTo === null ? t('step_up.text') : t('step_up.sent', { address: sentTo })}</p>
        <TextBox
          label={t(`step_up.${way}`)}
          type={way === 'password' ? 'password' : 'text'}
          autoComplete={way === 'password' ? 'current-password' : 'one-time-code'}
          value={typed}
          onChange={setTyped}
          error={trouble}
          autoFocus
        />
        <div className="actions">
          <Button type="submit" kind="primary" isRunning={isRunning}>
            {t('step_up.go_on')}
          </Button>
          {user.secondFactor && (
            <Button kind="quiet" onPress={() => give(askPasskey())}>
              {t('sign_in.passkey')}
            </Button>
          )}
          {!user.secondFactor && way === 'password' && (
            <Button kind="quiet" onPress={askLetter}>
              {t('step_up.by_letter')}
            </Button>
          )}
          <Button kind="quiet" onPress={() => asked.end(false)}>
            {t('shell.cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
