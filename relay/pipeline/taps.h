#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/stage.h"
#include "pipeline/tap.h"

namespace relay {

/// Who looks into the pipeline, and what they are shown. [pipeline]
class Taps {
 public:
  static constexpr size_t kMaxTaps = 8;

  /// Errors `stage_unknown`, which names those that exist, and `too_many_taps`.
  [[nodiscard]] Status open(std::shared_ptr<Tap> tap, const std::vector<Stage>& stages);
  /// False while nobody looks: then nothing else here needs to be called.
  [[nodiscard]] bool any() const { return !taps_.empty(); }

  /// What is at `stage` now. `Item` has an `event`.
  template <class Item>
  void show(std::string_view stage, std::span<const Item> items, std::string_view epoch = "") {
    for (const auto& tap : looking_at(stage, false))
      for (const Item& item : items) put(*tap, *item.event, epoch);
  }
  /// What `plugin` made of the events it `saw`.
  void show_answers(std::string_view plugin, std::span<const Event* const> saw, const EventBatch& batch);
  /// What the timer of `plugin` emitted.
  void show_tick(std::string_view plugin, std::span<const StageItem> emitted);
  /// Ends those that look at a plugin that is none of `stages`.
  void keep(const std::vector<Stage>& stages);

 private:
  [[nodiscard]] std::span<const std::shared_ptr<Tap>> looking_at(std::string_view stage, bool diff);
  static void put(Tap& tap, const Event& event, std::string_view epoch);

  std::vector<std::shared_ptr<Tap>> taps_;
  std::vector<std::shared_ptr<Tap>> found_;  // scratch
};

}  // namespace relay
