#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace relay {

/// What the simulated Marcus and its agents talk about. `{f}` stands for the feature an agent works on.
struct DemoAgentProfile {
  std::string_view id, name, role, skills_json;
};
struct DemoProjectPlan {
  std::string_view name;
  std::array<std::string_view, 6> features;
};
struct DemoBlocker {
  std::string_view severity, text;
};
struct DemoDecision {
  std::string_view what, why, impact;
};

extern const std::array<DemoAgentProfile, 6> kDemoAgents;
extern const std::array<DemoProjectPlan, 4> kDemoProjects;
extern const std::array<DemoBlocker, 5> kDemoBlockers;
extern const std::array<DemoDecision, 4> kDemoDecisions;
/// What an agent reports at 25, 50, 75 and 100 percent.
extern const std::array<std::array<std::string_view, 3>, 4> kDemoProgress;
extern const std::array<std::string_view, 5> kDemoInstructions;
extern const std::array<std::string_view, 5> kDemoSteps;

/// The parts in one string.
[[nodiscard]] std::string demo_text(std::initializer_list<std::string_view> parts);
/// `text` with each `{f}` replaced.
[[nodiscard]] std::string demo_fill(std::string_view text, std::string_view feature);

}  // namespace relay
