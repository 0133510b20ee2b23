#include "ingest/source_factory.h"

#include <unistd.h>

#include "ingest/demo_source.h"
#include "ingest/marcus_directory.h"
#include "ingest/standard_input.h"

namespace relay {

std::unique_ptr<Source> make_source(const SourceConfig& config, Intake& intake, Clock& clock, Logger& logger,
                                    const std::map<std::string, std::string>& positions) {
  switch (config.type) {
    case SourceConfig::Type::standard_input:
      return std::make_unique<StandardInput>(intake, clock, logger, config, STDIN_FILENO);
    case SourceConfig::Type::demo:
      return std::make_unique<DemoSource>(intake, clock, logger, config);
    case SourceConfig::Type::marcus:
      break;
  }
  return std::make_unique<MarcusDirectory>(intake, clock, logger, config, positions);
}

}  // namespace relay
