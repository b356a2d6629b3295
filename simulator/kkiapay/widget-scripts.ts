/**
 * What a merchant's page loads: the functions of KKiaPay's k.js. The widget is a page of the simulator in a frame, so the
 * merchant's page must allow the simulator's origin in `script-src` and `frame-src`, and nothing inline: styles are set as
 * properties, which no policy forbids.
 */
export const K_JS = `(() => {
  'use strict';
  const home = new URL('.', document.currentScript.src);
  // Long enough for the merchant's page to hear of the success and to tell its server, before the browser leaves it.
  const SUCCESS_IS_SHOWN_MS = 1500;
  let listeners = [];
  let shown = null;

  const listen = (event, act) => { listeners.push({ event, act }); };
  const tell = (event, detail) => { for (const listener of [...listeners]) if (listener.event === event) listener.act(detail); };

  function open(options = {}) {
    close();
    const frame = document.createElement('iframe');
    frame.title = 'KKiaPay (simulator)';
    frame.src = new URL('widget?' + new URLSearchParams({ options: JSON.stringify(options) }), home).href;
    Object.assign(frame.style, { display: 'block', width: '100%', height: '100%', border: '0' });
    const dialog = document.createElement('dialog');
    dialog.setAttribute('aria-label', 'Pay with KKiaPay (simulator)');
    Object.assign(dialog.style, { width: 'min(30rem, 96vw)', height: 'min(44rem, 92vh)', maxWidth: 'none', maxHeight: 'none', padding: '0', border: '0', borderRadius: '0.6rem', overflow: 'hidden' });
    dialog.append(frame);
    dialog.addEventListener('close', close);
    document.body.append(dialog);
    dialog.showModal();
    shown = { dialog, frame, options };
  }

  function close() {
    if (!shown) return;
    const { dialog } = shown;
    shown = null;
    dialog.remove();
    tell('close');
  }

  addEventListener('message', ({ data, origin, source }) => {
    if (!shown || source !== shown.frame.contentWindow || origin !== home.origin || typeof data?.kkiapay !== 'string') return;
    if (data.kkiapay === 'close') { close(); return; }
    const { amount, phone = '', reason = '', data: state = '', partnerId = '', sandbox = false, name = '', email = '' } = shown.options;
    const requestData = { amount, phone, reason, data: state, partnerId, sandbox, name, email };
    tell(data.kkiapay, { transactionId: data.transactionId, requestData });
    if (data.goTo) setTimeout(() => { location.assign(data.goTo); }, SUCCESS_IS_SHOWN_MS);
  });

  Object.assign(window, {
    openKkiapayWidget: open,
    closeKkiapayWidget: close,
    addSuccessListener: (act) => listen('success', act),
    addFailedListener: (act) => listen('failed', act),
    addKkiapayListener: listen,
    addKkiapayCloseListener: (act) => listen('close', act),
    removeKkiapayListener: (event, act) => {
      listeners = listeners.filter((listener) => listener.event !== event || (act && listener.act !== act));
    },
  });
})();
`;

/** What the page in the frame tells the page around it. */
export const FRAME_JS = `(() => {
  'use strict';
  const tell = (message) => { parent.postMessage(message, '*'); };
  const outcome = document.querySelector('[data-event]');
  if (outcome) {
    const { event, transaction, goTo } = outcome.dataset;
    tell({ kkiapay: event, transactionId: transaction, goTo });
  }
  const close = () => { tell({ kkiapay: 'close' }); };
  for (const button of document.querySelectorAll('[data-close]')) button.addEventListener('click', close);
  // The dialog around the frame hears no key that is pressed in it.
  addEventListener('keydown', ({ key }) => { if (key === 'Escape') close(); });
})();
`;
