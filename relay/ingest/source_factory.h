#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "ingest/source.h"
#include "pipeline/intake.h"

namespace relay {

/// The source that `config` describes, not started. It keeps references to the others, which must outlive it.
[[nodiscard]] std::unique_ptr<Source> make_source(const SourceConfig& config, Intake& intake, Clock& clock,
                                                  Logger& logger);

}  // namespace relay
