// Choosing a technician dims the others, in the chart, on the map and in the lists. A second click lets go.
(() => {
  const parts = [...document.querySelectorAll("[data-person]")];
  let chosen = null;
  const choose = (person) => {
    chosen = chosen === person ? null : person;
    for (const part of parts) {
      const mine = part.dataset.person === chosen;
      if (part.tagName === "BUTTON") part.setAttribute("aria-pressed", String(mine));
      else {
        part.classList.toggle("dim", chosen !== null && !mine);
        part.classList.toggle("chosen", mine);
      }
    }
  };
  document.addEventListener("click", (event) => {
    const part = event.target.closest("[data-person]");
    if (part && !event.target.closest("summary, table")) choose(part.dataset.person);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen !== null) choose(chosen);
  });
})();
// Choosing a day hides the others, on the screen and on paper.
(() => {
  const parts = [...document.querySelectorAll("[data-day]")];
  const buttons = [...document.querySelectorAll("[data-show-day]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const day = button.dataset.showDay;
      for (const part of parts) part.classList.toggle("other-day", day !== "" && part.dataset.day !== day);
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    });
  }
})();
{% include "print.js" %}
