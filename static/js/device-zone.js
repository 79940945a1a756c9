/* Offers the time zone of the device if its clock differs from that of the page. */
"use strict";

(() => {
  const form = document.querySelector("form[data-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!form || !zone) return;

  const key = "kept-zone";
  // Without storage the question comes again with the next page.
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  };

  const clock = (month, timeZone) => new Date(new Date().getFullYear(), month, 15).toLocaleString("en", { timeZone });
  const months = [...Array(12).keys()];
  // Zones with the same clock all year, like Paris and Brussels, are as good as one.
  const isTheSame = months.every((month) => clock(month, zone) === clock(month, form.dataset.zone));
  if (isTheSame || stored((storage) => storage.getItem(key)) === zone) return;

  const name = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: zone,
    timeZoneName: "long",
  })
    .formatToParts(new Date())
    .find(({ type }) => type === "timeZoneName").value;
  const words = form.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("{zone}", () => name);
  form.elements.time_zone.value = zone;
  form.querySelector("[data-keep]").addEventListener("click", () => {
    stored((storage) => storage.setItem(key, zone));
    form.hidden = true;
  });
  form.hidden = false;
})();
