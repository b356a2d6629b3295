/** @import { Places, Properties } from './types' */

/**
 * The place of the page that has this id.
 * @template {keyof Places} Id
 * @param {Id} id
 */
export const at = (id) => /** @type {Places[Id]} */ (document.getElementById(id));

/**
 * An element with properties (`dataset` and `aria-…` too) and children; text is always text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties<Tag>} properties
 * @param {(Node | string | null | undefined)[]} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'dataset') Object.assign(element.dataset, value);
    else if (name.startsWith('aria-')) element.setAttribute(name, String(value));
    else Object.assign(element, { [name]: value });
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Shows a text, or hides its place where there is none. Writes only what differs: a screen reader says what is written.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === '';
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

/** @param {string} moment */
export const formatDay = (moment) => DAY.format(new Date(moment));
