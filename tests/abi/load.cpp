// Loads each plugin named on the command line as the relay does, and runs one event through it.
#include <cstdio>

#include "plugin/instance.h"

namespace {

class NoServices final : public relay::HostServices {
 public:
  bool publish(const relay::EventFields&) override { return false; }
};

relay::Status run(const char* path) {
  auto library = relay::PluginLibrary::open(path);
  if (!library) return tl::unexpected(library.error());
  const auto logger = relay::make_null_logger();
  const relay::SystemClock clock;
  NoServices services;
  auto instance =
      relay::PluginInstance::create(*library, "out-of-tree", "{}", {*logger, clock, services, {}});
  if (!instance) return tl::unexpected(instance.error());
  relay::EventFields fields;
  fields.id = "1";
  fields.source = "/test";
  fields.type = "agent.status.changed";
  fields.data = R"({"status":"idle"})";
  const relay::EventRef event = relay::Event::make(fields);
  relay::EventBatch batch({});
  batch.assign({&event, 1});
  (*instance)->process(batch);
  if (batch.verdict(0) == relay::Verdict::drop) return {};
  return relay::fail("not_dropped", path, "it was to drop an idle agent's event");
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const relay::Status status = run(argv[i]);
    if (status) continue;
    std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
    return 1;
  }
  return argc > 1 ? 0 : 2;
}
