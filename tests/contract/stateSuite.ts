import { describe, expect, it } from 'vitest';
import type { EditorTab } from '../../contract/editors.ts';
import { newTabId } from '../../contract/ids.ts';
import { Settings } from '../../contract/settings.ts';
import { nextEvent, type Fixture } from './served.ts';

function tab(text: string): EditorTab {
  return { id: newTabId(), title: text, path: null, text, version: null, lineEnding: 'lf', dirty: false, viewState: null };
}

/** What the application keeps about itself: tabs, settings, and how it is. */
export function stateSuite(fixture: () => Fixture, home: string): void {
  describe('editors', () => {
    it('keeps tabs, their order, and those closed last', async () => {
      const { first } = fixture();
      const [a, b, c] = [tab('a'), { ...tab('b'), path: '/b.py', version: 'v1', dirty: true, viewState: '{}' }, tab('c')];
      for (const one of [a, b, c]) await first.editors.save(one);
      await first.editors.arrange({ order: [c.id, a.id, b.id], activeId: a.id });
      expect(await first.editors.load()).toEqual({ tabs: [c, a, b], activeId: a.id });
      const changed = { ...a, text: 'a\u{1F600}\n' };
      await first.editors.save(changed);
      await first.editors.arrange({ order: [b.id], activeId: b.id });
      expect(await first.editors.load()).toEqual({ tabs: [b], activeId: b.id });
      expect(await first.editors.reopen()).toEqual({ tab: changed });
      expect(await first.editors.reopen()).toEqual({ tab: c });
      expect(await first.editors.reopen()).toEqual({ tab: null });
      expect((await first.editors.load()).tabs).toEqual([b, changed, c]);
    });

    it('closes only what a window says, when it says it', async () => {
      const { first } = fixture();
      const [mine, other] = [tab('mine'), tab('other')];
      await first.editors.arrange({ order: [], activeId: null });
      await first.editors.save(other);
      await first.editors.save(mine);
      await first.editors.arrange({ order: [mine.id], activeId: mine.id, closed: [] });
      expect((await first.editors.load()).tabs).toEqual([mine, other]);
      await first.editors.arrange({ order: [], activeId: null, closed: [mine.id] });
      expect(await first.editors.load()).toEqual({ tabs: [other], activeId: null });
      // @ts-expect-error a tab without its text
      await expect(first.editors.save({ id: mine.id })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });
  });

  describe('settings', () => {
    it('begin with their defaults, change one by one, and are told to every window', async () => {
      const { first, second } = fixture();
      expect(await first.settings.get()).toEqual(Settings.parse({}));
      const stop = new AbortController();
      const events = await second.settings.watch(undefined, { signal: stop.signal });
      expect(await nextEvent(events)).toEqual(Settings.parse({}));
      const expected = Settings.parse({ theme: 'dark', keepRunsDays: 30 });
      expect(await first.settings.set({ theme: 'dark', keepRunsDays: 30 })).toEqual(expected);
      expect(await nextEvent(events)).toEqual(expected);
      stop.abort();
      await expect(first.settings.set({ editorFontSize: 1000 })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('editorFontSize') });
      expect(await first.settings.get()).toEqual(expected);
      await first.settings.set({ theme: 'system', keepRunsDays: 0 });
    });
  });

  describe('system', () => {
    it('says what it is and how it is', async () => {
      const { first } = fixture();
      expect(await first.system.info()).toMatchObject({ platform: process.platform, dataFolder: home });
      const stop = new AbortController();
      const events = await first.system.watch(undefined, { signal: stop.signal });
      expect(await nextEvent(events)).toEqual({ storage: { state: 'ok' }, notices: [] });
      await first.system.dismissNotice({ id: 'none' });
      expect(await nextEvent(events)).toEqual({ storage: { state: 'ok' }, notices: [] });
      stop.abort();
    });
  });
}
