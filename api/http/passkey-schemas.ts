import { z } from 'zod';
import { id, moment, text } from './schemas';

const bytes = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[\w-]+$/, 'base64url');

/** As a browser's `PublicKeyCredential.toJSON()` gives it; what it has beside this is left behind. */
const answered = { id: bytes, rawId: bytes, type: z.literal('public-key') };
const extensions = z.object({}).default({});

/** A device that is new. */
export const registration = z.object({
  ...answered,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .max(7)
      .default([]),
  }),
  clientExtensionResults: extensions,
});
/** A device that is known. */
export const assertion = z.object({
  ...answered,
  response: z.object({ clientDataJSON: bytes, authenticatorData: bytes, signature: bytes }),
  clientExtensionResults: extensions,
});

export const newPasskey = z.strictObject({
  name: text(100).trim().describe('by which its person knows it'),
  passkey: registration,
});
export const passkey = z.object({
  id: id('psk'),
  name: z.string(),
  createdAt: moment,
  lastUsedAt: moment.nullable(),
});
/** What the browser's `navigator.credentials` is given, by `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`. */
export const question = z.looseObject({ challenge: z.string() });
