import { useEffect, useState } from 'react';
import { again } from '../lib/again.ts';
import './markdown.css';

/** Markdown that Python made; its HTML is cleaned, its pictures come from nowhere but itself. */
export function MarkdownView({ markdown }: { markdown: string }) {
  const [html, setHtml] = useState<string | null>(null);
  useEffect(() => {
    let isOver = false;
    // Loaded when the first Markdown is shown: most runs show none.
    again(() => import('./markdown.ts')).then(
      ({ renderMarkdown }) => {
        if (!isOver) setHtml(renderMarkdown(markdown));
      },
      // It can be read as it is.
      () => setHtml(null),
    );
    return () => {
      isOver = true;
    };
  }, [markdown]);
  if (html === null) return <pre className="whitespace-pre-wrap">{markdown}</pre>;
  return <div className="markdown font-sans" dangerouslySetInnerHTML={{ __html: html }} />;
}
