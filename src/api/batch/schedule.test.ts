import { expect, it } from 'vitest';
import { scheduleError, timeZoneError } from './schedule.ts';

it.each([
  '* * * * *',
  '*/5 0-12/2 1,15 jan-mar mon',
  '@hourly',
  '@every 1h30m',
  '0 0 ? * 6',
  'TZ=UTC 0 0 * * *',
])('accepts %s', (schedule) => {
  expect(scheduleError(schedule)).toBeNull();
});

it.each([
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@often', 'unrecognized descriptor: @often'],
])('refuses %s', (schedule, message) => {
  expect(scheduleError(schedule)).toBe(message);
});

it('knows time zones', () => {
  expect(timeZoneError('Europe/Berlin')).toBeNull();
  expect(timeZoneError('Local')).toContain('explicit time zone');
  expect(timeZoneError('Nowhere/City')).toBe('unknown time zone Nowhere/City');
});
