/** A failure that one sentence explains: shown without a stack. */
export class DemoFailure extends Error {
  override name = 'DemoFailure';
}
