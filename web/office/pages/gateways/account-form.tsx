import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Choice, TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { t } from '../../words';

type Environment = Schema<'GatewayAccount'>['environment'];
export type Entered = Readonly<Record<string, string>>;

/** A field of an account, by the name that the API gives it. */
export interface AccountField {
  readonly name: string;
  readonly isSecret?: boolean;
  readonly isRequired?: boolean;
}

interface AccountFormProps {
  readonly gateway: Schema<'Gateway'>;
  readonly fields: readonly AccountField[];
  /** Where the account is now; null: it is new. */
  readonly environment: Environment | null;
  /** What is sent beside the environment, made of what was typed. */
  readonly bodyOf: (entered: Entered) => Readonly<Record<string, unknown>>;
  readonly send: string;
}

/** The keys of an account. They are sealed and never shown again; the gateway is asked about them at once. */
export function AccountForm({ gateway, fields, environment, bodyOf, send }: AccountFormProps) {
  const { merchant } = useStanding();
  const [entered, setEntered] = useState<Entered>({});
  const [where, setWhere] = useState<Environment>(environment ?? (merchant.testOf === null ? 'live' : 'sandbox'));
  const command = useCommand(
    (body: object, headers) =>
      answerOf(
        api.PUT('/v1/gateway-accounts/{gateway}', {
          params: { path: { gateway } },
          body: body as never, // which fields an account has is its gateway's to say, and refused by name
          headers,
        }),
      ),
    {
      changes: ['/v1/gateway-accounts', '/v1/attention'],
      done: ({ enabled }) => t(enabled ? 'gateways.saved' : 'gateways.saved_off'),
      then: () => setEntered({}), // no secret stays on the screen
    },
  );
  return (
    <Form
      action={send}
      onSend={() => command.run({ environment: where, ...bodyOf(entered) })}
      isRunning={command.isRunning}
      trouble={command.trouble}
      wrong={command.wrong}
    >
      {fields.map(({ name, isSecret = false, isRequired = false }) => (
        <TextBox
          key={name}
          label={t(`gateways.field_${name}`)}
          description={t(`gateways.field_${name}_help`)}
          type={isSecret ? 'password' : 'text'}
          autoComplete="off"
          isRequired={isRequired}
          value={entered[name] ?? ''}
          onChange={(value) => setEntered({ ...entered, [name]: value })}
          error={errorOf(command.wrong, name)}
        />
      ))}
      <Choice
        label={t('gateways.environment')}
        description={t('gateways.environment_help')}
        options={(['live', 'sandbox', 'simulator'] as const).map((key) => ({ key, text: t(`gateways.${key}`) }))}
        value={where}
        onChange={setWhere}
        error={errorOf(command.wrong, 'environment')}
      />
    </Form>
  );
}
