/* A cover: the question that a picture waits for, a way to it, and a way around it. */

import { add } from "../shared/dom.js";

/** Show in `cover` which question the view waits for, or hide it if there is none.
 * @param {HTMLElement} cover @param {any} model
 */
export function showCover(cover, model) {
  const question = model.get("cover");
  cover.hidden = !question;
  if (!question || cover.dataset.question === question) return;
  cover.dataset.question = question;
  cover.replaceChildren();
  add(cover, "span", "cover-words", { textContent: "Predict first. This opens when you have answered:" });
  const link = add(cover, "button", "cover-link", { type: "button", textContent: lastSentence(question) });
  link.onclick = () => goTo(question);
  const skip = add(cover, "button", "cover-skip", { type: "button", textContent: "Show without answering" });
  skip.onclick = () => {
    model.send({ type: "skip" });
    Object.assign(skip, { disabled: true, textContent: "Opens as soon as Python listens …" });
  };
}

/** What is asked; what is before it is the story. @param {string} question */
const lastSentence = (question) => question.split(/(?<=[.?!]) /).findLast((part) => part.endsWith("?")) ?? question;

/** Scroll to the form that asks the question, and put the focus there. @param {string} question */
function goTo(question) {
  const forms = [...document.querySelectorAll(".pool-lab-prediction")];
  const form = forms.findLast((each) => each.getAttribute("aria-label")=== question);
  if (!form) return;
  form.scrollIntoView({ block: "center" });
  const first = form.querySelector("input, select, button:not([disabled]), [tabindex='0']");
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
}
