/* Says before sending that the chosen files are too large, so that nothing is sent in vain. The server checks again. */
"use strict";

(() => {
  const watch = (input) => {
    const shown = document.createElement("p");
    shown.className = "error";
    shown.id = `${input.id}_too_large`;
    shown.setAttribute("role", "alert");
    shown.textContent = input.dataset.tooLarge;
    const described = input.getAttribute("aria-describedby") ?? "";

    const fits = () => {
      const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
      const isTooLarge = size > Number(input.dataset.maxSize);
      if (isTooLarge) {
        input.before(shown);
      } else {
        shown.remove();
      }
      input.setAttribute("aria-describedby", isTooLarge ? `${described} ${shown.id}` : described);
      return !isTooLarge;
    };
    input.addEventListener("change", fits);
    input.form.addEventListener("submit", (event) => {
      if (!fits()) {
        event.preventDefault();
        input.focus();
      }
    });
  };

  document.querySelectorAll("input[type=file][data-max-size]").forEach(watch);
})();
