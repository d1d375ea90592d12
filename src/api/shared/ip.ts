import type { FieldErrors } from '../../schema/field-errors.ts';

// Octets with leading zeros, which old objects may carry, are accepted.
const V4 = /^(?:0*(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const V6_GROUP = /^[0-9a-fA-F]{1,4}$/;

function isV6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (let h = 0; h < halves.length; h++) {
    if (halves[h] === '') continue;
    const parts = halves[h]!.split(':');
    for (let i = 0; i < parts.length; i++) {
      const last = h === halves.length - 1 && i === parts.length - 1;
      if (last && V4.test(parts[i]!)) groups += 2;
      else if (V6_GROUP.test(parts[i]!)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** 4 or 6; 0 when `text` is no IP address. */
export function ipFamily(text: string): 0 | 4 | 6 {
  if (V4.test(text)) return 4;
  return text.includes(':') && isV6(text) ? 6 : 0;
}

export function validateIp(text: string, field: string, errors: FieldErrors): void {
  if (ipFamily(text) === 0) {
    errors.invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  }
}
