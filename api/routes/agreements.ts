import { readCredentialsOf } from '../../books/accounts';
import type { AgreementOrder } from '../../books/agreement-commands';
import { recordAgreement } from '../../books/agreement-record';
import { listAgreements, loadAgreement } from '../../books/agreements';
import type { RecordedAgreement } from '../../books/agreements';
import { noteChange } from '../../books/audit';
import { readSurroundings } from '../../books/payments';
import type { Sql } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { attentionKeys, summarizeAgreement } from '../../workflows/domain/agreement';
import type { AgreementFact } from '../../workflows/domain/agreement';
import { isId } from '../../workflows/domain/ids';
import { openCredentials } from '../../vault/credentials';
import { beginAgreement, commandAgreement, refusalOfCommand, untilHanded } from '../desks/agreeing';
import type { AgreementDeskDependencies } from '../desks/agreeing';
import * as schemas from '../http/agreement-schemas';
import { viewAgreement, viewInstalments } from '../http/agreement-views';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import { lacking } from '../http/rights';
import type { CallerWith, RightName } from '../http/rights';
import { route } from '../http/routing';
import type { Answer, RouteRequest } from '../http/routing';
import { idParams } from '../http/schemas';
import type { ViewSettings } from '../http/views';

export interface AgreementRouteDependencies extends AgreementDeskDependencies {
  readonly db: Database;
  readonly view: ViewSettings;
}
type Viewer = CallerWith<'read_payments'>;

const ACTIONS = {
  cancel: { order: 'cancel', right: 'start_payments' },
  suspension: { order: 'suspend', right: 'manage_agreements' },
  resumption: { order: 'resume', right: 'manage_agreements' },
  change_amount: { order: 'change_amount', right: 'manage_agreements' },
  resolution: { order: null, right: 'manage_agreements' },
} as const satisfies Readonly<
  Record<(typeof schemas.AGREEMENT_ACTIONS)[number], { order: AgreementOrder['kind'] | null; right: RightName }>
>;

