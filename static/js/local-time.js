/* Adds the visitor's own time, with its zone named, to instants that are shown in Geneva's or a meeting's. */
"use strict";

(() => {
  // British English, with the day before the month. Arabic has the digits of the rest of the page.
  const language = document.documentElement.lang.replace(/^en$/, "en-GB");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const written = (instant, timeZone) =>
    new Intl.DateTimeFormat(language, {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      numberingSystem: "latn",
      timeZone,
    }).format(instant);
  // Like "Japan Standard Time", in the language of the page.
  const zoneName = (instant) =>
    new Intl.DateTimeFormat(language, { numberingSystem: "latn", timeZone: zone, timeZoneName: "long" })
      .formatToParts(instant)
      .find(({ type }) => type === "timeZoneName").value;

  for (const element of document.querySelectorAll("time[data-visitor-words]")) {
    const instant = new Date(element.dateTime);
    const here = written(instant, zone);
    if (zone && here !== written(instant, "Europe/Zurich")) {
      const note = document.createElement("span");
      note.className = "visitor-time";
      note.textContent = element.dataset.visitorWords
        .replace("{time}", () => here)
        .replace("{zone}", () => zoneName(instant));
      element.after(note);
    }
  }
})();
