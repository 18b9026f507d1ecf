/* Small calculations. */

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** @param {number[]} numbers */
export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** With commas: 10,000. @param {number} number */
export const grouped = (number) => number.toLocaleString("en");
