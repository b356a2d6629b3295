/**
 * What is derived of a value that never changes, worked out once for as long as somebody holds the value. A payment is derived
 * from many times in one turn, and each fact makes a new one.
 */
export function remembered<Key extends object, Derived>(derive: (key: Key) => Derived): (key: Key) => Derived {
  const known = new WeakMap<Key, { readonly derived: Derived }>();
  return (key) => {
    const before = known.get(key);
    if (before) return before.derived;
    const derived = derive(key);
    known.set(key, { derived });
    return derived;
  };
}
