import { ContextMenu as Context, DropdownMenu as Dropdown } from 'radix-ui';
import type { ReactNode } from 'react';
import { classes } from '../lib/classes.ts';
import { leaveTakenFocus } from './focus.ts';
import { overlayContainer } from './overlays.ts';

export type MenuItem =
  | { kind: 'item'; label: string; icon?: ReactNode; shortcut?: string | null; disabled?: boolean; danger?: boolean; run(): void }
  | { kind: 'check'; label: string; checked: boolean; disabled?: boolean; run(checked: boolean): void }
  | { kind: 'label'; label: string }
  | { kind: 'separator' };

const content = 'pop-in z-50 min-w-48 max-w-80 overflow-auto rounded-lg border border-line bg-raised p-1 text-[13px] text-text shadow-pop';
const row =
  'flex h-7 cursor-default select-none items-center gap-2 rounded-md px-2 outline-none data-[highlighted]:bg-selected data-[disabled]:opacity-45';

type Parts = Pick<typeof Dropdown, 'Item' | 'CheckboxItem' | 'ItemIndicator' | 'Label' | 'Separator'>;

function renderItems(parts: Parts, items: readonly MenuItem[]): ReactNode {
  return items.map((item, index) => {
    switch (item.kind) {
      case 'separator':
        return <parts.Separator key={index} className="mx-1 my-1 h-px bg-line" />;
      case 'label':
        return (
          <parts.Label key={index} className="px-2 py-1 text-xs text-muted">
            {item.label}
          </parts.Label>
        );
      case 'check':
        return (
          <parts.CheckboxItem key={index} className={row} checked={item.checked} disabled={item.disabled ?? false} onCheckedChange={item.run}>
            <span className="w-4">
              <parts.ItemIndicator>✓</parts.ItemIndicator>
            </span>
            {item.label}
          </parts.CheckboxItem>
        );
      case 'item':
        return (
          <parts.Item key={index} className={classes(row, item.danger === true && 'text-danger')} disabled={item.disabled ?? false} onSelect={item.run}>
            {item.icon !== undefined && <span className="flex w-4 justify-center">{item.icon}</span>}
            <span className="grow truncate">{item.label}</span>
            {item.shortcut != null && <kbd className="pl-4 text-xs text-muted">{item.shortcut}</kbd>}
          </parts.Item>
        );
    }
  });
}

/** A button's menu; `children` is the button. */
export function Menu({ items, children, align = 'start' }: { items: readonly MenuItem[]; children: ReactNode; align?: 'start' | 'end' }) {
  return (
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger asChild>{children}</Dropdown.Trigger>
      <Dropdown.Portal container={overlayContainer()}>
        <Dropdown.Content className={content} align={align} sideOffset={4} collisionPadding={8} onCloseAutoFocus={leaveTakenFocus}>
          {renderItems(Dropdown, items)}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

/** What a right click, the menu key or Shift+F10 on `children` opens. */
export function ContextMenu({ items, children }: { items: readonly MenuItem[]; children: ReactNode }) {
  return (
    <Context.Root modal={false}>
      <Context.Trigger asChild>{children}</Context.Trigger>
      <Context.Portal container={overlayContainer()}>
        <Context.Content className={content} collisionPadding={8} onCloseAutoFocus={leaveTakenFocus}>
          {renderItems(Context, items)}
        </Context.Content>
      </Context.Portal>
    </Context.Root>
  );
}
