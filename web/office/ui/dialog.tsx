import type { ReactNode } from 'react';
import { Dialog as Frame, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Room for a table. */
  readonly isWide?: boolean;
  /** It shows what cannot be shown again: only its own buttons close it. */
  readonly mustAnswer?: boolean;
}

/** One question over the page. Escape and a press beside it close it; the focus returns to what opened it. */
export function Dialog({ title, onClose, children, isWide = false, mustAnswer = false }: DialogProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={!mustAnswer}
      isKeyboardDismissDisabled={mustAnswer}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className={isWide ? 'modal wide' : 'modal'}>
        <Frame className="dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </Frame>
      </Modal>
    </ModalOverlay>
  );
}
