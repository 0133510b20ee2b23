// links: seneca_marcus
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "marcus/marcus.h"

namespace {

constexpr std::string_view kKinds[] = {"agent_events", "conversations", "decisions",
                                       "realtime",     "audit",         "events"};

/// As much of the relay as a filter needs: one event at a time, whose texts it may replace.
class Batch {
 public:
  Batch(std::string_view source, std::string_view type, std::string_view origin, std::string_view data) {
    event_.size = sizeof event_;
    event_.time_us = 1776168000000000;
    event_.id = seneca::to_str("file:0");
    event_.source = seneca::to_str(source);
    event_.type = seneca::to_str(type);
    event_.origin = seneca::to_str(origin);
    event_.data = seneca::to_str(data);
    batch_.size = sizeof batch_;
    batch_.count = 1;
    batch_.events = &pointer_;
    batch_.verdicts = &verdict_;
    batch_.impl = this;
    batch_.set = set;
    batch_.set_priority = [](const seneca_batch*, uint32_t, int32_t) { return int32_t{SENECA_OK}; };
    batch_.reason = [](const seneca_batch*, uint32_t, seneca_str) {};
    batch_.emit = emit;
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  const seneca_batch* abi() const { return &batch_; }

 private:
  static int32_t set(const seneca_batch* batch, uint32_t, int32_t field, seneca_str value) {
    auto& self = *static_cast<Batch*>(batch->impl);
    if (field < SENECA_FIELD_ID || field > SENECA_FIELD_EXTENSIONS) std::abort();
    if (field == SENECA_FIELD_TYPE && value.len == 0) std::abort();
    std::string& text = self.texts_[field];
    text.assign(value.ptr, value.len);
    if (field == SENECA_FIELD_DATA) self.event_.data = seneca::to_str(text);
    if (field == SENECA_FIELD_TYPE) self.event_.type = seneca::to_str(text);
    return SENECA_OK;
  }
  static int32_t emit(const seneca_batch*, uint32_t, const seneca_event* event) {
    if (event->type.len == 0 || event->source.len == 0) std::abort();
    if (!seneca::JsonView(seneca::to_view(event->data)).is_object()) std::abort();
    return SENECA_OK;
  }

  seneca_event event_{};
  const seneca_event* pointer_ = &event_;
  int32_t verdict_ = SENECA_PASS;
  seneca_batch batch_{};
  std::string texts_[SENECA_FIELD_EXTENSIONS + 1];
};

/// One line: a byte that chooses the file, the record's name up to a tab, its data.
void feed(marcus::Marcus& plugin, std::string_view line) {
  if (line.empty()) return;
  const std::string kind(kKinds[static_cast<unsigned char>(line[0]) % std::size(kKinds)]);
  line.remove_prefix(1);
  const size_t tab = line.find('\t');
  const std::string name(line.substr(0, tab));
  const std::string_view data = tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
  const std::string type = "marcus." + (kind == "decisions" ? "conversations" : kind) + ".record";
  const std::string source = "/marcus/main/" + kind;
  const std::string origin = kind + "/" + name;
  Batch batch(source, type, origin, data);
  seneca::Event event(batch.abi(), 0);
  plugin(event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  marcus::Marcus plugin(R"({"offline_after":1})");
  while (!input.empty()) {
    const size_t end = input.find('\n');
    feed(plugin, input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  Batch batch("/marcus/main/events", "t", "", "{}");
  seneca::Emitter emitter(batch.abi());
  plugin.tick(1776168000000000, emitter);
  plugin.tick(1776168010000000, emitter);

  const std::string saved = plugin.save();
  marcus::Marcus next("{}");
  next.load(saved);
  next.load({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
