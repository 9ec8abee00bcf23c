import type { ReactNode } from 'react';

/** What a panel says while it has nothing: what would be here, and what to do next. */
export function EmptyState({ icon, title, children, actions }: { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex h-full min-h-0 flex-col items-center justify-center gap-2 overflow-auto p-6 text-center">
      {icon !== undefined && <div className="mb-1 text-muted">{icon}</div>}
      <p className="text-[13px] font-medium text-text">{title}</p>
      {children !== undefined && <div className="max-w-72 text-[13px] leading-5 text-muted">{children}</div>}
      {actions !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
