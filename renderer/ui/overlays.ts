/** Id of the element that menus, lists and tooltips are drawn into: inside a landmark, so that they are part of the page's outline. */
export const overlaysId = 'overlays';

/** Where to portal to; the body until the window is drawn. */
export function overlayContainer(): HTMLElement | undefined {
  return document.getElementById(overlaysId) ?? undefined;
}
