import { CornerDownLeft } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../ui/index.ts';
import type { InputRequest } from './consoleStore.ts';

/** What was typed at prompts of this window, newest last; passwords never. */
const typed: string[] = [];
const mostTyped = 100;

/** The field in which a script's `input()` is answered, at the end of its output. */
export function InputPrompt({ request, answer }: { request: InputRequest; answer(text: string | null): void }) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [place, setPlace] = useState(typed.length);
  const name = request.prompt.split('\n').at(-1)?.trim() ?? '';

  useEffect(() => field.current?.focus(), []);

  function send(): void {
    if (!request.password && text !== '' && typed.at(-1) !== text) typed.push(text);
    if (typed.length > mostTyped) typed.shift();
    answer(text);
  }

  function recall(step: number): void {
    const next = Math.max(0, Math.min(typed.length, place + step));
    setPlace(next);
    setText(typed[next] ?? '');
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') send();
    else if (event.key === 'd' && event.ctrlKey) answer(null);
    else if (event.key === 'ArrowUp' && !request.password) recall(-1);
    else if (event.key === 'ArrowDown' && !request.password) recall(1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div className="my-1 flex items-center gap-2 font-sans">
      <input
        ref={field}
        type={request.password ? 'password' : 'text'}
        aria-label={name === '' ? 'Input for the script' : name}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-7 min-w-24 max-w-2xl grow rounded-md border border-accent bg-surface px-2 font-mono text-[length:inherit] text-accent-text"
      />
      <Button size="normal" variant="primary" onClick={send}>
        <CornerDownLeft size={14} aria-hidden />
        Enter
      </Button>
      <Button size="normal" variant="ghost" onClick={() => answer(null)} title="Ctrl+D">
        End of input
      </Button>
    </div>
  );
}
