import { useEffect, useRef } from 'react';

/** Beside the scroll bar: where in the whole output matches are. A click goes there. */
export function MatchMap({ map, onGo }: { map: readonly number[]; onGo(share: number): void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context == null) return;
    context.clearRect(0, 0, element.width, element.height);
    context.fillStyle = getComputedStyle(element).color;
    const most = Math.max(1, ...map);
    for (const [part, count] of map.entries()) {
      if (count === 0) continue;
      context.globalAlpha = 0.45 + (0.55 * count) / most;
      context.fillRect(0, part, element.width, 1);
    }
  }, [map]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      width={8}
      height={Math.max(1, map.length)}
      className="absolute inset-y-0 right-4 z-10 h-full w-2 cursor-pointer text-warning"
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onGo((event.clientY - box.top) / box.height);
      }}
    />
  );
}
