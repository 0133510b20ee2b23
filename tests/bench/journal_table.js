// Runs of `journal` as tables of medians, in Markdown.

import { median } from './table.js';

const rate = (value) => (value === undefined ? '' : `${Math.round(value).toLocaleString('en-US')}/s`);
const ms = (us) => (us === undefined ? '' : `${(us / 1000).toFixed(1)} ms`);
const share = (value) => (value === undefined ? '' : value.toFixed(2));
const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '');

const markdown = (columns, rows) =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The median of what `pick` finds in the runs; undefined where it finds nothing. */
function medianOf(runs, pick) {
  const values = runs.map(pick).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

function spread(runs, pick) {
  const values = runs.map(pick).filter((value) => value !== undefined);
  return values.length === 0 ? '' : `${rate(Math.min(...values))} to ${rate(Math.max(...values))}`;
}

function appending(names, of) {
  const accepted = (run) => run.accepted_per_second;
  const peer = medianOf(of('JetStream, file'), accepted);
  const rows = names
    .filter((name) => of(name).length > 0)
    .map((name) => {
      const runs = of(name);
      const middle = medianOf(runs, accepted);
      const figure = (member) => medianOf(runs, (run) => run[member]);
      return [
        name,
        rate(middle),
        spread(runs, accepted),
        middle === undefined ? '' : (medianOf(runs, (run) => run.accepted_per_second * run.event_bytes) / 1e6).toFixed(0),
        times(middle / peer),
        ms(figure('answer_p50_us')),
        ms(figure('answer_p99_us')),
        ms(figure('commit_p50_us')),
        ms(figure('commit_p99_us')),
        figure('events_a_commit')?.toFixed(0) ?? '',
        figure('refused') === undefined ? '' : `${((100 * figure('refused')) / figure('published')).toFixed(0)} %`,
        share(figure('server_cpu')),
        share(figure('client_cpu')),
      ];
    });
  const columns = ['appending', 'median', 'lowest to highest', 'MB/s', 'JetStream = 1', 'answer p50', 'p99', 'commit p50', 'p99'];
  return markdown([...columns, 'events a commit', 'refused', 'server CPU', 'client CPU'], rows);
}

const reads = [
  ['Seneca, WebSocket client since=0', 'Seneca, ack=commit', 'websocket'],
  ['Seneca, senecactl export to /dev/null', 'Seneca, ack=commit', 'export_alone'],
  ['Seneca, senecactl export, lines split', 'Seneca, ack=commit', 'export'],
  ['JetStream, pull consumer', 'JetStream, file', 'pull'],
  ['JSONL, lines split', 'JSONL, no fsync', 'lines'],
  ['JSONL, zstdcat, lines split', 'JSONL, no fsync', 'zstd'],
];

function reading(of) {
  const perSecond = (how) => (run) => run.read?.[how]?.events_per_second;
  const peer = medianOf(of('JetStream, file'), perSecond('pull'));
  const rows = reads.map(([title, name, how]) => {
    const runs = of(name);
    const middle = medianOf(runs, perSecond(how));
    const client = medianOf(runs, (run) => run.read?.[how]?.client_cpu);
    const problem = runs.map((run) => run.read?.[how]?.problem).find(Boolean);
    return [title, middle === undefined ? (problem ?? '–') : rate(middle), spread(runs, perSecond(how)), times(middle / peer), share(client)];
  });
  return markdown(['reading everything back', 'median', 'lowest to highest', 'JetStream = 1', 'client CPU'], rows);
}

function storing(eventBytes, of) {
  const sizes = [
    ['Seneca, as it is after the relay', 'Seneca, ack=commit', 'disk_bytes'],
    ['the same, after `senecactl journal compact`', 'Seneca, ack=commit', 'compact_bytes'],
    ['Seneca, ack=commit, HTTP', 'Seneca, ack=commit, HTTP', 'disk_bytes'],
    ['JetStream, its directory', 'JetStream, file', 'disk_bytes'],
    ['JSONL', 'JSONL, no fsync', 'disk_bytes'],
    ['JSONL, zstd -3', 'JSONL, no fsync', 'zstd_bytes'],
  ];
  const rows = sizes.map(([title, name, member]) => {
    const bytes = medianOf(of(name), (run) => run[member]);
    return bytes === undefined ? [title, '–', ''] : [title, bytes.toFixed(1), (bytes / eventBytes).toFixed(3)];
  });
  return markdown(['bytes an event on the disk', 'median', `of ${eventBytes.toFixed(0)}`], rows);
}

/** Sections, one a kind of events. kinds: by name {bytes}, of an event; runs: `journal`'s. */
export function journalTable(kinds, names, runs) {
  return Object.entries(kinds).map(([kind, { bytes }]) => {
    const of = (name) => runs.filter((run) => run.kind === kind && run.system === name && !run.problem);
    const failed = runs.filter((run) => run.kind === kind && run.problem);
    const problems = failed.map((run) => `- ${run.system}, run ${run.repetition}: ${run.problem}`).join('\n');
    return [`## Events ${kind}`, appending(names, of), reading(of), storing(bytes, of), problems].filter(Boolean).join('\n\n');
  });
}
