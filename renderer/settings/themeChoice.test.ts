import { describe, expect, it } from 'vitest';
import { resolveTheme } from './themeChoice.ts';

describe('resolveTheme', () => {
  it('follows the system, contrast included', () => {
    expect(resolveTheme('system', false, false)).toBe('light');
    expect(resolveTheme('system', true, false)).toBe('dark');
    expect(resolveTheme('system', false, true)).toBe('contrast-light');
    expect(resolveTheme('system', true, true)).toBe('contrast-dark');
  });

  it('lets the setting win', () => {
    expect(resolveTheme('light', true, true)).toBe('light');
    expect(resolveTheme('dark', false, false)).toBe('dark');
    expect(resolveTheme('highContrast', false, false)).toBe('contrast-dark');
  });
});
