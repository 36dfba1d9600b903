// An object in which `undefined` means "not given" → the object without these properties.

/** `T` with optional properties, in which `undefined` is the same as absent. */
export type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The properties of `values` that are not `undefined`. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
