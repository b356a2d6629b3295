/** The pages to which letters of staff lead: somebody comes in by an invitation, or chooses a new password. */

const place = /** @param {string} id */ (id) => document.getElementById(id);
const form = /** @type {HTMLFormElement} */ (place('enter'));
const send = /** @type {HTMLButtonElement} */ (place('send'));
const token = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');

/** @param {string} id */
const typed = (id) => /** @type {HTMLInputElement | null} */ (place(id))?.value ?? '';
/** @param {string} id */
const isShown = (id) => place(id)?.hidden === false;
/** @param {string} id */
function show(id) {
  const element = place(id);
  if (element) element.hidden = false;
}

/** @typedef {{ status: number, body: { code?: string, twoFactorRedirect?: boolean } }} Answer */

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Answer>}
 */
async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    cache: 'no-store',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

const accept = (more = {}) => post('/v1/invitations/acceptance', { token, ...more });

/** Somebody who may have an account already: as who they are signed in, or else by its password first. */
async function acceptWithAccount() {
  if (isShown('sign-in')) {
    const signedIn = isShown('second-factor')
      ? await post('/auth/two-factor/verify-totp', { code: typed('code').replaceAll(' ', '') })
      : await post('/auth/sign-in/email', { email: form.dataset['email'], password: typed('password') });
    if (signedIn.status !== 200) return signedIn;
    if (signedIn.body.twoFactorRedirect) {
      show('second-factor');
      return null;
    }
  }
  const accepted = await accept();
  const isAnother = ['sign_in_first', 'invitation_for_another_address'].includes(accepted.body.code ?? '');
  if (!isAnother || isShown('sign-in')) return accepted;
  show('sign-in');
  return null;
}

/** What the form asks for; null where something more is to be typed first. */
function ask() {
  if (form.dataset['kind'] === 'reset') return post('/auth/reset-password', { token, newPassword: typed('password') });
  if (form.dataset['kind'] === 'invitation') return accept({ name: typed('name'), password: typed('password') });
  return acceptWithAccount();
}

/** @param {number} status */
function say(status) {
  const trouble = place('trouble');
  if (!trouble) return;
  const { wrong = '', often = '', failed = '' } = form.dataset;
  trouble.textContent = status === 429 ? often : [400, 401, 403].includes(status) ? wrong : failed;
  trouble.hidden = false;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  send.disabled = true;
  const trouble = place('trouble');
  if (trouble) trouble.hidden = true;
  void Promise.resolve(ask())
    .then((answer) => {
      if (answer === null) return;
      if ([404, 410].includes(answer.status) || answer.body.code === 'INVALID_TOKEN')
        location.reload(); // the page says why
      else if (answer.status >= 400) say(answer.status);
      else {
        form.hidden = true;
        show('done');
      }
    })
    .catch(() => say(0))
    .finally(() => {
      send.disabled = false;
    });
});
