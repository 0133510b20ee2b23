// What `compare` runs: the arguments of `senecactl bench` and how long, the figure that counts, and whether `more` of
// it is better. Some speak a `protocol` of their own, or are for the `servers` they name only.

const mostDeliveries = (title, clients, seconds, ...flags) => ({
  title,
  args: ['fanout', '--clients', String(clients), ...flags],
  seconds,
  figure: 'deliveries_per_second',
  more: true,
});

const latency = (title, clients, rate) => ({
  title,
  args: ['latency', '--clients', String(clients), '--rate', `${rate}/s`],
  seconds: 6,
  figure: 'latency_p99_us',
});

export const scenarios = {
  A: mostDeliveries('1 → 100, as fast as it goes', 100, 3),
  A1: mostDeliveries('1 → 100, one event at a time', 100, 3, '--window', '1'),
  B: mostDeliveries('1 → 1,000, as fast as it goes', 1000, 4),
  E: latency('100 events/s → 1,000, latency p99', 1000, 100),
  E50: latency('50 events/s → 1,000, latency p99', 1000, 50),
  E500: latency('500 events/s → 1,000, latency p99', 1000, 500),
  E1000: latency('1,000 events/s → 1,000, latency p99', 1000, 1000),
  E5000: latency('5,000 events/s → 1,000, latency p99', 1000, 5000),
  C: latency('10 events/s → 10,000, latency p99', 10000, 10),
  Cmax: mostDeliveries('1 → 10,000, as fast as it goes', 10000, 6, '--window', '64'),
  D: {
    title: '10,000 idle connections, memory of each',
    args: ['connect', '--clients', '10000'],
    seconds: 3,
    figure: 'resident_per_connection_bytes',
  },
  F: {
    title: 'publishing, nobody listens',
    args: ['publish'],
    seconds: 3,
    figure: 'accepted_per_second',
    more: true,
  },
  F2: {
    title: 'publishing NDJSON over HTTP, 2,000 events a request, nobody listens',
    args: ['publish', '--clients', '4', '--batch', '2000', '--window', '8000'],
    protocol: ['--protocol', 'http'],
    seconds: 3,
    figure: 'accepted_per_second',
    more: true,
    servers: ['seneca'],
  },
};
