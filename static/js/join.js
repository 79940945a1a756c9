/* Opens the page to join a meeting again when the meeting can be joined; a button does it without. */
"use strict";

(() => {
  const place = document.querySelector("[data-join-in]");
  if (!place) return;

  // In milliseconds. A clock that is asked again is right even after the computer has slept.
  const CHECKED_EVERY = 2_000;
  const opensAt = Date.now() + 1_000 * Number(place.dataset.joinIn);
  const timer = setInterval(() => {
    if (Date.now() < opensAt) return;
    clearInterval(timer);
    location.reload();
  }, CHECKED_EVERY);
})();
