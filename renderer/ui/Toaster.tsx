import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { useEffect } from 'react';
import { Button, IconButton } from './Button.tsx';
import { dismissToast, useToastsStore, type Toast } from './notify/index.ts';

const icons = {
  info: <Info size={16} aria-hidden className="text-accent-text" />,
  success: <CircleCheck size={16} aria-hidden className="text-success" />,
  warning: <TriangleAlert size={16} aria-hidden className="text-warning" />,
  error: <CircleAlert size={16} aria-hidden className="text-danger" />,
};

/** How long a toast stays, in milliseconds; errors and those with an action stay until they are dismissed. */
const stayMs = 6000;

/** The messages of `notify`, in the corner at the bottom right. Both live regions are always there, so that they are read. */
export function Toaster() {
  const toasts = useToastsStore((state) => state.toasts);
  const loud = toasts.filter((toast) => toast.severity === 'error' || toast.severity === 'warning');
  const calm = toasts.filter((toast) => !loud.includes(toast));
  return (
    <div className="pointer-events-none fixed bottom-9 right-3 z-50 flex w-96 max-w-[calc(100vw-1.5rem)] flex-col gap-2">
      <div role="status" className="flex flex-col gap-2">
        {calm.map((toast) => (
          <Card key={toast.id} toast={toast} />
        ))}
      </div>
      <div role="alert" className="flex flex-col gap-2">
        {loud.map((toast) => (
          <Card key={toast.id} toast={toast} />
        ))}
      </div>
    </div>
  );
}

function Card({ toast }: { toast: Toast }) {
  const stays = toast.severity === 'error' || toast.action !== undefined;
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(() => dismissToast(toast.id), stayMs);
    return () => clearTimeout(timer);
  }, [stays, toast.id]);
  const { action } = toast;
  return (
    <div className="pop-in pointer-events-auto flex gap-2.5 rounded-lg border border-line bg-raised p-3 text-[13px] leading-5 text-text shadow-pop">
      <span className="mt-0.5">{icons[toast.severity]}</span>
      <div className="min-w-0 grow">
        <p className="whitespace-pre-line break-words">{toast.message}</p>
        {toast.detail !== undefined && <p className="mt-0.5 text-muted">{toast.detail}</p>}
        {action !== undefined && (
          <Button
            size="small"
            className="mt-2"
            onClick={() => {
              dismissToast(toast.id);
              action.run();
            }}
          >
            {action.label}
          </Button>
        )}
      </div>
      <IconButton label="Dismiss" size="small" onClick={() => dismissToast(toast.id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
