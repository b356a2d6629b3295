import type { Lookup } from '../port';
import { readBody, unreadableAnswer } from './answers';
import { getSale, type Asker } from './client';
import type { Told } from './codec';
import { found, missing } from './orders';
import { saleResource, tellSale } from './sale-codec';

/** What a sale says as it stands now; null where PayPal knows none. */
export async function fetchSale(asker: Asker, id: string): Promise<Told | null> {
  const reply = await getSale(asker, id);
  if (!reply.accepted) return missing(reply);
  const sale = readBody(reply.question, reply.body, saleResource);
  if (sale.id !== id) throw unreadableAnswer(reply.question, 'the answer is about another sale');
  return tellSale(sale);
}

/** How the money of an instalment stands, which is a sale of its own. */
export async function lookUpSale(asker: Asker, id: string): Promise<Lookup> {
  const told = await fetchSale(asker, id);
  if (!told) return { found: false, reason: 'sale_unknown' };
  const [doubt] = told.remarks;
  // It is there, and nobody can say what it says: neither yes nor no.
  return told.facts.length === 0 && doubt ? { found: 'unknown', reason: doubt.word } : found(told);
}
