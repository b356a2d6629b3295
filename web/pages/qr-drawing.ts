import { create } from 'qrcode';
import { html } from './html';
import type { Html } from './html';

/** Readers want a quiet zone of so many modules around it. */
const QUIET = 4;

/** A QR code as SVG, dark on white whatever the theme: some readers know no other. `label`: what is said instead of it. */
export function qrDrawing(text: string, label: string): Html {
  const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules;
  const squares = Array.from(data, (isDark, index) =>
    isDark ? `M${(index % size) + QUIET} ${Math.floor(index / size) + QUIET}h1v1h-1z` : '',
  );
  const whole = size + 2 * QUIET;
  return html`<svg class="qr" viewBox="0 0 ${whole} ${whole}" role="img" aria-label="${label}">
    <path fill="#fff" d="M0 0h${whole}v${whole}h-${whole}z" />
    <path shape-rendering="crispEdges" d="${squares.join('')}" />
  </svg>`;
}
