import { Dialog } from '../ui/index.ts';
import { sortCategories } from './categories.ts';
import { formatKey, isMac } from './keys.ts';
import { closePalette, usePalette } from './paletteStore.ts';
import { useCommandsStore } from './registry.ts';

/** All keys, by what they are for. */
export function ShortcutsDialog() {
  const open = usePalette((state) => state.open === 'shortcuts');
  const commands = useCommandsStore((state) => state.commands);
  const withKeys = [...commands.values()].filter((command) => command.keys !== undefined && command.keys.length > 0);
  const categories = sortCategories(withKeys.map((command) => command.category));
  return (
    <Dialog open={open} onOpenChange={(next) => !next && closePalette()} title="Keyboard shortcuts" description="Each action is in the command palette, too.">
      <div className="grid gap-x-8 gap-y-4 pb-2" tabIndex={0} role="group" aria-label="Shortcuts">
        {categories.map((category) => (
          <section key={category} aria-label={category}>
            <h3 className="pb-1 text-xs font-semibold text-muted">{category}</h3>
            <dl>
              {withKeys
                .filter((command) => command.category === category)
                .map((command) => (
                  <div key={command.id} className="flex min-h-7 items-center gap-4 border-t border-line py-1">
                    <dt className="grow">{command.title}</dt>
                    <dd className="flex shrink-0 flex-wrap justify-end gap-1.5">
                      {command.keys?.map((key) => (
                        <kbd key={key} className="rounded border border-line bg-sunken px-1.5 py-0.5">
                          {formatKey(key, isMac)}
                        </kbd>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
