/* The page of a member: the letter beside the decision, and typed text. All of it works without. */
"use strict";

(() => {
  // Values that belong to the page and not to the person.
  const OF_THE_PAGE = [
    "csrfmiddlewaretoken",
    "version",
    "version_read",
    "draft_shown",
    "draft_seen",
    "after",
    "entry_shown",
  ];
  const PAUSE = 400;
  const decision = document.querySelector(".decision-form");

  // Typed text -----------------------------------------------------------------------------------

  // A page cannot choose files for a person.
  const valuesOf = (form) =>
    [...new FormData(form)].filter(
      ([name, value]) => !OF_THE_PAGE.includes(name) && typeof value === "string",
    );

  const isDifferent = (some, others) => JSON.stringify(some) !== JSON.stringify(others);

  const fill = (form, values) => {
    for (const field of form.elements) {
      if (OF_THE_PAGE.includes(field.name)) continue;
      if (["checkbox", "radio"].includes(field.type)) {
        field.checked = values.some(([name, value]) => name === field.name && value === field.value);
      } else {
        const found = values.find(([name]) => name === field.name);
        if (found) [, field.value] = found;
      }
    }
  };

  // If the browser stores nothing, the text is as lost as it is without scripts.
  const read = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  };

  const write = (key, kept) => {
    try {
      if (kept) sessionStorage.setItem(key, JSON.stringify(kept));
      else sessionStorage.removeItem(key);
    } catch {
      // The text then stays on this page only.
    }
  };

  const keepTyped = (form, onFill) => {
    const key = `typed-${form.dataset.keep}`;
    const version = (form.elements.version ?? form.elements.after).value;
    const isAnswered = "answered" in form.dataset;
    const offered = valuesOf(form);
    const isTyped = () => isAnswered || isDifferent(valuesOf(form), offered);
    const keep = (more) =>
      write(key, isTyped() ? { values: valuesOf(form), version, at: Date.now(), ...more } : null);

    const restore = (kept) => {
      const notice = form.querySelector("[data-restored]");
      const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      const time = new Intl.DateTimeFormat(document.documentElement.lang, clock);
      fill(form, kept.values);
      notice.hidden = false;
      notice.prepend(`${notice.dataset.restored.replace("{time}", time.format(kept.at))} `);
      notice.querySelector("button").addEventListener("click", () => {
        write(key, null);
        fill(form, offered);
        notice.hidden = true;
        onFill();
        form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
      });
      onFill();
    };

    const kept = read(key);
    const isDone = kept?.isSent && kept.version !== version;
    if (isDone) write(key, null);
    else if (kept && !isAnswered && isDifferent(kept.values, offered)) restore(kept);
    if (isAnswered) keep();
    form.addEventListener("input", () => keep());
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name === "throw_away") write(key, null);
      else keep({ isSent: true });
    });
  };

  // The letter -----------------------------------------------------------------------------------

  let request = null;
  let timer = 0;

  // The same form as for the decision, which answers with the letter alone.
  const updateLetter = async () => {
    request?.abort();
    request = new AbortController();
    const fields = ["subject", "body", "composed"].map((name) => decision.elements[name]);
    const sent = fields.map((field) => field.value);
    const body = new FormData(decision);
    body.set("show_letter", "alone");
    try {
      const address = decision.getAttribute("action");
      const response = await fetch(address, { method: "POST", body, signal: request.signal });
      if (!response.ok || response.redirected) return;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      const shown = fresh.getElementById("letter-shown");
      if (!shown) return;
      document.getElementById("letter-shown").replaceWith(shown);
      // What was typed since then is newer.
      fields.forEach((field, n) => {
        if (field.value === sent[n]) field.value = fresh.querySelector(`[name=${field.name}]`).value;
      });
    } catch {
      // Replaced by a later request, or no connection: the letter is composed again for the decision.
    }
  };

  const updateSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(updateLetter, PAUSE);
  };

  const followLetter = () => {
    decision.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; });
    decision.addEventListener("change", (event) => {
      clearTimeout(timer);
      if (!event.target.matches("[name=version_read], [name=draft_seen]")) updateLetter();
    });
    decision.addEventListener("input", (event) => {
      if (event.target.matches("textarea, input[type=text]")) updateSoon();
    });
  };

  // ----------------------------------------------------------------------------------------------

  const hasLetter = document.getElementById("letter-shown") !== null;
  if (decision && hasLetter) followLetter();
  document.querySelectorAll("form[data-keep]").forEach((form) => {
    keepTyped(form, form === decision && hasLetter ? updateLetter : () => {});
  });

  // After a step, the focus is where the work is: on what went wrong, or on the member. A screen
  // reader then reads the messages with its name.
  const fault = document.querySelector(".pane-decide [role=alert]");
  const messages = document.querySelector(".messagelist");
  if (fault) {
    fault.tabIndex = -1;
    fault.focus();
  } else if (messages) {
    const heading = document.querySelector(".pane-member h1");
    messages.id = "messages";
    heading.setAttribute("aria-describedby", messages.id);
    if (!location.hash) heading.focus();
  }
})();
