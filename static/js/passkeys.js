/* Offers passkeys where the browser has them, and says when one was not used. The work is allauth's. */
"use strict";

(() => {
  const trouble = document.getElementById("passkey-trouble");
  const options = document.getElementById("passkey-options");
  const forms = window.allauth.webauthn.forms;

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    trouble.hidden = false;
  });

  // Browsers store passkeys for host names, not for IP addresses such as 127.0.0.1.
  const hasName = !/^[\d.]+$|^\[/.test(window.location.hostname);

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || !hasName) {
      continue;
    }
    const kind = form.dataset.passkey;
    const named = {
      ids: {
        [kind]: "passkey-button",
        credential: form.elements.credential.id,
        passwordless: form.elements.passwordless?.id,
      },
      data: {
        request_options: options && JSON.parse(options.textContent),
        creation_options: options && JSON.parse(options.textContent),
      },
    };
    forms[`${kind}Form`](named);
    form.elements["passkey-button"].addEventListener("click", () => {
      trouble.hidden = true;
    });
    form.hidden = false;
    document.getElementById("no-passkeys")?.remove();
  }
})();
