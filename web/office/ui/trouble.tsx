/** Why something was not done; null: it was, or was not tried. */
export function Trouble({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <p className="error" role="alert">
      {text}
    </p>
  );
}
