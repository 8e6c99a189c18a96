const deviceClass = /^class\/\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** A device of a Windows container, which is named by the class of its interface, as `class/<GUID>`: in the one form that it is kept in. Undefined for others. */
export const deviceClassOf = (text: string): string | undefined => {
  const [, id] = deviceClass.exec(text) ?? [];
  return id === undefined ? undefined : `class/${id.toLowerCase()}`;
};
