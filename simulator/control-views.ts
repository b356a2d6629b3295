import type { Message } from './message';

/** A message as the control API shows it. */
export function viewMessage({ id, parcel, createdAt, state, attempts }: Message) {
  return {
    id,
    about: parcel.about,
    label: parcel.label,
    state,
    genuine: parcel.genuine,
    copyOf: parcel.copyOf,
    notifyUrl: parcel.url,
    createdAt: createdAt.toISOString(),
    attempts: attempts.map(({ at, answer }) => ({
      at: at.toISOString(),
      status: 'status' in answer ? answer.status : null,
      error: 'error' in answer ? answer.error : null,
    })),
    headers: parcel.headers,
    body: parcel.body.toString('latin1'),
  };
}
