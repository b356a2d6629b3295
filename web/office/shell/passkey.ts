import { Refusal } from '../../shared/client';

/** Asks a device of the person; what it answers, as the API takes it. Refused where the person turns it down. */
export async function assertPasskey(question: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(question as PublicKeyCredentialRequestOptionsJSON);
  return given(navigator.credentials.get({ publicKey }));
}

/** Has a device make a passkey; what it made, as the API takes it. Refused where the person turns it down, or the device knows it. */
export async function makePasskey(question: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    question as PublicKeyCredentialCreationOptionsJSON,
  );
  return given(navigator.credentials.create({ publicKey }));
}

async function given(asked: Promise<Credential | null>): Promise<object> {
  const answer = (await asked.catch(() => null)) as PublicKeyCredential | null;
  if (answer === null) throw new Refusal(409, { code: 'passkey_refused' }, 0);
  return answer.toJSON();
}
