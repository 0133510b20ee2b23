// Drivers of python-socketio's client.

import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Remote } from './remote.js';
import { patience, within } from './wait.js';

/** The interpreter whose packages are the distribution's. */
export const python = '/usr/bin/python3';

/** "python-socketio 5.7" */
export function pythonName() {
  const code = "from importlib.metadata import version; print('python-socketio', version('python-socketio'))";
  return /^\S+ \d+\.\d+/.exec(execFileSync(python, ['-c', code], { encoding: 'utf8' }))[0];
}

export async function startPython() {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'python_client.py');
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.on('error', () => {}); // its end shows in the answer that does not come
  const remote = new Remote((command) => child.stdin.write(`${JSON.stringify(command)}\n`));
  readline.createInterface({ input: child.stdout }).on('line', (line) => remote.take(JSON.parse(line)));
  const stop = async () => {
    child.kill('SIGKILL');
    await within(patience, 'the end of python', ended);
  };
  // The client handles every message in a thread of its own, so in any order.
  return { remote, stop, reasons: false, ordered: false, recovers: false };
}
