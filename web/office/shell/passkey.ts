/** Asks a device of the person; what it answers, as the API takes it. Throws where the person turns it down. */
export async function assertPasskey(question: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(question as PublicKeyCredentialRequestOptionsJSON);
  const answer = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  if (answer === null) throw new Error('no passkey was given');
  return answer.toJSON();
}

/** Has a device make a passkey; what it made, as the API takes it. */
export async function makePasskey(question: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    question as PublicKeyCredentialCreationOptionsJSON,
  );
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  if (made === null) throw new Error('no passkey was made');
  return made.toJSON();
}
