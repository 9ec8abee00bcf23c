import type { editor, IDisposable } from 'monaco-editor/editor';
import { isCellStart } from './cells.ts';

/** Beyond so many lines, cells are not drawn; they still run. */
const mostLines = 50_000;

/** Draws a fine line above each `# %%` of the text that the editor shows. @returns stops it */
export function watchCells(instance: editor.IStandaloneCodeEditor): () => void {
  const drawn = instance.createDecorationsCollection();
  let frame = 0;

  function draw(): void {
    frame = 0;
    const model = instance.getModel();
    if (model === null || model.getLineCount() > mostLines) return drawn.clear();
    const decorations: editor.IModelDeltaDecoration[] = [];
    model.getLinesContent().forEach((line, index) => {
      if (!isCellStart(line)) return;
      const range = { startLineNumber: index + 1, startColumn: 1, endLineNumber: index + 1, endColumn: 1 };
      decorations.push({ range, options: { isWholeLine: true, className: 'cell-start' } });
    });
    drawn.set(decorations);
  }

  function drawSoon(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  const listeners: IDisposable[] = [instance.onDidChangeModel(drawSoon), instance.onDidChangeModelContent(drawSoon)];
  drawSoon();
  return () => {
    cancelAnimationFrame(frame);
    for (const listener of listeners) listener.dispose();
    drawn.clear();
  };
}
