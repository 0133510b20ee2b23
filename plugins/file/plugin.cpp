// Appends events to a file, a line each: {"path": "events.jsonl"}.

#include <seneca/cloudevent.hpp>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>
#include <system_error>

#include "event_file.h"

namespace {

EventFile open_file(std::string_view config) {
  const seneca::JsonView view(config);
  const auto rotate_bytes = static_cast<uint64_t>(view.get("rotate_bytes").integer(0));
  const auto keep = static_cast<unsigned>(view.get("keep").integer(5));
  return EventFile(view.get("path").string(), rotate_bytes, keep);
}

class FileSink {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["path"],
    "properties": {
      "path": {"type": "string", "minLength": 1, "description": "the file; it is made if its directory is there"},
      "rotate_bytes": {"type": "integer", "minimum": 0, "default": 0,
                       "description": "a file that would grow beyond is renamed to PATH.1; 0: never"},
      "keep": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 5,
               "description": "how many renamed files stay"},
      "sync": {"type": "boolean", "default": false,
               "description": "to the disk whenever nothing more is waiting"}
    }
  })";

  explicit FileSink(std::string_view config)
      : file_(open_file(config)), sync_(seneca::JsonView(config).get("sync").boolean(false)) {}

  void deliver(const seneca::Delivery& events) {
    lines_.clear();
    for (const seneca::Event event : events) {
      seneca::append_cloudevent(lines_, event);
      lines_ += '\n';
    }
    patiently([this] { file_.append(lines_); });
  }

  void flush() {
    patiently([this] {
      if (sync_) file_.sync();
      file_.follow();
    });
  }

 private:
  // A full disk and the like may be mended: the events wait in the log until then.
  template <class Call>
  static void patiently(Call call) {
    try {
      call();
    } catch (const std::system_error& error) {
      throw seneca::Again(error.what());
    }
  }

  EventFile file_;
  bool sync_;
  std::string lines_;
};

}  // namespace

SENECA_PLUGIN(FileSink, "seneca.file", "1.0.0", "appends events to a file, a line each")
