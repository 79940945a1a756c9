/* The keys of the staff desk, and the letters on paper; all of the desk works without. */
"use strict";

(() => {
  const REMEMBERED_AS = "desk-keys";
  const dialog = document.getElementById("keys");
  const button = document.getElementById("keys-button");
  const choice = document.getElementById("keys-on");
  let isSent = false;

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

  // On a keyboard of another script, the key at the same place.
  const keyOf = (event) =>
    /^[a-z0-9?/]$/.test(event.key)
      ? event.key
      : event.code.replace(/^(Key|Digit)/, "").toLowerCase();

  const isTyping = (target) =>
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable]") !== null;

  // Decides and goes to the next member, also while one types in the form of the decision.
  const decide = (event) => {
    const button = document.querySelector(".decision-form [name=decide][value=next]");
    const form = event.target.closest("form");
    if (!button || isSent || (form && form !== button.form)) return;
    event.preventDefault();
    isSent = true;
    button.form.requestSubmit(button);
  };

  const press = (event) => {
    if (event.repeat || event.isComposing || event.defaultPrevented) return;
    if (!choice.checked || dialog.open) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      decide(event);
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
      const search = document.querySelector("[type=search][aria-keyshortcuts], #searchbar");
      if (search?.checkVisibility()) {
        event.preventDefault();
        search.focus();
      }
      return;
    }
    // Each link or button names its keys.
    const target = /^[a-z0-9]$/.test(key) && document.querySelector(`[data-keys~="${key}"]`);
    if (target) {
      event.preventDefault();
      target.click();
    }
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
    choice.addEventListener("change", remember);
    button.hidden = false;
    // The dialog names the access keys too.
    document.getElementById("access-keys").hidden = true;
    button.addEventListener("click", () => dialog.showModal());
    document.addEventListener("keydown", press);
    // The page may be shown again as it was left.
    window.addEventListener("pageshow", () => { isSent = false; });
  }
  window.addEventListener("beforeprint", openForPaper);
  window.addEventListener("afterprint", closeAgain);
})();
