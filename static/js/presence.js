/* Shows who else has the row open, and what arrived since; all of the desk works without. */
"use strict";

(() => {
  const EVERY = 20_000;
  const place = document.getElementById("presence");
  if (!place) return;

  const readers = place.querySelector("[data-readers]");
  const arrived = place.querySelector("[data-arrived]");
  let timer = null;
  let isAsking = false;
  let shown = "";

  // Only a change is written, because screen readers announce what is written.
  const show = (answer) => {
    if (readers.textContent !== answer.readers) {
      readers.textContent = answer.readers;
    }
    if (shown !== answer.arrived) {
      shown = answer.arrived;
      const parsed = new DOMParser().parseFromString(shown, "text/html");
      arrived.replaceChildren(...parsed.body.childNodes);
    }
  };

  const ask = async () => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", place.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("entry_shown", place.dataset.shown);
    try {
      const response = await fetch(place.dataset.address, { method: "POST", body });
      // After a sign-out or a redirect there is nothing to show.
      if (response.ok && !response.redirected) {
        show(await response.json());
      }
    } catch {
      // Without a connection the page stays as it is.
    } finally {
      isAsking = false;
    }
  };

  // While the tab is hidden, nobody reads it.
  const startOrStop = () => {
    clearInterval(timer);
    timer = null;
    if (!document.hidden) {
      ask();
      timer = setInterval(ask, EVERY);
    }
  };

  document.addEventListener("visibilitychange", startOrStop);
  startOrStop();
})();
