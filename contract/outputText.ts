import type { OutputBody } from './output.ts';

/** What a step of output says as text: in a file, on the clipboard, beside another run's. A display is there by its plain form. */
export function bodyText(body: OutputBody): string {
  switch (body.kind) {
    case 'text':
      return body.text;
    case 'error':
      return body.traceback.endsWith('\n') ? body.traceback : `${body.traceback}\n`;
    case 'note':
      return `[${body.text}]\n`;
    case 'display':
    case 'result': {
      const text = body.bundle['text/plain'];
      return typeof text === 'string' && text !== '' ? `${text}\n` : '';
    }
  }
}
