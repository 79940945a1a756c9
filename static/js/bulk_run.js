/* Shows how far a bulk run is, and its result once it is finished; a link does it without. */
"use strict";

(() => {
  const EVERY = 1_000;
  // Screen readers announce what is written to the status, so it is written less often.
  const ANNOUNCED_EVERY = 10_000;
  const place = document.getElementById("bulk-run");
  if (!place) return;

  const words = document.getElementById("bulk-words");
  const bar = place.querySelector("progress");
  const said = place.querySelector("[data-said]");
  const stalled = place.querySelector("[data-stalled]");
  let announcedAt = Date.now();

  const show = (answer) => {
    if (answer.is_finished) {
      // The same address shows the result.
      location.reload();
      return;
    }
    words.textContent = answer.words;
    bar.value = answer.processed;
    stalled.hidden = !answer.is_stalled;
    if (Date.now() - announcedAt >= ANNOUNCED_EVERY) {
      announcedAt = Date.now();
      said.textContent = answer.is_stalled ? stalled.textContent : answer.words;
    }
    setTimeout(ask, EVERY);
  };

  const ask = async () => {
    try {
      const response = await fetch(place.dataset.address);
      // After a sign-out there is nothing to show.
      if (response.ok && !response.redirected) {
        show(await response.json());
        return;
      }
    } catch {
      // Without a connection the page stays as it is, and asks again.
      setTimeout(ask, 5 * EVERY);
    }
  };

  setTimeout(ask, EVERY);
})();
