import { drawQr } from '../shared/qr';
import { html } from './html';
import type { Html } from './html';

/** A QR code as SVG, dark on white whatever the theme: some readers know no other. `label`: what is said instead of it. */
export function qrDrawing(text: string, label: string): Html {
  const { whole, squares } = drawQr(text);
  return html`<svg class="qr" viewBox="0 0 ${whole} ${whole}" role="img" aria-label="${label}">
    <path fill="#fff" d="M0 0h${whole}v${whole}h-${whole}z" />
    <path shape-rendering="crispEdges" d="${squares}" />
  </svg>`;
}
