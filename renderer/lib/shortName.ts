/** A cluster's name where room is scarce: `arn:aws:…89012:cluster/prod`. Long ones are told apart by their end. */
export function shortName(name: string): string {
  const characters = [...name];
  return characters.length <= 28 ? name : `${characters.slice(0, 8).join('')}…${characters.slice(-18).join('')}`;
}
