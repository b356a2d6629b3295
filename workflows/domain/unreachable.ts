/** Closes a `switch`: a new member of a union that nobody handled is a type error here, and a thrown bug at run time. */
export function unreachable(value: never): never {
  throw new Error(`a case that nobody handled: ${JSON.stringify(value)}`);
}
