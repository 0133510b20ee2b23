#include "session/client_envelope.h"

namespace relay {

EnvelopeOptions client_envelope(const ShardServices& services, std::string_view default_source) {
  EnvelopeOptions options;
  options.default_source = default_source;
  options.now_wall_us = services.clock.wall_us();
  options.max_data = static_cast<size_t>(services.config->security.content_filtering.max_message_size);
  return options;
}

}  // namespace relay
