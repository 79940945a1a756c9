/* Makes the Expression of Interest nicer; all of it works without. Nothing is kept in the browser. */
"use strict";

(() => {
  // Counts words as `count_words` in core/typed_text.py does.
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
      // As if the page had come with it, so that it does not look typed.
      offered.defaultSelected = true;
      select.value = offered.value;
    }
  };

  // What a form would send, apart from the version that it shows.
  const textOf = (form) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("draft_version");
    return fields.toString();
  };

  // Puts kept answers into a form, and returns it.
  const fill = (form, answers) => {
    const kept = new URLSearchParams(answers);
    for (const field of form.elements) {
      const values = kept.getAll(field.name);
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = values.includes(field.value);
      } else if (values.length || field.matches("select, textarea, input:not([type=hidden])")) {
        field.value = values[0] ?? "";
      }
      // Not for the form, where it would mean that somebody typed.
      field.dispatchEvent(new Event("input", { bubbles: false }));
    }
    const more = form.querySelector("#more");
    if (more && [...more.querySelectorAll("[name]")].some((field) => kept.has(field.name))) {
      more.open = true;
    }
    return form;
  };

  // Saves a form some seconds after somebody typed, and when the page is left.
  const keep = (form) => {
    const pauseTime = 3000;
    // Somebody who types without a pause is saved after this time.
    const maxTime = 10000;
    const retryTime = 10000;
    // What the last page saved when it was left has arrived by then.
    const askTime = 1000;
    const state = form.querySelector(".save-state");
    const version = form.elements.draft_version;
    // Western digits in every language.
    const language = `${document.documentElement.lang.replace(/^en$/, "en-GB")}-u-nu-latn`;
    // The page as it came, without what was typed before this script was loaded.
    const opened = form.cloneNode(true);
    opened.reset();
    let savedText = textOf(opened);
    let isChanged = false;
    let changedAt = 0;
    let isSubmitted = false;
    let request = null;
    let pause;

    const say = (words) => {
      // The same words are not announced again.
      if (state.textContent !== words) {
        state.textContent = words;
      }
    };
    const showSaved = (answer, text) => {
      version.value = answer.version;
      savedText = text;
      const time = new Date(answer.saved_at).toLocaleTimeString(language, {
        hour: "2-digit",
        minute: "2-digit",
      });
      say(state.dataset.saved.replace("{time}", () => time));
    };
    const saveAfter = (time) => {
      clearTimeout(pause);
      pause = setTimeout(save, time);
    };
    const save = async (isLeaving = false) => {
      // The browser ends a request that is on its way when the page is left.
      const isDue = isLeaving ? isChanged || request : isChanged && !request;
      if (!isDue || isSubmitted) {
        return;
      }
      let nextTime = pauseTime;
      isChanged = false;
      clearTimeout(pause);
      request?.abort();
      const own = new AbortController();
      request = own;
      const text = textOf(form);
      const fields = new URLSearchParams(new FormData(form));
      fields.set("keep", "1");
      try {
        const options = { method: "POST", body: fields, keepalive: isLeaving, signal: own.signal };
        const answer = await (await fetch(form.dataset.keep, options)).json();
        if (answer.refusal) {
          say(answer.refusal);
        } else if (answer.version) {
          showSaved(answer, text);
        }
      } catch {
        if (request === own && !isSubmitted) {
          isChanged = true;
          nextTime = retryTime;
          say(state.dataset.offline);
        }
      }
      if (request !== own) {
        return;
      }
      request = null;
      if (isChanged) {
        saveAfter(nextTime);
      }
    };
    // Takes what was saved after this page was requested, unless somebody types here already.
    const takeNewer = async () => {
      const names = ["csrfmiddlewaretoken", "submission_key", "draft_version"];
      const fields = new URLSearchParams(names.map((name) => [name, form.elements[name].value]));
      fields.set("newer", "1");
      let answer;
      try {
        answer = await (await fetch(form.dataset.keep, { method: "POST", body: fields })).json();
      } catch {
        return;
      }
      if (!(answer.version > version.value)) {
        return;
      }
      const text = textOf(form);
      if (form.elements.confirmed) {
        // A page with answers to check shows them as text.
        if (text === savedText) {
          location.reload();
        }
        return;
      }
      // Some browsers put what was typed into the page when it is loaded again.
      if (text === savedText || text === textOf(fill(form.cloneNode(true), answer.answers))) {
        fill(form, answer.answers);
        showSaved(answer, textOf(form));
      }
    };

    // The form itself is sent, and nothing that is older may arrive after it.
    const endSaving = () => {
      isSubmitted = true;
      request?.abort();
    };

    form.addEventListener("input", () => {
      const now = Date.now();
      changedAt = isChanged ? changedAt : now;
      isChanged = true;
      saveAfter(Math.min(pauseTime, changedAt + maxTime - now));
    });
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) {
        event.preventDefault();
        say(state.dataset.offline);
        return;
      }
      endSaving();
    });
    // The form beside it that clears what is kept, by the same key.
    document.addEventListener("submit", ({ target }) => {
      if (target !== form && target.elements.submission_key) {
        endSaving();
      }
    });
    addEventListener("online", () => save());
    // Before the next page is requested, which may show what is saved here.
    addEventListener("beforeunload", () => save(true));
    addEventListener("pagehide", () => save(true));
    addEventListener("pageshow", () => {
      // With the Back button, the page may go on where it was left.
      isSubmitted = false;
      if (request) {
        // The browser may have ended it.
        save(true);
      }
      if ("reopened" in form.dataset) {
        setTimeout(takeNewer, askTime);
      }
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
