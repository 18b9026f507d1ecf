/* Small calculations. */

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** @param {number[]} numbers */
export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

// `toLocaleString` would look for the language each time, which takes longer than all the rest.
const ENGLISH = new Intl.NumberFormat("en");

/** With commas: 10,000. @param {number} number */
export const grouped = (number) => ENGLISH.format(number);
