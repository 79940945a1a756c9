/* The menus of the desk close with Escape, and when one goes elsewhere; they open without a script.
   Of the views of a list, the one that is shown is in sight. */
"use strict";

(() => {
  const openMenus = () => [...document.querySelectorAll(".drop[open]")];

  const closeOthers = (event) => {
    openMenus()
      .filter((menu) => !menu.contains(event.target))
      .forEach((menu) => { menu.open = false; });
  };

  const shown = document.querySelector(".views-line [aria-current]");
  shown?.scrollIntoView({ block: "nearest", inline: "nearest" });

  document.addEventListener("click", closeOthers);
  document.addEventListener("focusin", closeOthers);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
