import type { Club } from './club';

/**
 * What is told of a club once, and then copied: payments as an association has them. Each gives the ids of the members who are
 * one and the same in every copy.
 */
export const STORIES = {
  /** Nineteen of twenty payments are paid. */
  usual: { payments: 20, tell: tellUsual },
  /** What asks for somebody, or went back. */
  rare: { payments: 9, tell: tellRare },
  /** Members whose carts grow by a line with every copy: one has paid all, one owes all, one has paid in advance only. */
  huge: { payments: 2, tell: tellHuge },
} as const;

async function tellUsual(club: Club): Promise<readonly string[]> {
  for (let i = 0; i < 9; i++) {
    const member = await club.newMember();
    await club.owe(member, 5000);
    await club.pay(member, 5000);
  }
  const inParts = await club.newMember();
  await club.owe(inParts, 12_000);
  await club.owe(inParts, 4500);
  for (let i = 0; i < 3; i++) await club.pay(inParts, 5000);

  const inAdvance = await club.newMember();
  await club.pay(inAdvance, 5000);
  await club.owe(inAdvance, 3000);

  const faithful = await club.newMember();
  for (let i = 0; i < 6; i++) {
    await club.owe(faithful, 2500);
    const { payment, txnId } = await club.pay(faithful, 2500);
    if (i === 0) await club.tell(payment, 2500, { txn_id: txnId });
  }
  const late = await club.newMember();
  await club.owe(late, 5000);
  await club.expire(await club.open(late, 5000));
  return [];
}

async function tellRare(club: Club): Promise<readonly string[]> {
  const member = await club.newMember();
  for (let i = 0; i < 8; i++) await club.owe(member, 5000);
  for (let i = 0; i < 2; i++) await club.open(member, 5000);

  await club.tell(await club.open(member, 5000), 4000); // another amount: needs_review
  await club.tell(await club.open(member, 5000), 5000, {
    payment_status: 'Pending',
    pending_reason: 'echeck',
    mc_fee: '',
  });

  const toGiveBack = { payment_status: 'Refunded', reason_code: 'refund', mc_fee: '-0.30', txn_type: '' };
  const partly = await club.pay(member, 5000);
  await club.tell(partly.payment, -1000, { ...toGiveBack, parent_txn_id: partly.txnId });
  const whole = await club.pay(member, 5000);
  await club.tell(whole.payment, -5000, { ...toGiveBack, parent_txn_id: whole.txnId });
  const asked = await club.pay(member, 5000);
  await club.askBack(asked.payment, asked.txnId, 2000);

  const takenBack = { payment_status: 'Reversed', reason_code: 'unauthorized_claim', mc_fee: '-1.95', txn_type: '' };
  const disputed = await club.pay(member, 5000);
  await club.tell(disputed.payment, 5000, {
    ...{ txn_type: 'new_case', txn_id: disputed.txnId, case_id: `PP-D-${disputed.txnId}` },
    ...{ case_type: 'chargeback', reason_code: 'unauthorized' },
  });
  const lost = await club.pay(member, 5000);
  await club.tell(lost.payment, -5000, { ...takenBack, parent_txn_id: lost.txnId });
  await club.loseDispute(lost.payment);

  const wrong = await club.newMember();
  await club.cancelCharge(wrong, await club.owe(wrong, 5000));

  await club.tellUnmatched(3500);
  await club.tellNonsense('invalid', 'not_verified');
  await club.tellNonsense('attention', 'unknown_type');
  return [];
}

async function tellHuge(club: Club): Promise<readonly string[]> {
  const [paid, owing, ahead] = [await club.newMember(), await club.newMember(), await club.newMember()];
  await club.owe(paid, 1000);
  await club.pay(paid, 1000);
  await club.owe(owing, 1000);
  await club.pay(ahead, 1000);
  return [paid, owing, ahead];
}
