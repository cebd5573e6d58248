// Amounts of money and numbers as text.  Integers only: no amount ever passes through a fraction.

import { numberFormat } from './intl';

export type Money = { minor: number; currency: string };

export const NONE = '—';

// ISO 4217, as the server counts them; browsers know other customs for some (no digits for IQD).
const exponents = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((c) => [c, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((c) => [c, 3] as const),
  ['CLF', 4], ['UYW', 4],
]);

function moneyFormat(currency: string, locale: string | undefined, compact: boolean): Intl.NumberFormat {
  return numberFormat(locale, {
    style: 'currency',
    currency,
    ...(compact ? { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }
      : { minimumFractionDigits: exponentOf(currency), maximumFractionDigits: exponentOf(currency) }),
  });
}

/** Digits after the point in this currency: 0 for JPY, 2 for USD, 3 for KWD. */
export function exponentOf(currency: string): number {
  return exponents.get(currency) ?? 2;
}

/** 1234 USD -> "12.34": the exact decimal, as a text. */
export function decimalOf(minor: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = exponent > 0 ? `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}` : digits;
  return minor < 0 ? `-${whole}` : whole;
}

/** What a person typed ("12.5", "1,250") as minor units; null when it is no amount of this currency. */
export function minorOf(typed: string, currency: string): number | null {
  const exponent = exponentOf(currency);
  const match = /^(-?)(\d{1,13})(?:[.,](\d{1,4}))?$/.exec(typed.trim().replaceAll(/[\s']/g, ''));
  if (!match) return null;
  const fraction = match[3] ?? '';
  if (fraction.length > exponent) return null;
  const minor = Number((match[2] ?? '') + fraction.padEnd(exponent, '0'));
  return match[1] ? -minor : minor;
}

// From so many digits on older engines (Node 18, browsers before 2023) make a fraction of the text first, and lose its end.
const EXACT = 1e15;

/** The whole part as an integer, its fraction put behind the point. */
function formatLong(format: Intl.NumberFormat, decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  return format.formatToParts(BigInt(whole)).map((part) => (part.type === 'fraction' ? fraction : part.value)).join('');
}

/** The amount with its currency; "—" when unknown. */
export function formatMoney(amount: Money | null | undefined, options: { locale?: string; compact?: boolean } = {}): string {
  if (!amount || amount.minor === null || amount.minor === undefined) return NONE;
  const format = moneyFormat(amount.currency, options.locale, options.compact ?? false);
  const decimal = decimalOf(amount.minor, amount.currency);
  return Math.abs(amount.minor) >= EXACT && !options.compact ? formatLong(format, decimal) : format.format(decimal as unknown as number);
}

/** The amount without its currency: columns that name it in their head. */
export function formatAmount(minor: number | null | undefined, currency: string, locale?: string): string {
  if (minor === null || minor === undefined) return NONE;
  const digits = exponentOf(currency);
  const format = numberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return format.format(decimalOf(minor, currency) as unknown as number);
}

export function formatCount(value: number | null | undefined, options: { locale?: string; compact?: boolean } = {}): string {
  if (value === null || value === undefined) return NONE;
  return numberFormat(options.locale, options.compact ? { notation: 'compact', maximumFractionDigits: 1 } : {}).format(value);
}

/** A figure in 10^-decimals of its unit, without needless zeros: 10152 of 6 decimals -> "0.010152". */
export function formatScaled(value: number, decimals: number, locale?: string): string {
  return numberFormat(locale, { maximumFractionDigits: decimals }).format(value / 10 ** decimals);
}

/** 12582912 -> "12 MiB". */
export function formatBytes(bytes: number, locale?: string): string {
  return `${numberFormat(locale, { maximumFractionDigits: bytes < 10 * 1048576 ? 1 : 0 }).format(bytes / 1048576)} MiB`;
}

/** Parts per million as per cent: 250000 -> "25.0 %"; 1 digit unless told. */
export function formatPpm(ppm: number | null | undefined, digits = 1, locale?: string): string {
  if (ppm === null || ppm === undefined) return NONE;
  const format = numberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${format.format(ppm / 10000)} %`;
}

/** A ratio in ten-thousandths: 33300 -> "3.33×". */
export function formatRatio(e4: number | null | undefined, locale?: string): string {
  if (e4 === null || e4 === undefined) return NONE;
  return `${numberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(e4 / 10000)}×`;
}
