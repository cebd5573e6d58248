// Formatters of the browser, each made once: making one takes as long as using it a hundred times, and a page uses hundreds.

const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

/** Throws RangeError for an unknown zone. */
export function dateFormat(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = JSON.stringify([locale, options]);
  let format = dates.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    dates.set(name, format);
  }
  return format;
}

/** Throws RangeError for a currency that is none. */
export function numberFormat(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = JSON.stringify([locale, options]);
  let format = numbers.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    numbers.set(name, format);
  }
  return format;
}
