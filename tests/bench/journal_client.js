// The small programs that `journal` runs beside a server, or instead of one; each prints its figures as JSON.
// usage: node journal_client.js lines | append FILE EVENTS_A_COMMIT OUTPUT none|fdatasync
//        node journal_client.js websocket PORT COUNT | jetstream PORT STREAM COUNT

import { closeSync, fdatasyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import net from 'node:net';

const patienceMs = 120_000;

function tell(events, startNs, cpu, more = {}) {
  const seconds = Number(process.hrtime.bigint() - startNs) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const client_cpu = (user + system) / 1e6 / seconds;
  process.stdout.write(JSON.stringify({ events, seconds, events_per_second: events / seconds, client_cpu, ...more }));
  process.exit(0);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Standard input, split into lines, each as a string of its own. */
function lines() {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const buffer = Buffer.allocUnsafe(1 << 20);
  let events = 0;
  let bytes = 0;
  let kept = 0;
  for (;;) {
    const size = readSync(0, buffer, kept, buffer.length - kept, null);
    if (size === 0) break;
    const end = kept + size;
    let from = 0;
    for (let at = buffer.indexOf(10); at >= 0 && at < end; at = buffer.indexOf(10, from)) {
      bytes += buffer.latin1Slice(from, at).length;
      ++events;
      from = at + 1;
    }
    buffer.copyWithin(0, from, end);
    kept = end - from;
    buffer.fill(0, kept, Math.min(end, buffer.length));
  }
  tell(events, start, cpu, { bytes });
}

const percentile = (sorted, percent) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];

/** Appends the lines of `file`, which is in memory before the time begins, so many a write. */
function append(file, eventsEach, output, sync) {
  const bytes = readFileSync(file);
  const ends = [];
  let events = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1))
    if (++events % eventsEach === 0) ends.push(at + 1);
  if (ends.at(-1) !== bytes.length) ends.push(bytes.length);
  const tookUs = [];
  const descriptor = openSync(output, 'w');
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  let from = 0;
  for (const end of ends) {
    const began = process.hrtime.bigint();
    writeSync(descriptor, bytes, from, end - from);
    if (sync === 'fdatasync') fdatasyncSync(descriptor);
    tookUs.push(Number(process.hrtime.bigint() - began) / 1000);
    from = end;
  }
  closeSync(descriptor);
  tookUs.sort((a, b) => a - b);
  const [commit_p50_us, commit_p99_us] = [percentile(tookUs, 50), percentile(tookUs, 99)];
  tell(events, start, cpu, { event_bytes: bytes.length / events - 1, commits: ends.length, commit_p50_us, commit_p99_us });
}

/** Calls `take(buffer)` with what has come and was not taken; it returns how much it takes. */
function connected(port, hello, take) {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(hello));
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = buffer.subarray(take(buffer));
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('the server closed the connection'));
  setTimeout(() => fail('took too long'), patienceMs).unref();
  return socket;
}

/** Subscribes to everything from the beginning and counts frames by their heads. */
function websocket(port, count) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  let upgraded = false;
  let events = 0;
  let bytes = 0;
  const hello =
    'GET /ws?match=**&since=0 HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
  const take = (buffer) => {
    let at = 0;
    if (!upgraded) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return 0;
      if (!buffer.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) fail('no WebSocket');
      upgraded = true;
      at = end + 4;
    }
    while (at + 10 <= buffer.length) {
      const short = buffer[at + 1];
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      const size = short < 126 ? short : short === 126 ? buffer.readUInt16BE(at + 2) : buffer.readUInt32BE(at + 6);
      if (at + head + size > buffer.length) break;
      if ((buffer[at] & 15) === 1) {
        ++events;
        bytes += size;
        if (buffer.toString('latin1', at + head, at + head + 20).includes('gap')) fail('the relay reports a gap');
      }
      if (events === count) tell(events, start, cpu, { bytes });
      at += head + size;
    }
    return at;
  };
  connected(port, hello, take);
}

/** A consumer that pulls, without acknowledgements, two requests on their way, and counts messages by their heads. */
function jetstream(port, stream, count) {
  const batch = 5000;
  const consumer = JSON.stringify({
    stream_name: stream,
    config: { deliver_policy: 'all', ack_policy: 'none', replay_policy: 'instant' },
  });
  const pub = (subject, reply, body) => `PUB ${subject} ${reply} ${Buffer.byteLength(body)}\r\n${body}\r\n`;
  const pull = (name) => pub(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, 'in.box', JSON.stringify({ batch }));
  const hello =
    'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\nSUB in.> 1\r\n' +
    pub(`$JS.API.CONSUMER.CREATE.${stream}`, 'in.made', consumer);
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  let name = '';
  let events = 0;
  let bytes = 0;
  const take = (buffer) => {
    let at = 0;
    for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n', at)) {
      const line = buffer.latin1Slice(at, end);
      if (!line.startsWith('MSG ') && !line.startsWith('HMSG ')) {
        if (line.startsWith('PING')) socket.write('PONG\r\n');
        if (line.startsWith('-ERR')) fail(line);
        at = end + 2;
        continue;
      }
      const size = Number(line.slice(line.lastIndexOf(' ') + 1));
      if (end + 2 + size + 2 > buffer.length) break;
      at = end + 2 + size + 2;
      if (name === '') {
        const answer = JSON.parse(buffer.toString('utf8', end + 2, end + 2 + size));
        if (answer.error) fail(JSON.stringify(answer.error));
        ({ name } = answer);
        socket.write(pull(name) + pull(name));
        continue;
      }
      if (line.startsWith('HMSG')) fail(buffer.latin1Slice(end + 2, end + 2 + size));
      ++events;
      bytes += size;
      if (events === count) tell(events, start, cpu, { bytes });
      if (events % batch === 0) socket.write(pull(name));
    }
    return at;
  };
  const socket = connected(port, hello, take);
}

const [what, ...args] = process.argv.slice(2);
const kinds = {
  lines,
  append: (file, eventsEach, output, sync) => append(file, Number(eventsEach), output, sync),
  websocket: (port, count) => websocket(Number(port), Number(count)),
  jetstream: (port, stream, count) => jetstream(Number(port), stream, Number(count)),
};
if (!kinds[what]) fail(`no ${what}`);
kinds[what](...args);
