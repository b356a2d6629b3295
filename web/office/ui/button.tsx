import type { ReactNode } from 'react';
import { Button as Pressable } from 'react-aria-components';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress?: () => void;
  readonly type?: 'button' | 'submit';
  /** `primary`: what most people do here; `danger`: what cannot be undone. */
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly isDisabled?: boolean;
  readonly isRunning?: boolean;
  /** Why it cannot be pressed, for who wonders; it is said beside the button. */
  readonly reason?: string | null;
  readonly label?: string;
  readonly autoFocus?: boolean;
}

/** Says what happens when it is pressed. What cannot be done now stays where it is, with its reason. */
export function Button({
  children,
  onPress,
  type = 'button',
  kind = 'plain',
  isDisabled = false,
  isRunning = false,
  reason = null,
  label,
  autoFocus = false,
}: ButtonProps) {
  return (
    <span className="button">
      <Pressable
        type={type}
        className={`pressable ${kind}`}
        isDisabled={isDisabled || reason !== null}
        isPending={isRunning}
        autoFocus={autoFocus}
        {...(onPress !== undefined && { onPress })}
        {...(label !== undefined && { 'aria-label': label })}
      >
        {children}
      </Pressable>
      {reason !== null && <span className="note">{reason}</span>}
    </span>
  );
}
