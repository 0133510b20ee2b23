#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "cli/app.h"
#include "support/catch.h"

namespace relay {
namespace {

std::string man_page(const std::string& name) {
  const std::string path = SENECA_MAN_DIR "/" + name + ".1";
  INFO(path);
  std::ifstream file(path);
  REQUIRE(file.good());
  std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const std::string font : {"\\fR", "\\fP"}) {
    for (size_t at = text.find(font); at != std::string::npos; at = text.find(font))
      text.erase(at, font.size());
  }
  text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());  // "\-" is how troff writes a minus
  return text;
}

bool mentions(const std::string& page, const std::string& flag) {
  for (size_t at = page.find(flag); at != std::string::npos; at = page.find(flag, at + 1)) {
    const char after = at + flag.size() < page.size() ? page[at + flag.size()] : '\n';
    if (after != '-' && !std::isalnum(static_cast<unsigned char>(after))) return true;
  }
  return false;
}

void check_options(const CLI::App& app, const std::string& page_name) {
  const std::string page = man_page(page_name);
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (name == "help") continue;
      INFO(page_name << " does not mention --" << name);
      CHECK(mentions(page, "--" + name));
    }
    for (const std::string& name : option->get_snames()) {
      if (name == "h") continue;
      INFO(page_name << " does not mention -" << name);
      CHECK(mentions(page, "-" + name));
    }
  }
}

TEST_CASE("every option of every command is in its man page") {
  GlobalOptions global;
  const auto app = make_app(global);
  check_options(*app, "senecactl");
  const std::string overview = man_page("senecactl");
  for (const CLI::App* verb : app->get_subcommands([](const CLI::App*) { return true; })) {
    const std::string page = "senecactl-" + verb->get_name();
    INFO(page);
    CHECK(mentions(overview, page));
    check_options(*verb, page);
    for (const CLI::App* inner : verb->get_subcommands([](const CLI::App*) { return true; })) {
      CHECK(mentions(man_page(page), inner->get_name()));
      check_options(*inner, page);
    }
  }
}

}  // namespace
}  // namespace relay
