// The events that `journal` publishes, as files of lines: the load client's own, and those of a simulated Marcus.

import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const chunkLines = 10_000;

function writeLines(file, count, line) {
  writeFileSync(file, '');
  for (let from = 0; from < count; from += chunkLines) {
    let text = '';
    for (let i = from; i < Math.min(count, from + chunkLines); ++i) text += `${line(i)}\n`;
    appendFileSync(file, text);
  }
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz';

/** Events as `senecactl bench` makes them: 300 bytes that differ in a time and a number. */
export function writeBenchEvents(file, count) {
  const pad = alphabet.repeat(12);
  writeLines(file, count, (i) => {
    const head = `{"type":"bench.tick","data":{"t":${1_000_000_000_000_000 + i * 3163},"n":${100_000_000_000 + i},"pad":"`;
    return `${head}${pad.slice(0, 300 - head.length - 3)}"}}`;
  });
}

const timePattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

function shiftTime(text, ms) {
  const [, digits, zone] = /(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const shifted = new Date(Date.parse(text.slice(0, 19) + 'Z') + ms).toISOString().slice(0, 19);
  return `${shifted}${digits ?? ''}${zone}`;
}

// Ids and numbers of two digits or more; a part of the time that was shifted is none.
const numberPattern = /\b(?:[0-9a-f]{16,}|[0-9a-f-]{36}|\d{2,})\b/g;

/** The same characters, others of their kind; equal tokens stay equal within a repetition. */
function otherToken(token, hashes) {
  const digits = /^\d+$/.test(token);
  let text = '';
  for (let i = 0; i < token.length; ++i) {
    const byte = hashes[i % hashes.length];
    if (token[i] === '-') text += '-';
    else text += digits ? String(i === 0 ? 1 + (byte % 9) : byte % 10) : (byte % 16).toString(16);
  }
  return text;
}

/**
 * Most ids are "FILE:PLACE", and places go on. No two may be equal: a relay takes what has another's source and id for
 * the same event once more.
 */
function laterId(id, repetition) {
  const [, name, place] = /^(.*):(\d+)$/.exec(id) ?? [];
  return place === undefined ? `${id}-${repetition}` : `${name}:${Number(place) + repetition * 1_000_000_000}`;
}

/**
 * `count` events out of those in `exported`, the lines of a `senecactl export`: again and again, with times that go
 * on and with other ids and numbers each time, so that nothing is compressed by what was there before.
 */
export function writeVariedEvents(exported, file, count) {
  const lines = readFileSync(exported, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"type":"seneca.'))
    .map((line) => line.replace(/"sequence":"\d+",/, ''));
  const timeOf = (line) => Date.parse(/"time":"([^"]+)"/.exec(line)[1]);
  const spanMs = Math.ceil((timeOf(lines.at(-1)) - timeOf(lines[0])) / 1000) * 1000 + 1000;
  const cut = lines.map((line) => ({ texts: line.split(timePattern), times: line.match(timePattern) ?? [] }));
  const ids = lines.map((line) => /"id":"([^"]*)"/.exec(line)[1]);
  let known = new Map();
  const other = (repetition) => (token) => {
    let made = known.get(token);
    if (made === undefined) {
      made = otherToken(token, createHash('sha256').update(`${repetition} ${token}`).digest());
      known.set(token, made);
    }
    return made;
  };
  writeLines(file, count, (i) => {
    const repetition = Math.floor(i / cut.length);
    const { texts, times } = cut[i % cut.length];
    if (i % cut.length === 0) known = new Map();
    if (repetition === 0) return lines[i];
    const change = other(repetition);
    let line = '';
    texts.forEach((text, part) => {
      line += text.replace(numberPattern, change);
      if (part < times.length) line += shiftTime(times[part], repetition * spanMs);
    });
    return line.replace(/"id":"[^"]*"/, `"id":"${laterId(ids[i % cut.length], repetition)}"`);
  });
}
