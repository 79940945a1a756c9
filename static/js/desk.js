/* The keys of the staff desk, and the letters on paper; all of the desk works without. */
"use strict";

(() => {
  const REMEMBERED_AS = "desk-keys";
  const dialog = document.getElementById("keys");
  const button = document.getElementById("keys-button");
  const choice = document.getElementById("keys-on");

  // If the browser stores nothing, the keys are on, and can be turned off only for this page.
  const remembered = () => {
    try {
      return localStorage.getItem(REMEMBERED_AS) !== "off";
    } catch {
      return true;
    }
  };

  const remember = () => {
    try {
      localStorage.setItem(REMEMBERED_AS, choice.checked ? "on" : "off");
    } catch {
      // The choice then applies to this page only.
    }
  };

  // On a keyboard of another script, the key at the same place.
  const keyOf = (event) =>
    /^[a-z?]$/.test(event.key) ? event.key : event.code.replace(/^Key/, "").toLowerCase();

  const isTyping = (target) =>
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable]") !== null;

  const press = (event) => {
    const isHeld = event.ctrlKey || event.altKey || event.metaKey;
    const isOfALetter = event.shiftKey && event.key !== "?";
    if (isHeld || isOfALetter || event.repeat || event.isComposing || event.defaultPrevented) return;
    if (!choice.checked || dialog.open || isTyping(event.target)) return;
    const key = keyOf(event);
    if (key === "?") {
      dialog.showModal();
      return;
    }
    // Each link names the keys that open it.
    const link = /^[a-z]$/.test(key) && document.querySelector(`a[data-keys~="${key}"]`);
    if (link) {
      event.preventDefault();
      link.click();
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
    choice.addEventListener("change", remember);
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
    document.addEventListener("keydown", press);
  }
  window.addEventListener("beforeprint", openForPaper);
  window.addEventListener("afterprint", closeAgain);
})();
