#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "ingest/source.h"
#include "pipeline/intake.h"

namespace relay {

/// The source that `config` describes, not started. It goes on where `positions`, those of all sources by
/// key, say that an earlier run stood; sources that cannot go on take none. It keeps references to the
/// others, which must outlive it, but for `positions`.
[[nodiscard]] std::unique_ptr<Source> make_source(const SourceConfig& config, Intake& intake, Clock& clock,
                                                  Logger& logger,
                                                  const std::map<std::string, std::string>& positions = {});

}  // namespace relay
