/**
 * For `onCloseAutoFocus`: what closes gives the focus back only while nobody has it. It does so in a task of its own, and on a busy machine
 * the next click, or the command that closed it, may have given the focus to something by then.
 */
export function leaveTakenFocus(event: Event): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body) event.preventDefault();
}
