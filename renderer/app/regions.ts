/** F6 and Shift+F6 go from one part of the window to the next, in the order of the page. */
export function focusNextRegion(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((one) => one.offsetParent !== null && !isNested(one));
  const current = regions.findIndex((one) => one.contains(document.activeElement));
  const next = regions[current < 0 ? (by === 1 ? 0 : regions.length - 1) : (current + by + regions.length) % regions.length];
  if (next !== undefined) focusRegion(next);
}

/** A region inside another is reached through it. */
function isNested(region: HTMLElement): boolean {
  return region.parentElement?.closest('[data-region]') != null;
}

/** Focuses a region by its name; false if it is not shown. */
export function focusRegionNamed(name: string): boolean {
  const region = document.querySelector<HTMLElement>(`[data-region="${CSS.escape(name)}"]`);
  if (region === null || region.offsetParent === null) return false;
  focusRegion(region);
  return true;
}

/** Into the region's own first choice, the editor, or the first thing that takes the focus; else the region itself. */
function focusRegion(region: HTMLElement): void {
  const target =
    region.querySelector<HTMLElement>('[data-region-focus]') ??
    region.querySelector<HTMLElement>('.monaco-editor [role=textbox], .monaco-editor textarea') ??
    [...region.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, [tabindex="0"]')].find(
      (one) => one.offsetParent !== null && !one.hasAttribute('disabled') && one.tabIndex >= 0,
    ) ??
    region;
  target.focus();
  if (document.activeElement !== target) region.focus();
}
