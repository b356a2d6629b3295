/** Waiting for the person to prove anew who they are. */
export interface StepUpAsked {
  /** Ends the waiting: whether they did. */
  readonly end: (proven: boolean) => void;
}

let asked: StepUpAsked | null = null;
let changed: () => void = () => undefined;

/** For the shell, which shows the dialog. */
export const stepUpStore = {
  subscribe(listener: () => void) {
    changed = listener;
    return () => {
      changed = () => undefined;
    };
  },
  read: () => asked,
};

/** Asks the person to prove anew who they are; whether they did. */
export function askStepUp(): Promise<boolean> {
  return new Promise((resolve) => {
    asked = {
      end(proven) {
        asked = null;
        changed();
        resolve(proven);
      },
    };
    changed();
  });
}
