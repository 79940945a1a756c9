/* Makes the Expression of Interest nicer; all of it works without. Nothing is kept in the browser. */
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

  // Saves a form some seconds after somebody typed, and when the page is left.
  const keep = (form) => {
    const pauseTime = 3000;
    const retryTime = 10000;
    const state = form.querySelector(".save-state");
    const version = form.elements.draft_version;
    // Western digits in every language.
    const language = `${document.documentElement.lang.replace(/^en$/, "en-GB")}-u-nu-latn`;
    let isChanged = false;
    let isSubmitted = false;
    let request = null;
    let pause;

    const say = (words) => {
      // The same words are not announced again.
      if (state.textContent !== words) {
        state.textContent = words;
      }
    };
    const saveAfter = (time) => {
      clearTimeout(pause);
      pause = setTimeout(save, time);
    };
    const save = async (keepalive = false) => {
      if (!isChanged || isSubmitted || request) {
        return;
      }
      let nextTime = pauseTime;
      isChanged = false;
      clearTimeout(pause);
      request = new AbortController();
      const fields = new URLSearchParams(new FormData(form));
      fields.set("keep", "1");
      try {
        const options = { method: "POST", body: fields, keepalive, signal: request.signal };
        const answer = await (await fetch(form.dataset.keep, options)).json();
        if (answer.refusal) {
          say(answer.refusal);
        } else if (answer.version) {
          version.value = answer.version;
          const time = new Date(answer.saved_at).toLocaleTimeString(language, {
            hour: "2-digit",
            minute: "2-digit",
          });
          say(state.dataset.saved.replace("{time}", () => time));
        }
      } catch {
        if (!isSubmitted) {
          isChanged = true;
          nextTime = retryTime;
          say(state.dataset.offline);
        }
      }
      request = null;
      if (isChanged) {
        saveAfter(nextTime);
      }
    };

    form.addEventListener("input", () => {
      isChanged = true;
      saveAfter(pauseTime);
    });
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) {
        event.preventDefault();
        say(state.dataset.offline);
        return;
      }
      // The form itself is sent, and nothing that is older may arrive after it.
      isSubmitted = true;
      request?.abort();
    });
    addEventListener("online", () => save());
    // Before the next page is requested, which may show what is saved here.
    addEventListener("beforeunload", () => save(true));
    addEventListener("pagehide", () => save(true));
    // With the Back button, the page may go on where it was left.
    addEventListener("pageshow", () => {
      isSubmitted = false;
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        save(true);
      }
    });
  };

  const unfold = (link) =>
    link.addEventListener("click", () => {
      document.getElementById("more").open = true;
    });

  document.querySelectorAll('a[href="#more"]').forEach(unfold);
  document.querySelectorAll("textarea[data-word-limit]").forEach(countBelow);
  document.querySelectorAll("select[data-propose]").forEach(propose);
  document.querySelectorAll("form[data-keep]").forEach(keep);
  document.querySelector(".notice[role=alert]")?.focus();
})();
