import { z } from 'zod';
import type { Clock } from '../../clock';
import { moneyShape, readPositiveMoney } from '../money';
import { notFound, Problem } from '../problem';
import type { RequestIds } from '../request-ids';
import { readBody, type Call, type Reply } from '../rest';
import { newPlanId, newProductId } from './ids';
import type { Plan, Product, Subscriptions, Terms } from './subscriptions';
import { viewPlan, viewProduct } from './views';

export interface PlansApiDeps {
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
  readonly productIds: RequestIds<Product>;
  readonly planIds: RequestIds<Plan>;
}

const short = (longest: number) => z.string().min(1).max(longest);

const productShape = z.object({
  id: z.string().min(6).max(50).optional(),
  name: short(127),
  type: z.enum(['PHYSICAL', 'DIGITAL', 'SERVICE']),
  description: short(256).optional(),
});

/** How often PayPal takes at most: once a year is the rarest. */
const MOST_INTERVALS = { DAY: 365, WEEK: 52, MONTH: 12, YEAR: 1 } as const;

const frequencyShape = z
  .object({
    interval_unit: z.enum(['DAY', 'WEEK', 'MONTH', 'YEAR']),
    interval_count: z.number().int().min(1).default(1),
  })
  .refine(({ interval_unit: unit, interval_count: count }) => count <= MOST_INTERVALS[unit], 'more than a year');

export const priceShape = z.object({ fixed_price: moneyShape });
export const sequenceShape = z.number().int().min(1).max(99);
export const cyclesShape = z.number().int().min(0).max(999);

export const preferencesShape = z.object({
  auto_bill_outstanding: z.boolean().optional(),
  payment_failure_threshold: z.number().int().min(0).max(999).optional(),
  setup_fee: moneyShape.optional(),
});

const planShape = z.object({
  product_id: z.string().min(6).max(50),
  name: short(127),
  description: short(127).optional(),
  status: z.enum(['CREATED', 'INACTIVE', 'ACTIVE']).default('ACTIVE'),
  billing_cycles: z
    .array(
      z.object({
        frequency: frequencyShape,
        tenure_type: z.enum(['REGULAR', 'TRIAL']),
        sequence: sequenceShape,
        total_cycles: cyclesShape.default(1),
        pricing_scheme: priceShape,
      }),
    )
    .min(1)
    .max(12),
  payment_preferences: preferencesShape,
});

/** PayPal suspends after none where nothing is said; here after three, so that a plan without a word can be seen to fail. */
const USUAL_THRESHOLD = 3;

/** `POST /v1/catalogs/products`. */
export function createProduct(call: Call<object>, deps: PlansApiDeps): Reply {
  const before = deps.productIds.recall(call, 'product');
  if (before !== undefined) return { status: 200, body: viewProduct(before) };
  const asked = readBody(productShape, call.body);
  const id = asked.id ?? newProductId();
  if (deps.subscriptions.product(call, id) !== undefined) {
    throw new Problem(422, 'DUPLICATE_RESOURCE_IDENTIFIER', {
      field: '/id',
      description: 'A product with this id exists.',
    });
  }
  const product: Product = {
    id,
    clientId: call.clientId,
    merchantId: call.merchantId,
    origin: call.origin,
    name: asked.name,
    type: asked.type,
    description: asked.description ?? null,
    createdAt: deps.clock.now(),
  };
  deps.subscriptions.addProduct(product);
  deps.productIds.remember(call, 'product', product);
  return { status: 201, body: viewProduct(product) };
}

/** `GET /v1/catalogs/products/:id`. */
export function getProduct(call: Call<{ id: string }>, { subscriptions }: PlansApiDeps): Reply {
  const product = subscriptions.product(call, call.params.id);
  if (product === undefined) throw notFound();
  return { status: 200, body: viewProduct(product) };
}

/** `POST /v1/billing/plans`. */
export function createPlan(call: Call<object>, deps: PlansApiDeps): Reply {
  const before = deps.planIds.recall(call, 'plan');
  if (before !== undefined) return { status: 200, body: viewPlan(before) };
  const asked = readBody(planShape, call.body);
  if (deps.subscriptions.product(call, asked.product_id) === undefined) throw notFound();
  const plan: Plan = {
    id: newPlanId(),
    clientId: call.clientId,
    merchantId: call.merchantId,
    origin: call.origin,
    productId: asked.product_id,
    name: asked.name,
    description: asked.description ?? null,
    status: asked.status,
    terms: readTerms(asked),
    createdAt: deps.clock.now(),
  };
  deps.subscriptions.addPlan(plan);
  deps.planIds.remember(call, 'plan', plan);
  return { status: 201, body: viewPlan(plan) };
}

/** `GET /v1/billing/plans/:id`. */
export function getPlan(call: Call<{ id: string }>, { subscriptions }: PlansApiDeps): Reply {
  const plan = subscriptions.plan(call, call.params.id);
  if (plan === undefined) throw notFound();
  return { status: 200, body: viewPlan(plan) };
}

/** What the simulator does not play is refused, so that nobody waits for it. */
export function refuseSetupFee(preferences: z.output<typeof preferencesShape> | undefined): void {
  if (preferences?.setup_fee === undefined || Number(preferences.setup_fee.value) === 0) return;
  throw new Problem(422, 'SETUP_FEE_NOT_SUPPORTED', { description: 'The simulator plays no fee for the beginning.' });
}

function readTerms({ billing_cycles: cycles, payment_preferences: preferences }: z.output<typeof planShape>): Terms {
  const [cycle, second] = cycles;
  if (cycle === undefined || second !== undefined || cycle.tenure_type === 'TRIAL')
    throw new Problem(422, 'TRIAL_NOT_SUPPORTED', { description: 'The simulator plays one regular cycle.' });
  refuseSetupFee(preferences);
  return {
    interval: { unit: cycle.frequency.interval_unit, count: cycle.frequency.interval_count },
    sequence: cycle.sequence,
    price: readPositiveMoney(cycle.pricing_scheme.fixed_price, '/billing_cycles/0/pricing_scheme/fixed_price'),
    totalCycles: cycle.total_cycles,
    billsOutstanding: preferences.auto_bill_outstanding ?? true,
    failureThreshold: preferences.payment_failure_threshold ?? USUAL_THRESHOLD,
  };
}
