/* Keeps the progress of work on a page up to date until it is done; a link does it without. */
"use strict";

(() => {
  const place = document.querySelector("[data-progress]");
  if (!place) return;

  const EVERY = 1_000 * Number(place.dataset.seconds);
  // Screen readers announce what is written to the status, so it is written less often.
  const ANNOUNCED_EVERY = 10 * EVERY;
  const shown = place.querySelector("[data-shown]");
  const said = place.querySelector("[data-said]");
  let announcedAt = Date.now();
  let timer = null;
  let isAsking = false;
  let isOver = false;

  // A link that has the focus keeps it, although it is drawn again.
  const draw = (html) => {
    const address = shown.contains(document.activeElement) && document.activeElement.href;
    const parsed = new DOMParser().parseFromString(html, "text/html");
    shown.replaceChildren(...parsed.body.childNodes);
    if (address) {
      [...shown.querySelectorAll("a")].find((link) => link.href === address)?.focus();
    }
  };

  const show = (answer) => {
    isOver = answer.is_finished;
    if (!answer.html) {
      // The page itself shows the result.
      location.reload();
      return;
    }
    draw(answer.html);
    const isDue = isOver || Date.now() - announcedAt >= ANNOUNCED_EVERY;
    if (isDue && said.textContent !== answer.words) {
      announcedAt = Date.now();
      said.textContent = answer.words;
    }
  };

  const ask = async () => {
    if (isAsking || isOver || document.hidden) return;
    isAsking = true;
    let pause = 5 * EVERY;
    try {
      const response = await fetch(place.dataset.progress);
      if (response.redirected || (response.status >= 400 && response.status < 500)) {
        // After a sign-out there is nothing to show.
        isOver = true;
      } else if (response.ok) {
        show(await response.json());
        pause = EVERY;
      }
    } catch {
      // Without a connection the page stays as it is, and asks again.
    } finally {
      isAsking = false;
      wait(pause);
    }
  };

  const wait = (pause) => {
    clearTimeout(timer);
    if (!isOver && !document.hidden) timer = setTimeout(ask, pause);
  };

  // While the tab is hidden, nobody reads it.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) ask();
  });
  wait(EVERY);
})();
