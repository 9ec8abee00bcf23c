import { Command as Cmdk } from 'cmdk';
import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { flushSync } from 'react-dom';
import { leaveTakenFocus } from '../ui/focus.ts';
import { sortCategories } from './categories.ts';
import { formatKey, isMac } from './keys.ts';
import { closePalette, usePalette } from './paletteStore.ts';
import { runCommand, useCommandsStore, type Command } from './registry.ts';

const itemLook =
  'flex h-8 cursor-default select-none items-center gap-3 rounded-md px-2.5 data-[disabled=true]:opacity-45 data-[selected=true]:bg-selected';

/** Every action of the window by its name, with its key. */
export function Palette() {
  const open = usePalette((state) => state.open === 'palette');
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && closePalette()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fade-in fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="pop-in fixed inset-x-4 top-[10vh] z-40 mx-auto max-w-xl overflow-hidden rounded-xl border border-line bg-raised text-[13px] text-text shadow-pop outline-none"
          onCloseAutoFocus={leaveTakenFocus}
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <CommandList />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function choose(id: string): void {
  // Gone before the command runs, which decides where the focus goes: what is typed next belongs there already.
  flushSync(closePalette);
  runCommand(id);
}

function CommandList() {
  const commands = useCommandsStore((state) => state.commands);
  const recent = useCommandsStore((state) => state.recent);
  const all = [...commands.values()].filter((command) => command.id !== 'palette.show');
  const used = recent.flatMap((id) => commands.get(id) ?? []).filter((command) => command.id !== 'palette.show').slice(0, 4);
  const rest = all.filter((command) => !used.includes(command));
  const categories = sortCategories(rest.map((command) => command.category));
  return (
    <Cmdk label="Command" loop>
      <div className="flex h-11 items-center gap-2.5 border-b border-line px-4">
        <Search size={16} aria-hidden className="shrink-0 text-muted" />
        <Cmdk.Input placeholder="What do you want to do?" className="h-full grow bg-transparent text-[14px] outline-none placeholder:text-muted" />
      </div>
      <Cmdk.List className="max-h-[56vh] overflow-auto p-1.5" tabIndex={-1}>
        <Cmdk.Empty className="px-3 py-6 text-center text-muted">No command is called that.</Cmdk.Empty>
        {used.length > 0 && <CommandGroup heading="Used last" commands={used} />}
        {categories.map((category) => (
          <CommandGroup key={category} heading={category} commands={rest.filter((command) => command.category === category)} />
        ))}
      </Cmdk.List>
    </Cmdk>
  );
}

function CommandGroup({ heading, commands }: { heading: string; commands: readonly Command[] }) {
  return (
    <Cmdk.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
    >
      {commands.map((command) => {
        const key = command.keys?.[0];
        return (
          <Cmdk.Item
            key={command.id}
            value={`${command.title} (${command.id})`}
            keywords={[command.category]}
            disabled={command.isEnabled?.() === false}
            className={itemLook}
            onSelect={() => choose(command.id)}
          >
            <span className="grow truncate">{command.title}</span>
            {key !== undefined && <kbd className="shrink-0 text-muted">{formatKey(key, isMac)}</kbd>}
          </Cmdk.Item>
        );
      })}
    </Cmdk.Group>
  );
}
