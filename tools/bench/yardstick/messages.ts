import { defineSignal } from '@temporalio/workflow';

export const YARDSTICK_QUEUE = 'yardstick';

export const YARDSTICKS = ['textbook', 'leanest'] as const;
export type Yardstick = (typeof YARDSTICKS)[number];

export const paid = defineSignal('paid');
