#include "ingest/demo_texts.h"

namespace relay {

const std::array<DemoAgentProfile, 6> kDemoAgents{{
    {"agent_maple_1", "Ada", "Backend Developer", R"(["python", "fastapi", "postgresql"])"},
    {"agent_maple_2", "Boris", "Frontend Developer", R"(["react", "typescript", "css"])"},
    {"agent_maple_3", "Chioma", "Full Stack Developer", R"(["javascript", "node", "sql"])"},
    {"agent_maple_4", "Dana", "QA Engineer", R"(["pytest", "playwright"])"},
    {"agent_maple_5", "Emil", "DevOps Engineer", R"(["docker", "ci", "observability"])"},
    {"agent_maple_6", "Farah", "Database Engineer", R"(["postgresql", "migrations"])"},
}};

const std::array<DemoProjectPlan, 4> kDemoProjects{{
    {"Tide Table",
     {"Harbour Map", "Tide Forecast", "Alarm Settings", "Boat Diary", "Mooring List", "Storm Warnings"}},
    {"Seed Exchange",
     {"Plant Catalogue", "Swap Requests", "Postage Labels", "Member Profiles", "Season Planner",
      "Photo Album"}},
    {"Night Bus Planner",
     {"Timetable Import", "Route Search", "Stop Display", "Delay Notices", "Favourite Routes", "Fare Zones"}},
    {"Choir Archive",
     {"Score Upload", "Rehearsal Calendar", "Voice Parts", "Concert Pages", "Attendance List",
      "Sheet Search"}},
}};

const std::array<DemoBlocker, 5> kDemoBlockers{{
    {"low", "Two date formats are in use around {f}. Going on with ISO 8601 until somebody decides."},
    {"medium",
     "{f} needs a column that the design leaves out. The migration cannot be written without its type."},
    {"medium", "The test database refuses connections, so the {f} suite cannot run."},
    {"high",
     "The library {f} depends on has no release for this language version; pinning it breaks two other "
     "tests."},
    {"critical",
     "Every open task waits for {f}, which waits for one of them: the dependencies form a circle."},
}};

const std::array<DemoDecision, 4> kDemoDecisions{{
    {"Keep times in UTC in {f}", "local times repeat an hour every autumn",
     "This affects every form that shows or reads a time"},
    {"Use one table of error texts for {f}", "three modules had their own wording",
     "This affects the API's error responses"},
    {"Page through {f} by key, not by number", "rows move while people read",
     "This affects every list endpoint and the client"},
    {"Queue the mails of {f}", "sending them in the request took two seconds",
     "This requires a worker process"},
}};

const std::array<std::array<std::string_view, 3>, 4> kDemoProgress{{
    {"Read the design of {f} and set up the module", "First failing tests for {f} are in place",
     "Sketched the data model of {f}"},
    {"{f} works for the usual case; errors are not handled yet", "Half of the {f} tests pass",
     "{f} is wired into the router"},
    {"{f} is feature complete, polishing the edge cases", "All but two {f} tests pass",
     "Documentation of {f} drafted, review remarks fixed"},
    {"{f} is done: all tests pass, documentation included", "Finished {f}; acceptance criteria met",
     "Done with {f}, no open questions"},
}};

const std::array<std::string_view, 5> kDemoInstructions{
    "Read the artifacts of the tasks this one depends on.", "Write tests first for the acceptance criteria.",
    "Report progress at 25, 50 and 75 percent.", "Log a decision others would have to know about.",
    "Report a blocker with what was tried."};

const std::array<std::string_view, 5> kDemoSteps{
    "Reproduce it in isolation and write it down", "Ask the owner of the task before",
    "Work on the independent part meanwhile", "Compare with the last version that worked",
    "Escalate when it lasts for more than an hour"};

std::string demo_text(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string demo_fill(std::string_view text, std::string_view feature) {
  constexpr std::string_view kMark = "{f}";
  std::string filled;
  for (size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark)) {
    filled.append(text.substr(0, at)).append(feature);
    text.remove_prefix(at + kMark.size());
  }
  return filled.append(text);
}

}  // namespace relay
