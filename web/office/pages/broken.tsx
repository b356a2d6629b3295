import { t } from '../words';

/** A page whose script did not come, as after a new release, or that failed; loading it again is what helps. */
export function Broken() {
  return (
    <section className="card standing" data-tone="bad" role="alert">
      <h1>{t('trouble.title')}</h1>
      <p>{t('trouble.unknown')}</p>
      <button type="button" className="pressable" onClick={() => location.reload()}>
        {t('trouble.again')}
      </button>
    </section>
  );
}
