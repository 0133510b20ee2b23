// The servers `compare` can start: Seneca, the roofline and the peers.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const plain = { protocol: [], subscribe: ['--path', '/sub'], publish: ['--publish-path', '/pub'] };
const socketIo = { protocol: ['--protocol', 'socketio'], subscribe: [], publish: [] };
const broadcasting = { ...socketIo, publish: ['--event', 'broadcast'] };

const python = (...modules) => {
  const found = spawnSync('/usr/bin/python3', ['-c', `import ${modules.join(', ')}`]).status === 0;
  return found ? '' : `no Python module ${modules.join(' or ')}; --install gets them`;
};
const built = (file) => (existsSync(file) ? '' : `${file} is not built`);

/**
 * By name: `command(port)`; the flags of bench for its protocol, for subscribers and for publishers; `answers`:
 * it tells publishers what it took in; `missing()`: why it cannot be started here, or ''.
 *
 * paths: {program, roofline, scratch}, the last being where the peers were copied and installed.
 */
export function serversAt({ program, roofline, scratch }) {
  const peer = (name) => path.join(scratch, name);
  const npm = (name) =>
    existsSync(peer(`node_modules/${name}/package.json`)) ? '' : `no npm package ${name}; --install gets it`;
  const unpackedOr = (file) => [peer(file), `/${file}`];
  const nats = unpackedOr('usr/sbin/nats-server');
  const nginxProgram = unpackedOr('usr/sbin/nginx');
  const nchanModule = unpackedOr('usr/lib/nginx/modules/ngx_nchan_module.so');
  const bun = ['bun.exe', 'bun'].map((name) => peer(`node_modules/bun/bin/${name}`));
  const serve = (port) => [
    ...[program, 'serve', '--no-journal', '--listen', `127.0.0.1:${port}`],
    ...['--threads', '1', '--log-level', 'error'],
  ];
  const own = { command: serve, subscribe: [], publish: [], answers: true, missing: () => built(program) };
  const node = (file) => (port) => [process.execPath, peer(file), String(port)];
  const script = (file) => (port) => ['/usr/bin/python3', peer(file), String(port)];
  const nginx = (port) => {
    const text = readFileSync(peer('nchan.conf'), 'utf8');
    const file = peer('nchan.ready.conf');
    const placed = text.replaceAll('PORT', String(port)).replaceAll('DIRECTORY', scratch);
    writeFileSync(file, placed.replaceAll('MODULE', nchanModule.find(existsSync)));
    return [nginxProgram.find(existsSync), '-p', scratch, '-c', file];
  };
  const bare = (mode) => ({
    command: (port) => [roofline, String(port), mode],
    ...plain,
    answers: true,
    missing: () => built(roofline),
  });

  return {
    seneca: { ...own, protocol: [] },
    // Hardly more than the peers send, where CloudEvents are three quarters more.
    'seneca-compact': { ...own, protocol: [], subscribe: ['--path', '/ws?format=compact'] },
    'seneca-each': {
      ...own,
      command: (port) => [...serve(port), '--set', 'performance.batch_messages=false'],
      protocol: [],
    },
    'seneca-socketio': { ...own, ...socketIo },
    'roofline-coalesce': bare('coalesce'),
    'roofline-each': bare('each'),
    bun: {
      command: (port) => [bun.find(existsSync), peer('bun.js'), String(port)],
      ...plain,
      answers: true,
      missing: () => (bun.some(existsSync) ? '' : npm('bun')),
    },
    ws: { command: node('ws.cjs'), ...plain, answers: true, missing: () => npm('ws') },
    'socket.io': { command: node('socketio.cjs'), ...broadcasting, missing: () => npm('socket.io') },
    'python-socketio': {
      command: script('python_socketio_server.py'),
      ...broadcasting,
      missing: () => python('socketio', 'aiohttp'),
    },
    'Flask-SocketIO': {
      command: script('flask_socketio_server.py'),
      ...broadcasting,
      missing: () => python('flask_socketio', 'gevent', 'geventwebsocket'),
    },
    nchan: {
      command: nginx,
      ...plain,
      missing: () =>
        nchanModule.some(existsSync) && nginxProgram.some(existsSync)
          ? ''
          : 'no nginx with nchan; --install gets it',
    },
    'nats-server': {
      command: (port) => [nats.find(existsSync), '--addr', '127.0.0.1', '--port', String(port)],
      protocol: ['--protocol', 'nats'],
      subscribe: [],
      publish: [],
      answers: true,
      missing: () => (nats.some(existsSync) ? '' : 'no nats-server; --install gets it'),
    },
  };
}
