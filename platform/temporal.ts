import { InterceptingCall, Metadata, status } from '@grpc/grpc-js';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { Logger } from 'pino';
import { searchAttributes } from '../workflows/messages';

/**
 * Connects when first used and whenever Temporal comes back: a process starts, and stays up, without it.
 * After `close` no call is tried again. The client's own retries outlive its connection, and throw where nobody catches.
 */
export function connectLazily({ address, namespace }: { address: string; namespace: string }): {
  client: Client;
  connection: Connection;
  close: () => Promise<void>;
} {
  let closed = false;
  const connection = Connection.lazy({
    address,
    interceptors: [
      makeGrpcRetryInterceptor(defaultGrpcRetryOptions()),
      (options, nextCall) => new InterceptingCall(closed ? REFUSED_CALL : nextCall(options)),
    ],
  });
  return {
    connection,
    client: new Client({ connection, namespace }),
    close: async () => {
      closed = true;
      await connection.close();
    },
  };
}

/** A call that ends as it starts: this process has closed its connection. */
const REFUSED_CALL: ConstructorParameters<typeof InterceptingCall>[0] = {
  start: (_metadata, listener) =>
    listener?.onReceiveStatus?.({
      code: status.CANCELLED,
      details: 'the connection was closed by this process',
      metadata: new Metadata(),
    }),
  sendMessage: () => undefined,
  sendMessageWithContext: () => undefined,
  halfClose: () => undefined,
  startRead: () => undefined,
  cancelWithStatus: () => undefined,
  getPeer: () => 'closed',
  getAuthContext: () => null,
};

/** Whether the server answers now. */
export async function temporalAnswers(connection: Connection): Promise<boolean> {
  return connection
    .withDeadline(Date.now() + 1_500, () => connection.workflowService.getSystemInfo({}))
    .then(
      () => true,
      () => false,
    );
}

/** temporal.api.enums.v1.IndexedValueType: what defineSearchAttributeKey calls KEYWORD. */
const KEYWORD = 2;

/** Makes sure that operators can search by our attributes; repeated until Temporal has them. Needs the right to change the namespace. */
export async function ensureSearchAttributes(connection: Connection, namespace: string, log: Logger): Promise<void> {
  const wanted = Object.values(searchAttributes).map((key) => key.name);
  for (;;) {
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const missing = wanted.filter((name) => !(name in customAttributes));
      if (missing.length > 0) {
        await connection.operatorService.addSearchAttributes({
          namespace,
          searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
        });
        log.info({ missing }, 'search attributes were added');
      }
      return;
    } catch (error) {
      log.warn({ err: error }, 'search attributes could not be ensured yet');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
}
