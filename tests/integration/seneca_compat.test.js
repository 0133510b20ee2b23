// Seneca's own pages against the plugin seneca-compat with the configuration shipped beside it: the events they
// send are those of their scripts, and the members checked are those their scripts read.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { io } from 'socket.io-client';

import { startRelay } from './support/relay.js';
import { patience, within } from './support/wait.js';

const config = fileURLToPath(new URL('../../plugins/seneca-compat/seneca-compat.json', import.meta.url));

/** Collects every event a page hears, and waits for one. */
class Page {
  constructor(t, relay, namespace = '/') {
    this.heard = [];
    this.waiting = [];
    this.socket = io(relay.url + namespace, { transports: ['websocket'], forceNew: true });
    this.socket.onAny((name, payload) => {
      this.heard.push([name, payload]);
      for (const look of this.waiting) look();
    });
    t.after(() => this.socket.disconnect());
  }

  next(name, fits = () => true) {
    const found = new Promise((resolve) => {
      const look = () => {
        const at = this.heard.findIndex(([heard, payload]) => heard === name && fits(payload));
        if (at < 0) return;
        this.waiting = this.waiting.filter((each) => each !== look);
        resolve(this.heard.splice(at, 1)[0][1]);
      };
      this.waiting.push(look);
      look();
    });
    return within(patience, `the event ${name}`, found);
  }

  has(name) {
    return this.heard.some(([heard]) => heard === name);
  }
}

// Records as Marcus logs them.
const record = (event, members) => ({
  ...members,
  timestamp: new Date().toISOString(),
  event,
  logger: 'marcus',
  level: 'info',
});
const says = (worker_id, message) =>
  record('worker_communication', { worker_id, conversation_type: 'worker_to_pm', message, metadata: { task_id: 't1' } });
const thinks = (thought) => record('pm_thinking', { conversation_type: 'internal_thinking', thought, context: {} });
const decides = (decision) =>
  record('pm_decision', { decision, rationale: 'because', alternatives_considered: [], confidence_score: 0.9, decision_factors: {} });

const start = (t, options) => startRelay(t, { args: ['--config', path.resolve(config)], ...options });

