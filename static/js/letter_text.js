/* Beside the text of a letter: its preview while one types, and placeholders to press. */
"use strict";

(() => {
  const PAUSE = 600;
  // The answer to an older text is not waited for any longer.
  const TIMEOUT = 10_000;
  const TYPED = "textarea, input[type=text]";
  const preview = document.querySelector("[data-preview]");
  if (!preview) return;

  const form = document.getElementById(preview.dataset.form);
  const mail = preview.querySelector("[data-mail]");
  const [about, said] = ["about", "said"].map((name) => preview.querySelector(`[data-${name}]`));
  const subject = mail.querySelector("[data-subject]");
  const frame = mail.querySelector("iframe");
  const text = mail.querySelector("pre");
  // The field where one typed last: its text is previewed, and placeholders go there.
  let field = form.querySelector("textarea");
  let hadFocus = false;

  // The same words are not announced again.
  const say = (place, ...sentences) => {
    const shown = sentences.join("\n");
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.replaceChildren(
      ...sentences.map((sentence) => {
        const line = document.createElement("p");
        line.textContent = sentence;
        return line;
      }),
    );
  };

  // Preview --------------------------------------------------------------------------------------

  const report = (isUpdated, ...sentences) => {
    for (const name of ["notice", "is-warn"]) said.classList.toggle(name, !isUpdated);
    say(said, ...sentences);
  };

  let timer = 0;
  let isAsking = false;
  let isStale = false;
  let key = "";

  const show = (answer) => {
    key = answer.key;
    about.textContent = answer.title;
    subject.parentElement.hidden = !answer.subject;
    subject.textContent = answer.subject;
    text.textContent = answer.text;
    for (const part of [subject, text]) {
      part.lang = answer.language;
      part.dir = answer.direction;
    }
    mail.hidden = false;
    frame.title = answer.title;
    // No entry in the history of the page.
    frame.contentWindow.location.replace(answer.frame);
    report(true, said.dataset.updated);
  };

  // One request at a time, so that an older text never replaces a newer one.
  const update = async () => {
    if (isAsking) {
      isStale = true;
      return;
    }
    [isAsking, isStale] = [true, false];
    const body = new FormData(form);
    body.set("preview_key", key);
    body.set("preview_language", field.lang);
    try {
      const options = { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT) };
      const response = await fetch(preview.dataset.preview, options);
      if (response.redirected || response.status === 403) {
        report(false, said.dataset.signedOut);
      } else {
        const answer = await response.json();
        if (answer.faults) report(false, said.dataset.failed, ...answer.faults);
        else show(answer);
      }
    } catch {
      report(false, said.dataset.offline);
    }
    isAsking = false;
    if (isStale) update();
  };

  const updateSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE);
  };

  // Placeholders ---------------------------------------------------------------------------------

  // Paragraphs stand alone on their line, or in a box.
  const alone = (words) => {
    const before = field.value.slice(0, field.selectionStart).split("\n").at(-1);
    const after = field.value.slice(field.selectionEnd).split("\n")[0];
    return `${/^(> ?)*\s*$/.test(before) ? "" : "\n\n"}${words}${after.trim() ? "\n\n" : ""}`;
  };

  const insert = (button, place) => {
    const { insert: words, refusal, block } = button.dataset;
    const isRefused = refusal !== undefined && field.matches("input");
    say(place, ...(isRefused ? [refusal] : []));
    if (isRefused) return;
    // A closed part of the form cannot have the focus.
    const part = field.closest("details");
    if (part) part.open = true;
    // Before one typed anything, the end of the text is the best place.
    if (!hadFocus) field.setSelectionRange(field.value.length, field.value.length);
    field.focus();
    const typed = block === undefined ? words : alone(words);
    // Only this way can it be undone like typed text.
    if (!document.execCommand("insertText", false, typed)) {
      field.setRangeText(typed, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const offer = (table) => {
    const place = table.querySelector("[data-refused]");
    table.querySelector("[data-hint]").hidden = false;
    table.querySelectorAll("[data-insert]").forEach((code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-placeholder";
      Object.assign(button.dataset, code.dataset);
      button.setAttribute("aria-label", code.dataset.label);
      code.replaceWith(button);
      button.append(code);
      button.addEventListener("click", () => insert(button, place));
    });
  };

  // ----------------------------------------------------------------------------------------------

  form.addEventListener("focusin", (event) => {
    if (!event.target.matches(TYPED)) return;
    const isOther = field.lang !== event.target.lang;
    [field, hadFocus] = [event.target, true];
    if (isOther && field.value) updateSoon();
  });
  form.addEventListener("input", updateSoon);
  document.querySelectorAll("[data-placeholders]").forEach(offer);
  preview.hidden = false;
  if (!frame.getAttribute("src") && field.value) update();
})();
