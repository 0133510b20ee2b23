#include "page_shapes.h"

#include <seneca/json.hpp>

#include <algorithm>
#include <array>

#include "timestamp.h"

namespace marcus_ui {
namespace {

using seneca::JsonView;

/// A JSON object as it is written. Absent values leave no member behind.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  ObjectWriter& text(std::string_view key, std::string_view value) {
    begin(key);
    seneca::append_json_string(out_, value);
    return *this;
  }
  ObjectWriter& json(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    begin(key);
    out_ += value;
    return *this;
  }
  ObjectWriter& value(std::string_view key, JsonView value) { return json(key, value ? value.raw() : ""); }
  void end() { out_ += '}'; }

 private:
  void begin(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    seneca::append_json_string(out_, key);
    out_ += ':';
  }

  std::string& out_;
};

JsonView first_of(JsonView data, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths)
    if (const JsonView value = data.pointer(path); value && !value.is_null()) return value;
  return {};
}

std::string_view last_segment(std::string_view type) {
  const size_t dot = type.rfind('.');
  return dot == std::string_view::npos ? type : type.substr(dot + 1);
}

/// The event's data, an object in any case: the pages read its members without looking.
std::string_view object_of(const seneca::Event& event) {
  return JsonView(event.data()).is_object() ? event.data() : std::string_view("{}");
}

void write_agent_status(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  // Seed publishers say `status` where the marcus plugin says `new_status`.
  const JsonView status = first_of(data, {"/new_status", "/status"});
  ObjectWriter page(out);
  page.text("type", "agent_status_change").value("agent_id", data.get("agent_id"));
  page.value("old_status", data.get("old_status")).value("new_status", status);
  page.text("timestamp", format_time(event.time_us()));
  page.text("animation", status.equals("active") ? "pulse" : "fade");
  // The pages' own script reads event.data, not the members beside it.
  std::string inner;
  ObjectWriter inside(inner);
  inside.value("agent_id", data.get("agent_id")).value("status", status);
  inside.text("change_type", last_segment(event.type()));
  inside.value("old_status", data.get("old_status")).value("new_status", status);
  inside.end();
  page.json("data", inner).end();
}

void write_project_progress(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  const JsonView project = first_of(data, {"/project_id", "/project_state/board_id"});
  const JsonView progress =
      first_of(data, {"/progress", "/progress_percent", "/project_state/progress_percent"});
  ObjectWriter page(out);
  page.text("type", "project_progress").value("project_id", project).value("progress", progress);
  page.value("total_tasks", first_of(data, {"/total_tasks", "/project_state/total_tasks", "/task_count"}));
  page.value("completed_tasks", first_of(data, {"/completed_tasks", "/project_state/completed_tasks"}));
  page.text("timestamp", format_time(event.time_us()));
  std::string inner(object_of(event));
  if (project) inner = seneca::with_members(inner, {{"project_id", project.raw()}});
  if (progress) inner = seneca::with_members(inner, {{"progress", progress.raw()}});
  page.json("data", inner).end();
}

void write_task_assignment(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  ObjectWriter page(out);
  page.text("type", "task_assignment").value("task_id", first_of(data, {"/task_id", "/task/id"}));
  page.value("agent_id", first_of(data, {"/agent_id", "/worker_id"}));
  page.value("task_name", first_of(data, {"/task_name", "/task/name"}));
  page.value("priority", first_of(data, {"/priority", "/task/priority", "/metadata/priority"}));
  page.text("timestamp", format_time(event.time_us()));
  page.json("data", object_of(event)).end();
}

/// The page shows an alert for "critical" and knows "warning" and "info" besides.
std::string_view page_severity(const seneca::Event& event, JsonView data) {
  std::string storage;
  std::string_view named = data.get("severity").string(storage);
  if (named.empty()) named = event.severity();
  if (named == "critical" || named == "error" || event.priority() == seneca::Priority::critical)
    return "critical";
  return named == "warning" || named == "warn" ? "warning" : "info";
}

std::string health_message(JsonView data) {
  std::string message = first_of(data, {"/message", "/reason", "/error"}).string();
  if (!message.empty()) return message;
  return "System health is " + first_of(data, {"/status"}).string();
}

void write_health(const seneca::Event& event, std::string& out) {
  const JsonView data(event.data());
  ObjectWriter page(out);
  page.text("type", "health_update")
      .value("status", data.get("status"))
      .value("previous", data.get("previous"));
  page.text("timestamp", format_time(event.time_us()));
  std::string inner;
  ObjectWriter inside(inner);
  inside.value("status", data.get("status")).text("severity", page_severity(event, data));
  inside.text("message", health_message(data));
  for (const seneca::JsonMember& member : data.members()) {
    const bool is_written = member.is("status") || member.is("severity") || member.is("message");
    if (!is_written) inside.value(member.key(), member.value);
  }
  inside.end();
  page.json("data", inner).end();
}

void write_generic(const seneca::Event& event, std::string& out) {
  ObjectWriter page(out);
  page.text("type", "generic_update").text("event_type", event.type());
  page.text("timestamp", format_time(event.time_us()));
  page.json("data", event.data().empty() ? "{}" : event.data()).end();
}

struct Shape {
  std::string_view type;
  void (*write)(const seneca::Event& event, std::string& out);
};

constexpr std::array<Shape, 4> kShapes{{{"agent.status.changed", write_agent_status},
                                        {"project.progress.updated", write_project_progress},
                                        {"task.assigned", write_task_assignment},
                                        {"system.health.changed", write_health}}};

}  // namespace

bool write_shape(const seneca::Event& event, std::string_view ui_event, std::string& out) {
  const auto* shape = std::find_if(kShapes.begin(), kShapes.end(),
                                   [&](const Shape& known) { return known.type == event.type(); });
  if (shape != kShapes.end()) {
    shape->write(event, out);
    return true;
  }
  if (ui_event != "generic_update") return false;
  write_generic(event, out);
  return true;
}

}  // namespace marcus_ui
