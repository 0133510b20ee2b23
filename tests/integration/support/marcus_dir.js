// A Marcus directory as Marcus writes it: every line one write to a file opened for appending.

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { tempDirectory } from './temp.js';

export class MarcusDirectory {
  #minute = 0;

  constructor(t) {
    this.root = tempDirectory();
  }

  /** logs/agent_events/agent_events_DAY.jsonl */
  agentEvents(day = '20260303') {
    return this.#file('logs/agent_events', `agent_events_${day}.jsonl`);
  }

  /** logs/conversations/conversations_START.jsonl */
  conversations(start = '20260303_120000') {
    return this.#file('logs/conversations', `conversations_${start}.jsonl`);
  }

  audit(day = '20260303') {
    return this.#file('data/audit_logs', `audit_${day}.jsonl`);
  }

  /** A progress report; each has a task of its own, so that none is taken for another's duplicate. */
  progress(n, file = this.agentEvents()) {
    this.append(file, this.progressLine(n));
  }

  progressLine(n) {
    return `${JSON.stringify({
      timestamp: this.#timestamp(),
      event_type: 'progress_update',
      data: {
        agent_id: `agent-${n}`,
        task_id: `task-${n}`,
        status: 'in_progress',
        progress: 50,
        message: `step ${n}`,
      },
    })}\n`;
  }

  append(file, text) {
    appendFileSync(file, text);
  }

  create(file) {
    writeFileSync(file, '');
  }

  #file(folder, name) {
    mkdirSync(path.join(this.root, folder), { recursive: true });
    return path.join(this.root, folder, name);
  }

  // Now, or a little later for each line: records are in time order.
  #timestamp() {
    const time = new Date(Date.now() + this.#minute++);
    return time.toISOString().replace('Z', '000+00:00');
  }
}
