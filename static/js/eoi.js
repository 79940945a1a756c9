/* Makes the Expression of Interest nicer; all of it works without. Nothing is kept anywhere. */
"use strict";

(() => {
  // Counts words as eoi/forms/word_count.py does.
  const countWords = (text, halfWord, separator) => {
    const halves = text.match(halfWord)?.length ?? 0;
    const words = text.replace(halfWord, " ").split(separator).filter(Boolean).length;
    return Math.ceil(halves / 2) + words;
  };

  const countBelow = (area) => {
    const limit = Number(area.dataset.wordLimit);
    const halfWord = new RegExp(area.dataset.halfWord, "gu");
    const separator = new RegExp(area.dataset.separator, "u");
    const shown = document.createElement("p");
    shown.className = "hint";
    shown.setAttribute("aria-hidden", "true");
    // Announced when typing pauses, and only near the limit.
    const spoken = document.createElement("p");
    spoken.className = "visually-hidden";
    spoken.setAttribute("aria-live", "polite");
    area.after(shown, spoken);

    let pause;
    const update = () => {
      const count = countWords(area.value, halfWord, separator);
      const sentence = count > limit ? area.dataset.beyond : area.dataset.within;
      shown.textContent = sentence.replace("{count}", count).replace("{limit}", limit);
      shown.classList.toggle("error", count > limit);
      clearTimeout(pause);
      pause = setTimeout(() => {
        const words = count > limit * 0.9 ? shown.textContent : "";
        if (spoken.textContent !== words) {
          spoken.textContent = words;
        }
      }, 1500);
    };
    area.addEventListener("input", update);
    update();
  };

  // The browser's time zone, if the list has it under its current or an older name.
  const propose = (select) => {
    const canonical = (timeZone) =>
      new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const offered = [...select.options].find((option) => {
      try {
        return option.value && canonical(option.value) === canonical(own);
      } catch {
        return false;
      }
    });
    if (offered && !select.value) {
      select.value = offered.value;
    }
  };

  const unfold = (link) =>
    link.addEventListener("click", () => {
      document.getElementById("more").open = true;
    });

  document.querySelectorAll('a[href="#more"]').forEach(unfold);
  document.querySelectorAll("textarea[data-word-limit]").forEach(countBelow);
  document.querySelectorAll("select[data-propose]").forEach(propose);
  document.querySelector(".notice[role=alert]")?.focus();
})();
