#include <fstream>
#include <sstream>
#include <string>

#include "config/config.h"
#include "config/field_table.h"
#include "config/loader.h"
#include "support/catch.h"

using namespace relay;

namespace {

std::string read_page() {
  std::ifstream file(SENECA_MAN_DIR "/seneca.json.5");
  std::stringstream text;
  text << file.rdbuf();
  std::string page = text.str();
  for (size_t at = 0; (at = page.find("\\-", at)) != std::string::npos;) page.erase(at, 1);
  return page;
}

/// What the page has to say about one key: its name, the table's sentence, limits and default.
std::string stanza(const Field& field, const std::string& path, const void* owner) {
  std::string text = ".TP\n.B " + path + "\n" + std::string(field.doc) + "\n";
  const std::string limits = field_limits(field);
  if (!limits.empty()) text += "Values: " + limits + ".\n";
  if (field.required) return text + "Required.\n";
  return text + "Default: " + field_literal(field, field.get(owner), NumberStyle::readable) + ".\n";
}

void check_fields(const Field& field, void* owner, const std::string& path, const std::string& page) {
  for (const Field& member : field.fields) {
    const std::string member_path = (path.empty() ? "" : path + ".") + std::string(member.name);
    if (member.kind == Field::Kind::object) {
      check_fields(member, member.member(owner), member_path, page);
    } else if (member.kind == Field::Kind::list) {
      check_fields(member, member.make_item().get(), member_path + "[]", page);
    } else {
      const std::string wanted = stanza(member, member_path, owner);
      INFO("add to seneca.json.5:\n" << wanted);
      CHECK(page.find(wanted) != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("the manual page describes every key as the field table does") {
  Config config = default_config();
  check_fields(config_fields(), &config, "", read_page());
}

TEST_CASE("the example of the manual page loads") {
  const std::string page = read_page();
  const size_t begin = page.find(".nf\n");
  const size_t end = page.find(".fi\n");
  REQUIRE((begin != std::string::npos && end != std::string::npos));
  const ConfigResult result = load_config_text(page.substr(begin + 4, end - begin - 4), "example");
  REQUIRE(result);
  CHECK(result->config.plugins.size() == 3);
}
