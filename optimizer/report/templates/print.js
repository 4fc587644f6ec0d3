// A print button prints one paper, or all of them. Folded sheets are unfolded for the printer and folded again.
(() => {
  const papers = [...document.querySelectorAll("[data-paper]")];
  let folded = [];
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(".printing");
    const button = event.target.closest("[data-print]");
    if (menu && !event.target.closest(".printing summary")) menu.open = false;
    if (!button) return;
    const wanted = button.dataset.print;
    for (const paper of papers) paper.classList.toggle("unprinted", wanted !== "all" && paper.dataset.paper !== wanted);
    window.print();
  });
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.person:not([open])")];
    for (const sheet of folded) sheet.open = true;
  });
  addEventListener("afterprint", () => {
    for (const sheet of folded) sheet.open = false;
    for (const paper of papers) paper.classList.remove("unprinted");
  });
})();
