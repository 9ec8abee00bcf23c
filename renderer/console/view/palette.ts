import { trueColor, type SgrColor, type SgrState } from '../model/sgr.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** Least contrast of coloured text against what is behind it (WCAG 2.2, 1.4.3; 1.4.6 for the themes of high contrast). */
const usualContrast = 4.5;
const highContrast = 7;
const cubeSteps = [0, 95, 135, 175, 215, 255];

/** RGB of colours 16 to 255 of xterm's palette; 0 to 15 belong to the theme. */
function paletteColor(index: number): Rgb {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  return [cubeSteps[Math.floor(cube / 36)] ?? 0, cubeSteps[Math.floor(cube / 6) % 6] ?? 0, cubeSteps[cube % 6] ?? 0];
}

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [one, two] = [luminance(a), luminance(b)];
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
}

/** Moves a colour towards black or white until it can be read on `background`; hue is kept as far as it goes. */
export function readable(color: Rgb, background: Rgb, least: number = usualContrast): Rgb {
  const goal = luminance(background) > 0.18 ? 0 : 255;
  for (let share = 0; share <= 1; share += 0.1) {
    const mixed: Rgb = [mix(color[0], goal, share), mix(color[1], goal, share), mix(color[2], goal, share)];
    if (contrast(mixed, background) >= least) return mixed;
  }
  return [goal, goal, goal];
}

function mix(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

function css(color: Rgb): string {
  return `rgb(${color[0]},${color[1]},${color[2]})`;
}

/** How a state of colours is drawn. */
export interface Look {
  className: string;
  color: string;
  background: string;
}

/** Turns states of colours into looks for one theme; a theme's change makes another palette. */
export class Palette {
  private readonly looks = new Map<string, Look>();
  private readonly theme: Rgb[];

  private readonly background: Rgb;
  private readonly foreground: Rgb;
  private readonly least: number;

  /**
   * @param background of the console
   * @param foreground of the console
   * @param theme colours 0 to 15
   */
  constructor(background: Rgb, foreground: Rgb, theme: readonly Rgb[], isHighContrast = false) {
    this.least = isHighContrast ? highContrast : usualContrast;
    this.background = background;
    this.foreground = foreground;
    this.theme = [...theme];
  }

  look(style: SgrState): Look {
    const key = `${style.foreground},${style.background},${style.bold},${style.dim},${style.italic},${style.underline},${style.inverse},${style.strike}`;
    const known = this.looks.get(key);
    if (known !== undefined) return known;
    // A hostile output may use millions of colours.
    if (this.looks.size > 4096) this.looks.clear();
    const look = this.make(style);
    this.looks.set(key, look);
    return look;
  }

  private rgb(color: SgrColor): Rgb {
    if (color >= trueColor) return [(color >> 16) & 255, (color >> 8) & 255, color & 255];
    return color < 16 ? (this.theme[color] ?? this.foreground) : paletteColor(color);
  }

  private make(style: SgrState): Look {
    const bright = style.bold && style.foreground !== null && style.foreground < 8 ? style.foreground + 8 : style.foreground;
    let front = bright === null ? null : this.rgb(bright);
    let back = style.background === null ? null : this.rgb(style.background);
    if (style.inverse) [front, back] = [back ?? this.background, front ?? this.foreground];
    if (front !== null) front = readable(front, back ?? this.background, this.least);
    else if (back !== null) front = contrast(this.foreground, back) >= this.least ? this.foreground : luminance(back) > 0.18 ? [0, 0, 0] : [255, 255, 255];
    const names = [style.bold && 'log-bold', style.dim && 'log-dim', style.italic && 'log-italic', style.underline && 'log-underline', style.strike && 'log-strike'];
    return { className: names.filter((name) => name !== false).join(' '), color: front === null ? '' : css(front), background: back === null ? '' : css(back) };
  }
}

function parseColor(text: string, fallback: Rgb): Rgb {
  const [red, green, blue] = (/\d+(?:\.\d+)?[ ,]+\d+(?:\.\d+)?[ ,]+\d+(?:\.\d+)?/.exec(text)?.[0] ?? '').split(/[ ,]+/).map(Number);
  return red === undefined || green === undefined || blue === undefined ? fallback : [red, green, blue];
}

/** Reads the theme's colours from the page: `--ansi-0` to `--ansi-15`, and the console's own two. */
export function readPalette(element: HTMLElement): Palette {
  const probe = document.createElement('span');
  const names = ['console-background', 'console-foreground', ...Array.from({ length: 16 }, (_, index) => `ansi-${index}`)];
  // All are there before the first is asked for: the page works its styles out once.
  for (const name of names) probe.appendChild(document.createElement('span')).style.color = `var(--${name})`;
  element.append(probe);
  const read = [...probe.children].map((part) => getComputedStyle(part).color);
  probe.remove();
  const background = parseColor(read[0] ?? '', [255, 255, 255]);
  const foreground = parseColor(read[1] ?? '', [0, 0, 0]);
  const theme = read.slice(2).map((color) => parseColor(color, foreground));
  return new Palette(background, foreground, theme, document.documentElement.dataset['theme']?.startsWith('contrast') === true);
}
