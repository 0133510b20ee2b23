#include "marcus.h"

#include "json_object.h"
#include "record_map.h"

namespace marcus {
namespace {

constexpr size_t kMaxInstances = 64;

std::string_view agent_of(std::string_view subject) {
  constexpr std::string_view kAgent = "agent:";
  return subject.substr(0, kAgent.size()) == kAgent ? subject.substr(kAgent.size()) : std::string_view();
}

std::string subject_of(const Meaning& meaning) {
  if (!meaning.task_id.empty()) return "task:" + meaning.task_id;
  if (!meaning.agent_id.empty()) return "agent:" + meaning.agent_id;
  if (!meaning.project_id.empty()) return "project:" + meaning.project_id;
  return {};
}

/// The members the record lacks at its top level.
JsonMembers normalised_members(seneca::JsonView data, const Meaning& meaning) {
  JsonMembers members;
  const auto add = [&](std::string_view key, const std::string& text) {
    if (!text.empty() && !data.get(key)) members.text(key, text);
  };
  add("agent_id", meaning.agent_id);
  add("task_id", meaning.task_id);
  add("project_id", meaning.project_id);
  add("task_name", meaning.task_name);
  add("status", meaning.status);
  if (!meaning.progress.empty() && !data.get("progress")) members.json("progress", meaning.progress);
  return members;
}

void add_members(seneca::Event& event, const Meaning& meaning) {
  const JsonMembers members = normalised_members(seneca::JsonView(event.data()), meaning);
  if (members.empty()) return;
  try {
    event.data(members.added_to(event.data()));
  } catch (const seneca::Error&) {
    // Too long with them, say. The record counts more than its extras, and the subject names what it is
    // about.
  }
}

void normalise(seneca::Event& event, const Meaning& meaning) {
  event.type(meaning.topic);
  event.priority(static_cast<seneca::Priority>(meaning.priority));
  const std::string subject = subject_of(meaning);
  if (!subject.empty()) event.subject(subject);
  if (!meaning.severity.empty()) event.severity(meaning.severity);
  add_members(event, meaning);
}

seneca::NewEvent to_event(const Derived& derived, std::string_view source) {
  seneca::NewEvent event;
  event.type = derived.type;
  event.source = source;
  event.data = derived.data;
  event.subject = derived.subject;
  event.severity = derived.severity;
  event.origin = "derived";
  event.priority = static_cast<seneca::Priority>(derived.priority);
  return event;
}

std::string derived_source(std::string_view instance) { return std::string(instance) + "/derived"; }

}  // namespace

Marcus::Marcus(std::string_view config) : Marcus(read_options(config)) {}

Marcus::Marcus(const Options& options)
    : derive_(options.derive), duplicates_(options.duplicate_window_us), agents_(options.offline_after_us) {}

Marcus::Options Marcus::read_options(std::string_view config) {
  const seneca::JsonView view(config);
  const Options defaults;
  return {view.get("offline_after").integer(defaults.offline_after_us / 1000000) * 1000000,
          view.get("duplicate_window_ms").integer(defaults.duplicate_window_us / 1000) * 1000,
          view.get("derive").boolean(defaults.derive)};
}

seneca::Verdict Marcus::operator()(seneca::Event& event) {
  const Origin origin = identify(event.type(), event.source(), event.origin());
  if (origin.source == Source::none) return seneca::Verdict::pass;
  // The texts of the event change below.
  const std::string name(origin.instance);
  const Record record{origin.source, origin.name, seneca::JsonView(event.data()), agent_of(event.subject())};
  const Rule* rule = find_rule(record);
  Meaning meaning = read_meaning(record, rule, event.type());
  Instance& known = instance(name);

  const std::string why = reason_to_drop(event, origin, known, rule, meaning);
  known.seen = known.seen | origin.source;
  if (!why.empty()) return event.drop(why);
  normalise(event, meaning);
  if (derive_) derive(event, name, known, meaning);
  return seneca::Verdict::pass;
}

std::string Marcus::reason_to_drop(const seneca::Event& event, const Origin& origin, Instance& instance,
                                   const Rule* rule, Meaning& meaning) {
  if (origin.source == Source::conversations || origin.source == Source::decisions) {
    std::string copy = duplicates_.check_copy(origin.instance, origin.source, event.data());
    if (!copy.empty()) return copy;
  }
  if (rule == nullptr) return {};
  complete_project(instance, meaning);
  if (rule->topic.empty()) return std::string(rule->why);

  std::string duplicate =
      duplicates_.check(origin.instance, instance.seen, origin.source, *rule, meaning, event.time_us());
  if (!duplicate.empty() && rule->supplement.empty()) return duplicate;
  if (!duplicate.empty()) {
    meaning.topic = rule->supplement;
    meaning.priority = SENECA_PRIORITY_LOW;
  }
  if (meaning.project && !projects_.is_news(origin.instance, *meaning.project))
    return "unchanged project state";
  return {};
}

void Marcus::complete_project(Instance& instance, Meaning& meaning) const {
  if (!meaning.project_id.empty()) {
    instance.project_id = meaning.project_id;
  } else if (meaning.project) {
    meaning.project_id = instance.project_id.empty() ? meaning.project->board : instance.project_id;
  }
}

void Marcus::derive(seneca::Event& event, std::string_view instance_name, Instance& instance,
                    const Meaning& meaning) {
  DerivedEvents events;
  agents_.follow(instance_name, meaning, event.time_us(), events);
  if (meaning.health) instance.health.follow(*meaning.health, event.time_us(), events);
  if (meaning.project) projects_.follow(instance_name, meaning.project_id, *meaning.project, events);
  const std::string source = derived_source(instance_name);
  for (const Derived& derived : events) {
    seneca::NewEvent news = to_event(derived, source);
    news.time_us = event.time_us();
    news.correlation_id = event.id();
    event.emit(news);
  }
}

void Marcus::tick(int64_t now_us, seneca::Emitter& emitter) {
  std::vector<Agents::Silent> silent;
  agents_.tick(now_us, silent);
  if (!derive_) return;
  for (const Agents::Silent& agent : silent) {
    const std::string source = derived_source(agent.instance);
    seneca::NewEvent event = to_event(agent.event, source);
    event.time_us = now_us;
    emitter.emit(event);
  }
}

Marcus::Instance& Marcus::instance(std::string_view name) {
  const auto found = instances_.find(name);
  if (found != instances_.end()) return found->second;
  if (instances_.size() >= kMaxInstances) instances_.erase(instances_.begin());
  return instances_[std::string(name)];
}

std::string Marcus::save() const {
  std::string text = R"({"version":1,"agents":)";
  agents_.save(text);
  text += R"(,"projects":)";
  projects_.save(text);
  text += R"(,"instances":[)";
  for (const auto& [name, known] : instances_) {
    if (text.back() != '[') text += ',';
    std::string health;
    known.health.save(health);
    JsonMembers members;
    members.text("name", name).json("seen", std::to_string(known.seen)).json("health", health);
    text += members.text("project_id", known.project_id).object();
  }
  return text + "]}";
}

void Marcus::load(std::string_view saved) {
  const seneca::JsonView view(saved);
  agents_.load(view.get("agents"));
  projects_.load(view.get("projects"));
  for (const seneca::JsonView item : view.get("instances").items()) {
    Instance& known = instance(item.get("name").string());
    known.seen = static_cast<SourceSet>(item.get("seen").integer());
    known.project_id = item.get("project_id").string();
    known.health.load(item.get("health"));
  }
}

}  // namespace marcus
