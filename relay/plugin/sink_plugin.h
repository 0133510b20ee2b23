#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "event/event.h"
#include "plugin/instance.h"

namespace relay {

/// An instance of a plugin that takes events out. Made on the control thread, then used by one thread.
class SinkPlugin {
 public:
  struct Outcome {
    enum class Then { done, again, refused };
    uint32_t taken = 0;      ///< so many of the first are done with
    Then then = Then::done;  ///< refused: the first not taken will never be
    std::string why;         ///< unless done
  };

  /// `plugin` has the role.
  explicit SinkPlugin(std::unique_ptr<PluginInstance> plugin) : plugin_(std::move(plugin)) {}

  [[nodiscard]] const PluginInstance& instance() const { return *plugin_; }
  /// Hands over events, by rising offset; may take its time.
  [[nodiscard]] Outcome deliver(std::span<const EventRef> events);
  /// All there is has been handed over.
  [[nodiscard]] Outcome flush();

 private:
  [[nodiscard]] const seneca_sink& role() const { return *plugin_->library().roles().sink; }

  std::unique_ptr<PluginInstance> plugin_;
  std::vector<seneca_event> seen_;  // scratch
  std::vector<const seneca_event*> pointers_;
};

}  // namespace relay
