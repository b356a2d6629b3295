import { useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../api';
import { sentenceFor } from '../problems';
import { useStanding } from '../session';
import { announce } from '../ui/announcements';
import { Choice } from '../ui/fields';
import { t } from '../words';

/** Which association one works for; for who works for several. */
export default function MerchantChoice() {
  const { session, merchant } = useStanding();
  const queries = useQueryClient();
  return (
    <Choice
      label={t('shell.merchant')}
      isHidden
      options={session.merchants.map(({ id, name }) => ({ key: id, text: name }))}
      value={merchant.id}
      onChange={(id) => {
        answerOf(api.PUT('/v1/session/merchant', { body: { merchant: id } })).then(
          () => {
            queries.clear(); // what is known is the other merchant's
            location.assign('/office');
          },
          (error: unknown) => announce(sentenceFor(error), 'bad'),
        );
      }}
    />
  );
}
