import { apiFile, guess, kindOf, missing } from '../../web/office/pages/members/columns';
import { readSheet, textOf } from '../../web/office/pages/members/csv';

/** What the API would be sent of this text, by what its columns are called. */
function understood(text: string): string {
  const sheet = readSheet(text)!;
  const kind = kindOf(sheet);
  return apiFile(kind, sheet, guess(kind, sheet), 'EUR');
}

test.each<readonly [string, string, string]>([
  [
    'a French spreadsheet',
    'Nom;Courriel;Libellé;Catégorie;Montant;Échéance\nAnne;anne@x.example;Cotisation;fees;1 250,50 €;31/01/2027\n',
    '"email","label","category","amount","dueOn"\n"anne@x.example","Cotisation","fees","1250.50","2027-01-31"\n',
  ],
  [
    'an English one, with a mark of its encoding and other line ends',
    '\uFEFFName,E-mail,Phone\r\nAnne,anne@x.example,0612\r\n',
    '"name","email","phone"\n"Anne","anne@x.example","0612"\n',
  ],
  [
    'cells with the separator, quotes and line breaks in them',
    'name,reference\n"Martin, Anne ""Nana""","4\n7"\n',
    '"name","reference"\n"Martin, Anne ""Nana""","4 7"\n',
  ],
  ['what was copied from a spreadsheet', 'Nom\tRéf.\nAnne\t47\n', '"name","reference"\n"Anne","47"\n'],
  [
    'a sum and a day that cannot be read stay as they are, for the API to refuse',
    'email,label,category,amount,due on\na@x.example,Fee,fees,a lot,soon\n',
    '"email","label","category","amount","dueOn"\n"a@x.example","Fee","fees","a lot","soon"\n',
  ],
])('%s is understood', (_, text, file) => {
  expect(understood(text)).toBe(file);
});

test.each([
  ['1 250,50 €', '1250.50'],
  ['EUR 12', '12.00'],
  ['12 euros', '12.00'],
  ['$12', '$12'],
  ['12 XOF', '12 XOF'],
  ['1.250 €', '1.250'],
  ['1,000', '1,000'],
])('of a sum written %j only the mark of its own currency is taken, and nothing is guessed: %j', (written, sent) => {
  const amounts = understood(`email,label,category,amount\na@x.example,Fee,fees,"${written}"\n`);
  expect(amounts).toContain(`"fees","${sent}"`);
});

test('a line keeps its place in the person’s file, also after empty ones and breaks within cells', () => {
  expect(readSheet('name\n\n"Anne\nMartin"\n\nBruno')?.lines).toEqual([
    { line: 3, cells: ['Anne Martin'] },
    { line: 6, cells: ['Bruno'] },
  ]);
});

test('what no column says is asked for, and one text may hold for every line', () => {
  const sheet = readSheet('email;montant\na@x.example;12\n')!;
  const mapping = guess('charges', sheet);
  expect(missing('charges', mapping)).toEqual([['label'], ['category']]);
  const said = {
    ...mapping,
    label: { from: 'text', text: 'Outing' },
    category: { from: 'text', text: 'outing' },
  } as const;
  expect(missing('charges', said)).toEqual([]);
  expect(apiFile('charges', sheet, said, 'EUR')).toBe(
    '"email","label","category","amount"\n"a@x.example","Outing","outing","12.00"\n',
  );
});

test('a file of an older spreadsheet keeps its accents', () => {
  expect(textOf(new Uint8Array([0x5a, 0x6f, 0xe9]).buffer)).toBe('Zoé');
  expect(textOf(new TextEncoder().encode('Zoé').buffer)).toBe('Zoé');
});

test('a text without a line is no table', () => {
  expect(readSheet('')).toBeNull();
  expect(readSheet('\n \n')).toBeNull();
});
