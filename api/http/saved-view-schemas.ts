import { z } from 'zod';
import { VIEW_LISTS } from '../../books/views';
import type { ViewList } from '../../books/views';
import {
  disputeFilter,
  id,
  memberFilter,
  moment,
  notificationFilter,
  noFilter,
  paymentFilter,
  refundFilter,
  text,
} from './schemas';

/** A place in a list is no part of a filter that is kept. */
const PLACE = { limit: true, cursor: true } as const;

/** What each list can be filtered by, as its own route takes it. */
const FILTERS: Readonly<Record<ViewList, z.ZodType>> = {
  payments: paymentFilter.omit(PLACE),
  members: memberFilter.omit(PLACE),
  refunds: refundFilter.omit(PLACE),
  notifications: notificationFilter.omit(PLACE),
  disputes: disputeFilter.omit(PLACE),
};

const list = z.enum(VIEW_LISTS);
const filter = z.record(z.string().max(64), z.string().max(1000)).describe('query parameters of that list');

export const savedViewFilter = noFilter.extend({ list: list.optional().describe('only those of this list') });
export const newSavedView = z
  .strictObject({
    name: text(100),
    list,
    filter,
    shared: z.boolean().optional().describe("with all of the merchant's people; what a key makes always is"),
  })
  .superRefine((view, ctx) => {
    for (const issue of FILTERS[view.list].safeParse(view.filter).error?.issues ?? [])
      ctx.issues.push({ ...issue, input: view.filter, path: ['filter', ...issue.path] } as (typeof ctx.issues)[number]);
  });
export const savedView = z.object({
  id: id('viw'),
  name: text(100),
  list,
  filter,
  shared: z.boolean(),
  mine: z.boolean().describe('whether the caller made it; of a key, whether a key did'),
  createdAt: moment,
});
