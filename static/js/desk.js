/* The keys of the staff desk, and the letters on paper; all of the desk works without. */
"use strict";

(() => {
  const REMEMBERED_AS = "desk-keys";
  const dialog = document.getElementById("keys");
  const button = document.getElementById("keys-button");
  const choice = document.getElementById("keys-on");
  const UNDO = "z";
  const SAID_FOR = 6_000;
  let isSent = false;
  let silence = null;

  // If the browser stores nothing, the keys are on, and can be turned off only for this page.
  const remembered = () => {
    try {
      return localStorage.getItem(REMEMBERED_AS) !== "off";
    } catch {
      return true;
    }
  };

  // Keys are named beside their buttons only where they work.
  const nameKeys = () => document.documentElement.classList.toggle("has-keys", choice.checked);

  const remember = () => {
    nameKeys();
    try {
      localStorage.setItem(REMEMBERED_AS, choice.checked ? "on" : "off");
    } catch {
      // The choice then applies to this page only.
    }
  };

  // Buttons and links name their keys in the page. The choices of a field have too little room.
  const nameKeysOfFields = () => {
    document.querySelectorAll(".decide-fields fieldset:has([data-keys])").forEach((fieldset) => {
      const fields = [...fieldset.querySelectorAll("[data-keys]")];
      const key = document.createElement("kbd");
      key.className = "key";
      key.setAttribute("aria-hidden", "true");
      key.textContent = `${fields[0].dataset.keys} – ${fields.at(-1).dataset.keys}`;
      fieldset.querySelector("legend").append(" ", key);
    });
  };

  // On a keyboard of another script, the key at the same place.
  const keyOf = (event) =>
    /^[a-z0-9?/]$/.test(event.key)
      ? event.key
      : event.code.replace(/^(Key|Digit)/, "").toLowerCase();

  const isTyping = (target) =>
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable]") !== null;

  // Sends the note in which one types, or else decides and goes to the next member.
  const send = (event) => {
    const form = event.target.closest("form");
    const place = form ?? document.querySelector(".decision-form");
    const button = place?.querySelector("[aria-keyshortcuts~='Control+Enter']");
    if (!button || isSent) return;
    event.preventDefault();
    isSent = true;
    button.form.requestSubmit(button);
  };

  // In a list, the focus marks the row: j and k move it, x ticks the row, and Enter opens it.
  const moveInList = (key) => {
    const links = [...document.querySelectorAll("#result_list tbody th a")];
    if (!links.length || !["j", "k", "x"].includes(key)) return false;
    const row = document.activeElement.closest("#result_list tbody tr");
    const place = links.findIndex((link) => row?.contains(link));
    if (key === "x") {
      row?.querySelector(".action-select")?.click();
      return row !== null;
    }
    const next = key === "j" ? place + 1 : place - 1;
    links[Math.min(Math.max(next, 0), links.length - 1)].focus();
    document.activeElement.scrollIntoView({ block: "nearest" });
    return true;
  };

  // Counts the seconds in which a decision can be undone. Screen readers read when it is sent.
  const countDown = (place) => {
    const endsAt = Date.now() + 1000 * Number(place.dataset.secondsLeft);
    const [said] = place.children;
    const clock = document.createElement("span");
    clock.setAttribute("aria-hidden", "true");
    place.append(clock);
    said.classList.add("visually-hidden");
    const tick = () => {
      const seconds = Math.ceil((endsAt - Date.now()) / 1000);
      if (seconds <= 0) {
        said.classList.remove("visually-hidden");
        clock.remove();
        place.nextElementSibling.remove();
        return;
      }
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      clock.textContent = place.dataset.words.replace("{time}", time);
      setTimeout(tick, 1000);
    };
    tick();
  };

  // The key that undoes says so where there is nothing to undo. Screen readers announce the change.
  const sayNothingToUndo = () => {
    const place = document.querySelector("[data-nothing-to-undo]");
    if (!place) return;
    place.textContent = place.dataset.nothingToUndo;
    clearTimeout(silence);
    silence = setTimeout(() => { place.textContent = ""; }, SAID_FOR);
  };

  const press = (event) => {
    if (event.repeat || event.isComposing || event.defaultPrevented) return;
    if (!choice.checked || dialog.open) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      send(event);
      return;
    }
    const isHeld = event.ctrlKey || event.altKey || event.metaKey;
    const isOfALetter = event.shiftKey && !["?", "/"].includes(event.key);
    if (isHeld || isOfALetter || isTyping(event.target)) return;
    const key = keyOf(event);
    if (key === "?") {
      dialog.showModal();
      return;
    }
    if (key === "/") {
      // A search of the page comes after that of the bar.
      const search = [...document.querySelectorAll("[type=search][aria-keyshortcuts], #searchbar")]
        .findLast((each) => each.checkVisibility());
      if (search) {
        event.preventDefault();
        search.focus();
      }
      return;
    }
    if (moveInList(key)) {
      event.preventDefault();
      return;
    }
    // Each link or button names its keys.
    const target = /^[a-z0-9]$/.test(key) && document.querySelector(`[data-keys~="${key}"]`);
    if (!target) {
      if (key === UNDO) sayNothingToUndo();
      return;
    }
    event.preventDefault();
    // A second press would be refused, and the refusal would hide what was done.
    const isStep = target.type === "submit";
    if (isStep && isSent) return;
    isSent ||= isStep;
    target.click();
  };

  // All messages are printed in full, even if they are collapsed on the screen.
  const openForPaper = () => {
    document.querySelectorAll(".letter-of-file:not([open])").forEach((letter) => {
      letter.open = true;
      letter.dataset.wasClosed = "";
    });
  };

  const closeAgain = () => {
    document.querySelectorAll("[data-was-closed]").forEach((letter) => {
      letter.open = false;
      delete letter.dataset.wasClosed;
    });
  };

  if (dialog) {
    choice.checked = remembered();
    nameKeys();
    nameKeysOfFields();
    choice.addEventListener("change", remember);
    button.hidden = false;
    // The dialog names the access keys too.
    document.getElementById("access-keys").hidden = true;
    button.addEventListener("click", () => dialog.showModal());
    document.addEventListener("keydown", press);
    // The page may be shown again as it was left.
    window.addEventListener("pageshow", () => { isSent = false; });
  }
  document.querySelectorAll("[data-seconds-left]").forEach(countDown);
  window.addEventListener("beforeprint", openForPaper);
  window.addEventListener("afterprint", closeAgain);
})();
