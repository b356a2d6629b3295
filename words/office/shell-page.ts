import type { PageLanguage } from '../language';

/** What the server itself says of the office, before its script has come. */
export const OFFICE: Readonly<Record<PageLanguage, { readonly title: string; readonly needsScripts: string }>> = {
  en: { title: 'Office', needsScripts: 'The office needs JavaScript. Please allow it and load the page again.' },
  fr: { title: 'Bureau', needsScripts: 'Le bureau a besoin de JavaScript. Autorisez-le et rechargez la page.' },
};
