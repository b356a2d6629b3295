import { Fragment } from 'react';
import type { Schema } from '../../api';
import { t } from '../../words';

type Message = Schema<'Notification'>;

/** So many fit a phone; what comes later told nothing that these had not. */
const MOST = 12;
const STEP = 20;

/**
 * One lane for each way by which it was told, and in it a mark for each message, from left to right as they came: full where it counted,
 * hollow where it was known already. The table beside it says the same in words.
 */
export function Lanes({ messages }: { readonly messages: readonly Message[] }) {
  const inOrder = messages.toReversed().slice(0, MOST);
  const width = inOrder.length * STEP;
  return (
    <div className="lanes" aria-hidden>
      {[...new Set(inOrder.map(({ channel }) => channel))].map((lane) => (
        <Fragment key={lane}>
          <span>{t(`payments.channel.${lane}`)}</span>
          <svg width={width} height={STEP} viewBox={`0 0 ${width} ${STEP}`}>
            <line x1={0} x2={width} y1={STEP / 2} y2={STEP / 2} />
            {inOrder.map(
              ({ id, channel, state }, place) =>
                channel === lane && (
                  <circle
                    key={id}
                    className={state === 'applied' ? 'counted' : undefined}
                    cx={(place + 0.5) * STEP}
                    cy={STEP / 2}
                    r={STEP / 4}
                  />
                ),
            )}
          </svg>
        </Fragment>
      ))}
    </div>
  );
}
