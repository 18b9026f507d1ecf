/* Keys. A notebook has its own uses for them: "b" adds a cell, arrows go to another one. */

/** Keep the keys that are pressed inside of `root` from the notebook. @param {Element} root */
export function keepKeys(root) {
  // Jupyter's shortcuts leave out a focused element with this attribute.
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
  });
}

/** Whether it is part of a shortcut of the browser or the notebook. @param {KeyboardEvent | PointerEvent} event */
export const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;
