/** The pages to which letters of staff lead: somebody comes in by an invitation, or chooses a new password. */

const place = (id: string) => document.getElementById(id);
const form = place('enter') as HTMLFormElement;
const send = place('send') as HTMLButtonElement;
const token = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');

const typed = (id: string) => (place(id) as HTMLInputElement | null)?.value ?? '';
const isShown = (id: string) => place(id)?.hidden === false;
function show(id: string): void {
  const element = place(id);
  if (element) element.hidden = false;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly twoFactorRedirect?: boolean };
}

async function post(path: string, body: object): Promise<Answer> {
  const answer = await fetch(path, {
    method: 'POST',
    cache: 'no-store',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Answer['body'] };
}

const accept = (more = {}) => post('/v1/invitations/acceptance', { token, ...more });

/** Somebody who may have an account already: as who they are signed in, or else by its password first. */
async function acceptWithAccount(): Promise<Answer | null> {
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
function ask(): Promise<Answer | null> {
  if (form.dataset['kind'] === 'reset') return post('/auth/reset-password', { token, newPassword: typed('password') });
  if (form.dataset['kind'] === 'invitation') return accept({ name: typed('name'), password: typed('password') });
  return acceptWithAccount();
}

function say(status: number): void {
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
