/** The server's own words and currencies, written by `words/standing.ts`. Without them the page stays as the server sent it. */
const answer = await fetch(new URL('words.json', import.meta.url));
/** @type {import('../../words/standing').ScriptWords} */
const words = await answer.json();
export const { STATUSES, MORE_PRECISELY, REFUNDS, PAYLINES, GO_ON, WHY_NOT, GATEWAYS, DECIMALS } = words;
