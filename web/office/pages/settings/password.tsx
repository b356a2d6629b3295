import { useCommand } from '../../command';
import { askSignIn } from '../../shell/signing';
import { Button } from '../../ui/button';
import { Section } from '../../ui/page';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';

/** Another password, by the link of a letter. */
export function Password({ email }: { readonly email: string }) {
  const command = useCommand((to: string) => askSignIn('request-password-reset', { email: to }), {
    changes: [],
    done: () => t('me.letter_sent', { email }),
  });
  return (
    <Section title={t('sign_in.password_field')}>
      <p>{t('me.password_text')}</p>
      <Trouble text={command.trouble} />
      <Button onPress={() => command.run(email)} isRunning={command.isRunning}>
        {t('me.password_letter')}
      </Button>
    </Section>
  );
}
