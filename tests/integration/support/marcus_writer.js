// A process that writes progress reports: marcus_writer.js FILE FIRST COUNT

import { appendFileSync } from 'node:fs';

const [file, first, count] = process.argv.slice(2);
for (let n = Number(first); n < Number(first) + Number(count); ++n) {
  appendFileSync(
    file,
    `${JSON.stringify({
      timestamp: new Date().toISOString().replace('Z', '000+00:00'),
      event_type: 'progress_update',
      data: {
        agent_id: `agent-${n}`,
        task_id: `task-${n}`,
        status: 'in_progress',
        progress: 50,
        message: `step ${n}`,
      },
    })}\n`,
  );
}