test('the Vue page: greeting, confirmations, and the events it listens to', async (t) => {
  const relay = await start(t);
  const page = new Page(t, relay);
  const greeting = await page.next('connection_established');
  assert.equal(greeting.session_id, page.socket.id);
  assert.match(greeting.timestamp, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(await page.next('conversation_summary'), {
    total_events: 0, event_types: {}, active_workers: 0, decision_count: 0, blocker_count: 0, completion_count: 0,
  });
  page.socket.emit('subscribe_conversations', {});
  assert.deepEqual(await page.next('subscription_confirmed'), { type: 'conversations', status: 'active' });
  page.socket.emit('subscribe_pipeline_flow', {});
  assert.deepEqual(await page.next('subscription_confirmed'), { type: 'pipeline_flow', status: 'active' });
  assert.deepEqual(await page.next('active_flows_update'), { flows: [] });
  page.socket.emit('request_health_analysis', {});
  assert.ok((await page.next('health_analysis_error')).error);
  page.socket.emit('request_flow_visualization', {});
  assert.deepEqual(await page.next('flow_visualization_error'), { error: 'flow_id is required' });

  await relay.publish([
    { type: 'agent.registered', data: { agent_id: 'claude-backend-1', name: 'Claude', role: 'Backend Developer', skills: ['sql'] } },
    { type: 'task.assigned', data: { agent_id: 'claude-backend-1', task_id: 't1', task_name: 'Build the API' } },
    { type: 'task.progress.updated', data: { agent_id: 'claude-backend-1', task_id: 't1', status: 'in_progress', progress: 75, message: 'endpoints done' } },
    { type: 'task.blocked', data: { agent_id: 'claude-backend-1', task_id: 't1', severity: 'high', blocker_description: 'no database' } },
    decides('Use PostgreSQL for the API'),
    { type: 'project.progress.updated', data: { project_id: 'p1', total_tasks: 8, in_progress_tasks: 2, completed_tasks: 3 } },
    { type: 'system.health.changed', data: { status: 'unhealthy', previous: 'healthy', reason: 'board is slow' } },
  ]);
  const registration = await page.next('worker_registration');
  assert.deepEqual(
    [registration.workerId, registration.name, registration.role, registration.skills],
    ['claude-backend-1', 'Claude', 'Backend Developer', ['sql']]);
  const task = await page.next('task_assignment');
  assert.deepEqual([task.workerId, task.taskId, task.taskName], ['claude-backend-1', 't1', 'Build the API']);
  const progress = await page.next('progress_update');
  assert.deepEqual([progress.workerId, progress.progress, progress.message], ['claude-backend-1', 75, 'endpoints done']);
  const decision = await page.next('decision_event');
  assert.equal(decision.decision.substring(0, 30), 'Use PostgreSQL for the API');
  assert.deepEqual([decision.rationale, decision.confidence_score], ['because', 0.9]);
  const conversation = await page.next('conversation_event', ({ event_type }) => event_type === 'blocker_report');
  assert.deepEqual(
    [conversation.source, conversation.target, conversation.message, conversation.metadata.severity],
    ['claude-backend-1', 'marcus', 'no database', 'high']);
  assert.equal((await page.next('blocker_event')).message, 'no database');
  assert.equal((await page.next('assignment_event')).target, 'claude-backend-1');
  const metrics = await page.next('system_metrics');
  assert.deepEqual(
    [metrics.decisions_today, metrics.avg_confidence, metrics.active_workers, metrics.total_tasks, metrics.tasks_in_progress, metrics.tasks_completed],
    [1, 0.9, 1, 8, 2, 3]);
  const health = await page.next('health_update');
  assert.deepEqual([health.overall_health, health.timeline_prediction.on_track], ['yellow', false]);
  assert.equal(health.risk_factors[0].description, 'board is slow');
});

test('a page that comes later is told what has been', async (t) => {
  const relay = await start(t);
  const early = new Page(t, relay);
  await early.next('connection_established');
  await relay.publish([
    decides('one'), decides('two'), says('agent_1', 'hello'),
    { type: 'task.completed', data: { agent_id: 'agent_1', task_id: 't1', status: 'completed', progress: 100 } },
    { type: 'system.health.changed', data: { status: 'healthy', previous: 'unknown' } },
  ]);
  await early.next('system_metrics');
  const late = new Page(t, relay);
  const summary = await late.next('conversation_summary');
  assert.deepEqual(summary, {
    total_events: 4, event_types: { pm_decision: 2, progress_update: 1, worker_message: 1 }, active_workers: 1,
    decision_count: 2, blocker_count: 0, completion_count: 1,
  });
  late.socket.emit('subscribe_health_updates', {});
  assert.deepEqual(await late.next('subscription_confirmed'), { type: 'health', status: 'active' });
  assert.equal((await late.next('health_update')).overall_health, 'green');
  late.socket.emit('request_health_analysis', {});
  assert.equal((await late.next('health_analysis_complete')).overall_health, 'green');
  late.socket.emit('subscribe_metrics', {});
  assert.equal((await late.next('metrics_update')).decisions_today, 2);
});

for (const threads of [1, 2]) {
  test(`the conversations page, each client by its own filters, ${threads} shard(s)`, async (t) => {
    const relay = await start(t, { threads });
    const all = new Page(t, relay, '/conversations');
    const one = new Page(t, relay, '/conversations');
    const quiet = new Page(t, relay, '/conversations');
    const mute = new Page(t, relay, '/conversations');
    for (const page of [all, one, quiet, mute]) {
      assert.equal((await page.next('connected')).client_id, page.socket.id);
      assert.deepEqual(await page.next('agents_update'), { agents: [] });
    }
    const subscribe = async (page, filters) => {
      page.socket.emit('subscribe', { filters });
      assert.deepEqual(await page.next('subscribed'), { status: 'success', filters });
    };
    const types = { worker_message: true, pm_decision: true, pm_thinking: true, blocker: true };
    await subscribe(all, { agentId: '', types, timeRange: '24h' });
    await subscribe(one, { agentId: 'agent_1', types, timeRange: '24h' });
    await subscribe(quiet, { agentId: '', types: { ...types, pm_thinking: false, pm_decision: false }, timeRange: '24h' });
    await relay.publish([says('agent_1', 'first'), says('agent_2', 'second'), thinks('hm'), decides('yes'), says('agent_1', 'last')]);
    const texts = async (page) => {
      const until = [];
      for (;;) {
        const { message, source, event_type } = await page.next('conversation');
        until.push([source, event_type, message]);
        if (message === 'last') return until;
      }
    };
    assert.deepEqual(await texts(all), [
      ['agent_1', 'worker_message', 'first'], ['agent_2', 'worker_message', 'second'], ['marcus', 'pm_thinking', 'hm'],
      ['marcus', 'pm_decision', 'yes'], ['agent_1', 'worker_message', 'last'],
    ]);
    assert.deepEqual((await texts(one)).map(([, , message]) => message), ['first', 'last']);
    assert.deepEqual((await texts(quiet)).map(([, , message]) => message), ['first', 'second', 'last']);
    assert.equal((await mute.next('marcus_thinking')).thought, 'hm');
    const { agents } = await mute.next('agents_update');
    assert.deepEqual(agents, [{ id: 'agent_1', name: 'Agent 1' }, { id: 'agent_2', name: 'Agent 2' }]);
    assert.ok(!mute.has('conversation'), 'who did not subscribe hears no conversation');

    one.socket.emit('unsubscribe');
    assert.deepEqual(await one.next('unsubscribed'), { status: 'success' });
    await subscribe(quiet, { agentId: 'agent_2' });
    await relay.publish([says('agent_1', 'a'), says('agent_2', 'b'), thinks('end')]);
    assert.equal((await quiet.next('conversation')).message, 'b');
    await one.next('marcus_thinking', ({ thought }) => thought === 'end');
    assert.ok(!one.has('conversation'), 'unsubscribed');
  });
}

test('clients with equal filters are one filter class', async (t) => {
  const relay = await start(t, { threads: 1 });
  const pages = Array.from({ length: 10 }, () => new Page(t, relay, '/conversations'));
  for (const [i, page] of pages.entries()) {
    await page.next('connected');
    page.socket.emit('subscribe', { filters: { agentId: i % 2 ? 'agent_1' : '', types: { blocker: false } } });
    await page.next('subscribed');
  }
  const stats = await relay.stats();
  assert.equal(stats.shards.reduce((sum, shard) => sum + shard.filter_classes, 0), 2);
});
