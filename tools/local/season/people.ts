/** How somebody pays through the season. */
export type Habit = 'at_once' | 'in_parts' | 'in_advance' | 'late' | 'never' | 'partly';

export interface Person {
  readonly name: string;
  readonly habit: Habit;
  readonly gateway: 'paypal-standard' | 'paypal-checkout';
  readonly age: 'adulte' | 'jeune';
}

/** Of a French club whose families are from many places. Every one of them is nobody. */
const NAMES = [
  'Aïcha Diallo, Antoine Lefèvre, Awa Ndiaye, Baptiste Moreau, Bintou Traoré, Camille Rousseau, Cécile Fontaine, Cheikh Sarr',
  'Clara Petitjean, Claire Dumont, Djibril Konaté, Édouard Blanchet, Élise Garnier, Emma Perrin, Fanta Coulibaly, Fatoumata Keïta',
  'Florent Mercier, Gabriel Lemoine, Grace Amoussou, Hadja Camara, Hélène Vasseur, Hugo Chevalier, Ibrahima Fall, Inès Benhaddou',
  'Issa Ouédraogo, Jeanne Marchand, Jules Delattre, Julie Carpentier, Kadiatou Sylla, Karim Bensalem, Kévin Rolland, Kofi Mensah',
  'Laure Besnard, Léa Guichard, Lucas Texier, Mamadou Bah, Mariam Sissoko, Marius Poulain, Mathilde Royer, Mélanie Hamon',
  'Moussa Cissé, Nadia Cherif, Nathan Gaillard, Ndèye Gueye, Noémie Langlois, Olivier Pruvost, Oumar Diop, Paul Adjavon',
  'Pauline Lacroix, Raphaël Colin, Romain Besson, Rokia Dembélé, Salimata Koné, Sophie Millet, Théo Bourdon, Victor Hounsou',
  'Yacine Meziane, Yann Le Goff',
]
  .join(', ')
  .split(', ');

/** Of twelve members so many have each habit; the order is spread over the names. */
const HABITS: readonly Habit[] = [
  ...(['at_once', 'at_once', 'in_parts', 'at_once', 'late', 'at_once'] as const),
  ...(['in_advance', 'at_once', 'partly', 'at_once', 'at_once', 'never'] as const),
];

export const PEOPLE: readonly Person[] = NAMES.map((name, index) => ({
  name,
  habit: HABITS[index % HABITS.length] ?? 'at_once',
  gateway: index % 5 < 3 ? 'paypal-standard' : 'paypal-checkout',
  age: index % 3 === 2 ? 'jeune' : 'adulte',
}));

/** Members of the club in Cotonou; they pay by mobile money. */
export const COTONOU = [
  'Afi Houessou, Bio Séro, Chimène Agossou, Dossa Akplogan, Estelle Tossou, Fidèle Gnonlonfoun, Gisèle Zannou, Hervé Ahouansou',
]
  .join(', ')
  .split(', ');

/** An address that leads nowhere. */
export function addressOf(name: string): string {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(' ', '.');
  return `${plain}@membres.example`;
}
