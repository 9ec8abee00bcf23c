/** From what is done all the time to what is done once. */
const order = ['Run', 'Cluster', 'File', 'Edit', 'View', 'Console', 'History', 'Settings', 'Help'];

/** Each category once, in the order of use; unknown ones before the last, by name. */
export function sortCategories(categories: readonly string[]): string[] {
  const rank = (category: string): number => {
    const index = order.indexOf(category);
    return index < 0 ? order.length - 1.5 : index;
  };
  return [...new Set(categories)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
