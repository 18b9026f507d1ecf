/* Elements of the page. */

/** A new element at the end of `parent`, with the class `pool-lab-` and this name, and with these properties.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Element} parent @param {Tag} tag @param {string} name @param {Record<string, any>} more
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function add(parent, tag, name, more = {}) {
  const child = parent.appendChild(document.createElement(tag));
  child.className = `pool-lab-${name}`;
  return Object.assign(child, more);
}

/** Each change disturbs screen readers and text selections, so nothing changes if the words are the same.
 * @param {Element} element @param {string} words
 */
export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
