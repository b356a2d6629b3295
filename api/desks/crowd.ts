interface Crowd {
  inside: number;
  readonly outside: (() => void)[];
}

/**
 * Lets so many of one key in at once; the others of that key queue behind them, and behind nobody else. Who was not let in within
 * `patienceMs` is turned away, and gets null.
 */
export function createCrowdControl({ most, patienceMs }: { most: number; patienceMs: number }) {
  const crowds = new Map<string, Crowd>();

  function enter(crowd: Crowd): Promise<boolean> {
    if (crowd.inside < most) {
      crowd.inside += 1;
      return Promise.resolve(true);
    }
    return new Promise((decide) => {
      const letIn = (): void => {
        clearTimeout(timer);
        decide(true);
      };
      const timer = setTimeout(() => {
        crowd.outside.splice(crowd.outside.indexOf(letIn), 1);
        decide(false);
      }, patienceMs);
      crowd.outside.push(letIn);
    });
  }

  return async function inCrowd<Value>(key: string, work: () => Promise<Value>): Promise<Value | null> {
    const crowd = crowds.get(key) ?? { inside: 0, outside: [] };
    crowds.set(key, crowd);
    if (!(await enter(crowd))) return null;
    try {
      return await work();
    } finally {
      const next = crowd.outside.shift();
      if (next)
        next(); // who leaves hands on the place
      else if (--crowd.inside === 0) crowds.delete(key);
    }
  };
}
