import { drawQr } from '../../shared/qr';

/** A QR code, dark on white whatever the look: some readers know no other. `label`: what is said instead of it. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }) {
  const { path, whole } = drawQr(text);
  return (
    <svg className="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label={label}>
      <path fill="#fff" d={`M0 0h${whole}v${whole}h-${whole}z`} />
      <path shapeRendering="crispEdges" d={path} />
    </svg>
  );
}
