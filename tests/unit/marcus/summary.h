#pragma once

#include <seneca/json.hpp>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "marcus_relay.h"

namespace relay::test {

/// What became of many records, in numbers.
class Summary {
 public:
  /// Lets the plugin's clock go along with the records, as if the relay had been there, and feeds one of
  /// them.
  Outcome feed(LoadedPlugin& plugin, const EventRef& record) {
    constexpr int64_t kSecond = 1000000;
    for (now_us_ = now_us_ == 0 ? record->time_us() : now_us_; now_us_ < record->time_us();
         now_us_ += kSecond)
      add(plugin.tick(now_us_));
    const Outcome outcome = plugin.feed(record);
    const bool passed = outcome.verdict == Verdict::pass;
    const std::string name = passed ? std::string(outcome.event->type()) : "(" + outcome.reason + ")";
    ++(passed ? passed_ : dropped_)[passed ? name : outcome.reason];
    ++kinds_[std::string(record->fields().origin) + " -> " + name];
    add(outcome.emitted);
    return outcome;
  }

  void write(std::ostream& out) const {
    write_table(out, "passed", passed_);
    write_table(out, "dropped", dropped_);
    write_table(out, "derived", derived_);
    write_table(out, "by kind", kinds_);
  }

 private:
  using Counts = std::map<std::string, int>;

  void add(const std::vector<EventRef>& emitted) {
    for (const EventRef& event : emitted) ++derived_[std::string(event->type()) + " " + change_of(*event)];
  }

  static std::string change_of(const Event& event) {
    const seneca::JsonView data(event.data());
    const auto text = [&](std::string_view key) { return data.get(key).string(); };
    if (data.get("new_status"))
      return text("old_status") + " > " + text("new_status") + ": " + text("reason");
    if (data.get("status")) return text("previous") + " > " + text("status") + ": " + text("reason");
    if (data.get("risk_level")) return text("previous") + " > " + text("risk_level");
    return "";
  }

  static void write_table(std::ostream& out, const char* title, const Counts& counts) {
    out << "== " << title << "\n";
    for (const auto& [name, count] : counts) out << count << "\t" << name << "\n";
  }

  int64_t now_us_ = 0;
  Counts passed_, dropped_, derived_, kinds_;
};

}  // namespace relay::test