export function agreementRoutes(deps: AgreementRouteDependencies) {
  const { db } = deps;

  /** Agreements as a caller sees them, with what that caller can do about each. */
  async function showAll(caller: Viewer, agreements: readonly RecordedAgreement[]) {
    const idsOf = (id: 'memberId' | 'accountId') => [...new Set(agreements.map(({ terms }) => terms[id]))];
    const [{ names }, credentials] = await Promise.all([
      readSurroundings(db, idsOf('memberId'), []),
      openCredentialsOf(idsOf('accountId')),
    ]);
    return agreements.map((agreement) => ({
      ...viewAgreement(agreement, deps.view),
      memberName: names[agreement.terms.memberId] ?? null,
      actions: schemas.AGREEMENT_ACTIONS.map((kind) => {
        const { order, right } = ACTIONS[kind];
        const forbidden = lacking(right, caller);
        if (forbidden !== null) return { kind, allowed: false, code: 'forbidden', detail: forbidden };
        const refusal =
          order === null
            ? nothingToResolve(agreement)
            : refusalOfCommand(agreement, order, credentials.get(agreement.terms.accountId));
        return { kind, allowed: refusal === null, code: refusal?.code ?? null, detail: refusal?.detail ?? null };
      }),
    }));
  }

  async function show(caller: Viewer, agreement: RecordedAgreement) {
    const [shown] = await showAll(caller, [agreement]);
    if (!shown) throw new Error(`agreement ${agreement.terms.id} is not shown`);
    return shown;
  }

  async function openCredentialsOf(accountIds: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const sealed = await readCredentialsOf(db, accountIds);
    return new Map(
      [...sealed].map(([accountId, credentials]) => [
        accountId,
        openCredentials(deps.vault, { accountId, credentials }),
      ]),
    );
  }

  async function read(caller: Viewer, id: string, on: Sql = db): Promise<RecordedAgreement> {
    const agreement = isId('agr', id) ? await loadAgreement(on, id, caller.merchantId) : null;
    const isMine = agreement && (caller.kind !== 'member' || agreement.terms.memberId === caller.memberId);
    if (!isMine) throw notFound('agreement');
    return agreement;
  }

  /** Has it done, and answers with the agreement as it stands then: 202 while the gateway does not answer. */
  async function command(
    request: Pick<
      RouteRequest<'start_payments', typeof idParams, undefined, undefined>,
      'caller' | 'author' | 'params' | 'once' | 'forget'
    >,
    order: AgreementOrder,
  ): Promise<Answer> {
    const { caller, params } = request;
    const agreement = await read(caller, params.id);
    const { accountId } = agreement.terms;
    const refusal = refusalOfCommand(agreement, order.kind, (await openCredentialsOf([accountId])).get(accountId));
    if (refusal) throw new Problem(refusal.code, refusal.detail);
    const end = await commandAgreement(deps, request, params.id, order);
    return { status: end === null ? 202 : 200, body: await show(caller, await read(caller, params.id)) };
  }
  const answers = { 200: schemas.agreement, 202: schemas.agreement };
  const refusals = ['agreement_ended', 'agreement_not_active', 'agreement_at_gateway_only', 'gateway_refused'] as const;

  return [
    route({
      operationId: 'beginAgreement',
      method: 'post',
      path: '/v1/agreements',
      summary: 'Begin an agreement and learn what the payer does next',
      detail:
        'A member begins what is offered, for themself; a key or a person of the merchant begins any, for a member.',
      right: 'start_payments',
      body: schemas.newAgreement,
      weight: 'opening',
      answers: { 201: schemas.agreement },
      refusals: [
        'not_found',
        'member_erased',
        'recurring_not_supported',
        'amount_not_supported',
        'currency_not_supported',
        'gateway_not_configured',
        'gateway_not_enabled',
        'origin_not_registered',
      ],
      idempotentFor: 'days',
      async handle({ caller, author, body, once }) {
        const id = await once((tx) => beginAgreement(deps, tx, { caller, author }, body));
        return { status: 201, body: await show(caller, await untilHanded(deps, id)) };
      },
    }),
    route({
      operationId: 'listAgreements',
      method: 'get',
      path: '/v1/agreements',
      summary: 'List agreements, newest first',
      right: 'read_payments',
      query: schemas.agreementFilter,
      answers: { 200: schemas.agreementList },
      async handle({ caller, query }) {
        const { status, member, gateway, attention, limit } = query;
        const memberIds = [member, caller.kind === 'member' ? caller.memberId : undefined].filter(
          (id) => id !== undefined,
        );
        const filter = { memberIds, status, gateway, hasAttention: attention === 'any' };
        const rows = await listAgreements(db, caller.merchantId, filter, { before: readCursor(query), limit });
        const page = toPage(
          rows,
          query,
          ({ row }) => row.sequence,
          (row) => row,
        );
        return { status: 200, body: { ...page, data: await showAll(caller, page.data) } };
      },
    }),
    route({
      operationId: 'readAgreement',
      method: 'get',
      path: '/v1/agreements/:id',
      summary: 'Read an agreement',
      right: 'read_payments',
      params: idParams,
      answers: { 200: schemas.agreement },
      async handle({ caller, params }) {
        return { status: 200, body: await show(caller, await read(caller, params.id)) };
      },
    }),
    route({
      operationId: 'listInstalments',
      method: 'get',
      path: '/v1/agreements/:id/instalments',
      summary: 'List the instalments of an agreement, oldest first, with the next that is expected',
      right: 'read_payments',
      params: idParams,
      answers: { 200: schemas.instalmentList },
      async handle({ caller, params }) {
        return { status: 200, body: { data: viewInstalments(await read(caller, params.id)), nextCursor: null } };
      },
    }),
    route({
      operationId: 'cancelAgreement',
      method: 'post',
      path: '/v1/agreements/:id/cancel',
      summary: 'End an agreement: the gateway is told first',
      detail: '202: the gateway does not answer; it is told again until it does.',
      right: 'start_payments',
      params: idParams,
      body: schemas.agreementCommand,
      answers,
      refusals,
      idempotentFor: 'days',
      handle: (request) => command(request, { kind: 'cancel', note: request.body.note ?? null }),
    }),
    ...(
      [
        ['suspendAgreement', 'suspension', 'suspend', 'Collect nothing for now'],
        ['resumeAgreement', 'resumption', 'resume', 'Collect again'],
      ] as const
    ).map(([operationId, noun, kind, summary]) =>
      route({
        operationId,
        method: 'post',
        path: `/v1/agreements/:id/${noun}`,
        summary,
        right: 'manage_agreements',
        params: idParams,
        body: schemas.agreementCommand,
        answers,
        refusals,
        idempotentFor: 'days',
        handle: (request) => command(request, { kind, note: request.body.note ?? null }),
      }),
    ),
    route({
      operationId: 'changeAgreement',
      method: 'patch',
      path: '/v1/agreements/:id',
      summary: 'Change the amount of the instalments to come',
      detail: 'A rise may need the payer once more: then `nextAction` says what they do, and nothing changes before.',
      right: 'manage_agreements',
      params: idParams,
      body: schemas.agreementChange,
      answers,
      refusals: [...refusals, 'amount_not_supported'],
      idempotentFor: 'days',
      handle: (request) => command(request, { kind: 'change_amount', amount: request.body.amount }),
    }),
    route({
      operationId: 'resolveAgreement',
      method: 'post',
      path: '/v1/agreements/:id/resolution',
      summary: 'Acknowledge what is shown of an agreement',
      right: 'manage_agreements',
      params: idParams,
      body: schemas.agreementResolution,
      answers: { 200: schemas.agreement },
      refusals: ['nothing_to_resolve'],
      idempotentFor: 'days',
      async handle({ caller, author, params, once }) {
        await once(async (tx) => {
          const agreement = await read(caller, params.id, tx);
          const facts = acknowledged(agreement);
          if (facts.length === 0) throw new Problem('nothing_to_resolve', nothingToResolve(agreement)?.detail ?? '');
          if (!(await recordAgreement(tx, agreement, facts)))
            throw new Problem('unavailable', 'it is being recorded; try again');
          const object = { kind: 'agreement', id: params.id };
          await noteChange(tx, author, {
            merchantId: caller.merchantId,
            action: 'agreement.resolution_requested',
            object,
          });
        });
        return { status: 200, body: await show(caller, await read(caller, params.id)) };
      },
    }),
  ];
}

function nothingToResolve(agreement: RecordedAgreement) {
  return summarizeAgreement(agreement).attention
    ? null
    : ({ code: 'nothing_to_resolve', detail: 'nothing is shown that a person could end' } as const);
}

/** What a person has read of the agreement as it stands. */
function acknowledged(agreement: RecordedAgreement): readonly AgreementFact[] {
  return attentionKeys(agreement).map((qualifier) => ({
    kind: 'attention_acknowledged',
    gatewayReference: agreement.terms.id,
    qualifier,
    occurredAt: new Date().toISOString(),
  }));
}
