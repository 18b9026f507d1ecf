/* The text of a question; and what the form around it needs on the page: a name, a voice for those who listen to the
   page, and its keys to itself: JupyterLab would take the arrows to go to another cell, and a "b" to add one. Comes after
   the laboratory's controls.js. */

function render({ model, el }) {
  let closed = false;
  const text = el.appendChild(document.createElement("p"));
  text.className = "pool-lab-prediction-text";
  text.innerHTML = model.get("html");
  const settle = () => {
    if (closed) return;
    const form = el.closest(".pool-lab-prediction");
    if (!form) return requestAnimationFrame(settle); // this view comes into its form a moment after it was made
    const facts = { role: "group", "aria-label": text.textContent, "aria-live": "polite" };
    for (const [name, fact] of Object.entries(facts)) form.setAttribute(name, fact);
    keepKeys(form);
  };
  settle();
  return () => (closed = true);
}

export default { render };
