// Runs as a table of medians and ratios, in Markdown.

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** A figure of bench with its unit, which its name ends in. */
export function shown(figure, value) {
  if (figure.endsWith('_us')) return `${(value / 1000).toFixed(1)} ms`;
  if (figure.endsWith('_bytes')) return `${(value / 1024).toFixed(1)} KiB`;
  return `${Math.round(value).toLocaleString('en-US')}/s`;
}

const columns = [
  'server',
  'median',
  'lowest to highest',
  'Seneca is',
  'server CPU',
  'client CPU',
  'lost',
  'runs',
];

function ratio(scenario, seneca, other) {
  const times = scenario.more ? seneca / other : other / seneca;
  return Number.isFinite(times) ? `${times.toFixed(2)} × ${scenario.more ? 'as fast' : 'better'}` : '';
}

/** The section of one scenario. runs: those of it, each a report of bench with `server`. */
export function table(key, scenario, names, runs) {
  const { figure } = scenario;
  const of = (name) => runs.filter((run) => run.server === name);
  const good = (name) => of(name).filter((run) => run[figure] !== undefined && !run.problem);
  const medianOf = (name, member) => median(good(name).map((run) => run[member] ?? 0));
  const row = (name) => {
    const sound = good(name);
    const count = `${sound.length} of ${of(name).length}`;
    if (sound.length === 0) return [name, '–', of(name)[0].problem, '', '', '', '', count];
    const values = sound.map((run) => run[figure]);
    const compared = name !== 'seneca' && good('seneca').length > 0;
    return [
      name,
      shown(figure, median(values)),
      `${shown(figure, Math.min(...values))} to ${shown(figure, Math.max(...values))}`,
      compared ? ratio(scenario, medianOf('seneca', figure), median(values)) : '',
      medianOf(name, 'server_cpu').toFixed(2),
      medianOf(name, 'client_cpu').toFixed(2),
      Math.max(...sound.map((run) => run.lost ?? run.unanswered ?? 0)),
      count,
    ];
  };
  const rows = names.filter((name) => of(name).length > 0).map(row);
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`## ${key}: ${scenario.title}`, '', ...lines].join('\n');
}
