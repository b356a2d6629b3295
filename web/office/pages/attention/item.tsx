import type { Schema } from '../../api';
import { useStanding } from '../../session';
import { Answered, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { Ago } from '../../ui/time';
import { t } from '../../words';
import { ItemFacts } from './item-facts';
import { useKnown } from './known';
import type { Known } from './known';
import { daysUntil, reasonFor, sumOf, titleOf } from './sayings';
import { WayOut } from './way-out';

interface ItemProps {
  readonly item: Schema<'AttentionItem'>;
  /** Whether the queue is being read anew: what was just done may still be in it. */
  readonly isFetching: boolean;
  readonly onDone: () => void;
}

/** One thing that waits: why it is here, what most people do about it, and what else can be done. */
export function Item(props: ItemProps) {
  const { item } = props;
  const known = useKnown(item);
  const sum = sumOf(item);
  return (
    <Section
      title={sum === null ? titleOf(item) : t('attention.headline', { title: titleOf(item), sum })}
      actions={<Ago at={item.since} />}
    >
      <Answered query={known}>{(read) => <Decision {...props} known={read} />}</Answered>
    </Section>
  );
}

function Decision({ item, known, isFetching, onDone }: ItemProps & { readonly known: Known }) {
  const { merchant } = useStanding();
  const mayDecide = useMayDecide(item);
  const { dispute } = known;
  return (
    <>
      <p className="why">{reasonFor(item, known, merchant.currency)}</p>
      {typeof dispute?.answerBy === 'string' && dispute.status === 'open' && (
        <p>
          <Tag tone="person">{t('attention.days_left', { count: daysUntil(dispute.answerBy) })}</Tag>
        </p>
      )}
      <ItemFacts item={item} known={known} />
      {mayDecide ? (
        <ul className="ways">
          {[item.proposal, ...item.others].map((proposal, index) => (
            <li key={`${proposal.action} ${JSON.stringify(proposal.body)}`}>
              <WayOut
                item={item}
                proposal={proposal}
                isUsual={index === 0}
                known={known}
                isFetching={isFetching}
                onDone={onDone}
              />
            </li>
          ))}
        </ul>
      ) : (
        <p className="note">{t('attention.not_yours')}</p>
      )}
    </>
  );
}

/** Money is decided on by owner and treasurer; the desk may cancel what is not paid. */
function useMayDecide({ proposal }: Schema<'AttentionItem'>): boolean {
  const { role } = useStanding();
  return role === 'owner' || role === 'treasurer' || (role === 'desk' && proposal.action === 'cancel');
}
